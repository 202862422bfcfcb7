/**
 * Leader election on a Lease with upstream's 15/10/2 s.
 * https://github.com/kubernetes/client-go/blob/master/tools/leaderelection/leaderelection.go
 */
import { isAlreadyExists, isConflict, isNotFound } from '../api/errors.ts';
import type { Kind } from '../api/kind.ts';
import type { Draft, Lease } from '../api/types.ts';
import { type Clock, microTimestamp } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Client } from './client.ts';

/** A lease that was not renewed for this many milliseconds may be taken over. */
const leaseDuration = 15_000;
/** A holder that could not renew for this many milliseconds steps down. */
const renewDeadline = 10_000;
/** A holder that ends waits this many milliseconds at most until the lease is given back. */
const releaseTimeout = 1_000;
/** Milliseconds between attempts to acquire, and after a failed renewal. */
const retryPeriod = 2_000;
/**
 * Milliseconds between the renewals of a healthy holder. Upstream's 2 s would cost a synchronous write every other
 * second.
 */
const renewPeriod = 5_000;

export interface LeaderOptions {
  client: Client;
  leases: Kind<Lease>;
  /** The lease's name: `kube-scheduler`, `kube-controller-manager`. */
  name: string;
  /**
   * The holder's identity. It is stable over restarts of a node (upstream adds a random part), so that a restarted
   * control plane leads again at once instead of waiting for its own lease to expire.
   */
  identity: string;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** Called each time leadership is gained; the signal aborts when leadership is lost. */
  lead(signal: AbortSignal): void;
}

const namespace = 'kube-system';

/**
 * Milliseconds to the next of the times at which all holders renew: the leases of one process then share a synchronous
 * write.
 */
const untilRenewal = (now: number): number => renewPeriod - (now % renewPeriod);

/** The lease as last seen, with the time by this process's clock. Clocks of different holders are never compared. */
interface Observed {
  lease: Lease;
  at: number;
}

function specFor(options: LeaderOptions, current?: Lease): Lease['spec'] {
  const { identity, clock } = options;
  const now = microTimestamp(clock.now());
  const mine = current?.spec.holderIdentity === identity;
  const transitions = current?.spec.leaseTransitions ?? 0;
  return {
    ...current?.spec,
    holderIdentity: identity,
    leaseDurationSeconds: leaseDuration / 1000,
    acquireTime: mine ? current.spec.acquireTime : now,
    renewTime: now,
    leaseTransitions: current && !mine ? transitions + 1 : transitions,
  } as Lease['spec'];
}

function createElector(options: LeaderOptions) {
  const { client, name, identity, clock, log } = options;
  const resource = client.resource(options.leases);
  let observed: Observed | undefined;

  const observe = (lease: Lease): void => {
    const same = observed?.lease.metadata.resourceVersion === lease.metadata.resourceVersion;
    if (!same) observed = { lease, at: clock.now() };
  };
  const create = async (signal: AbortSignal): Promise<boolean> => {
    const draft: Draft<Lease> = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace },
      spec: specFor(options),
    };
    observe(await resource.create(draft, signal));
    return true;
  };
  const take = async (lease: Lease, signal: AbortSignal): Promise<boolean> => {
    observe(lease);
    const { holderIdentity: holder, leaseDurationSeconds: seconds } = lease.spec;
    const expired = !observed || clock.now() - observed.at >= (seconds ?? 15) * 1000;
    if (holder && holder !== identity && !expired) return false;
    observe(await resource.update({ ...lease, spec: specFor(options, lease) }, signal));
    return true;
  };

  return {
    /** Resolves with true if this process holds the lease now. */
    async attempt(signal: AbortSignal): Promise<boolean> {
      try {
        // A holder knows what it wrote and need not read it.
        const own = observed?.lease.spec.holderIdentity === identity ? observed.lease : undefined;
        return await take(own ?? (await resource.get(name, namespace, signal)), signal);
      } catch (error) {
        if (signal.aborted) return false;
        observed = undefined;
        try {
          if (isNotFound(error)) return await create(signal);
        } catch (failure) {
          if (!isAlreadyExists(failure)) log.warn('Failed to create lease', { lease: name, error: failure });
          return false;
        }
        if (!isConflict(error)) log.warn('Failed to acquire or renew lease', { lease: name, error });
        return false;
      }
    },
    /** Releases the lease, so that the next holder need not wait. */
    async release(): Promise<void> {
      const lease = observed?.lease;
      if (lease?.spec.holderIdentity !== identity) return;
      const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 };
      try {
        await resource.update({ ...lease, spec }, AbortSignal.timeout(releaseTimeout));
      } catch (error) {
        log.warn('Failed to release lease', { lease: name, error });
      }
    },
  };
}

/** Holds the lease until a renewal fails for `renewDeadline`, or the signal aborts. */
async function hold(options: LeaderOptions, elector: ReturnType<typeof createElector>): Promise<void> {
  const { clock, log, signal, name, identity } = options;
  const leading = new AbortController();
  log.info('Became leader', { lease: name, identity });
  options.lead(AbortSignal.any([signal, leading.signal]));
  let renewed = clock.now();
  let pause = untilRenewal(renewed);
  while (clock.now() - renewed < renewDeadline) {
    await clock.sleep(pause, signal);
    const ok = await elector.attempt(signal);
    if (ok) renewed = clock.now();
    pause = ok ? untilRenewal(clock.now()) : retryPeriod;
  }
  log.error('Leadership lost', { lease: name, identity });
  leading.abort(new Error(`lost the lease ${name}`));
}

/** Runs until the signal aborts, then releases the lease and resolves. */
export async function runLeaderElection(options: LeaderOptions): Promise<void> {
  const { clock, signal } = options;
  const elector = createElector(options);
  try {
    while (!signal.aborted) {
      if (await elector.attempt(signal)) await hold(options, elector);
      else await clock.sleep(retryPeriod * (1 + Math.random() * 0.2), signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  await elector.release();
}
