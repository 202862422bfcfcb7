/**
 * Which API servers of a shared store are alive: each renews a lease in kube-system, and the endpoints of the service
 * `kubernetes` are those whose lease is renewed. The lease is upstream's that tells of a server's identity; upstream
 * keeps a second one beside the objects for the endpoints, and drops a server after the same 15 seconds.
 * https://kubernetes.io/docs/concepts/architecture/leases/#api-server-identity
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controlplane/reconcilers/lease.go
 */
import { createHash, randomUUID } from 'node:crypto';
import { leases } from '../api/coordination/lease.ts';
import { mediaType } from '../api/media-types.ts';
import type { Transport } from '../client/transport.ts';
import { type Clock, microTimestamp } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { StoredRecord } from './state/record.ts';
import type { State } from './state/state.ts';

/** Milliseconds between two renewals. */
const renewPeriod = 5_000;
/** Milliseconds after which a server whose lease stays as it is counts as gone. */
const lifetime = 15_000;

const collection = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
const identityLabel = 'apiserver.kubernetes.io/identity';
const addressAnnotation = 'skiff.dev/advertise-address';

export interface PresenceOptions {
  /** Where this server answers. */
  address: string;
  state: State;
  transport: Transport;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** Told at first and with each renewal, in order, this one included: it writes only what has changed. */
  publish(addresses: readonly string[]): Promise<void>;
}

/** Clocks of different servers are never compared: what counts is when this one last saw a lease change. */
function createObserver(state: State, clock: Clock): () => string[] {
  const seen = new Map<string, { revision: number; at: number }>();
  const isAlive = ({ id, revision }: StoredRecord): boolean => {
    const last = seen.get(id);
    const at = last?.revision === revision ? last.at : clock.now();
    seen.set(id, { revision, at });
    return clock.now() - at < lifetime;
  };
  return () =>
    state
      .of(leases)
      .objects.list('kube-system')
      .filter(({ object }) => object.metadata.labels?.[identityLabel] === 'kube-apiserver')
      .filter(isAlive)
      .flatMap(({ object }) => object.metadata.annotations?.[addressAnnotation] ?? []);
}

/** Resolves once this server is published. Goes on until the signal aborts. */
export async function announcePresence(options: PresenceOptions): Promise<void> {
  const { address, state, transport, clock, log, signal, publish } = options;
  const name = `apiserver-${createHash('sha256').update(address).digest('hex').slice(0, 26)}`;
  const holderIdentity = `${name}_${randomUUID()}`;
  const others = createObserver(state, clock);

  const renew = async () => {
    const renewTime = microTimestamp(clock.now());
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { labels: { [identityLabel]: 'kube-apiserver' }, annotations: { [addressAnnotation]: address } },
      spec: { holderIdentity, leaseDurationSeconds: lifetime / 1_000, renewTime },
    };
    const path = `${collection}/${name}`;
    const headers = { 'content-type': mediaType.mergePatch };
    const patched = await transport.request({ method: 'PATCH', path, headers, body });
    if (patched.status !== 404) return patched;
    return transport.request({
      method: 'POST',
      path: collection,
      body: { ...body, metadata: { ...body.metadata, name } },
    });
  };
  const tick = async () => {
    const { status, body } = await renew();
    if (status >= 300) throw new Error(`cannot renew the lease ${name}: ${JSON.stringify(body)}`);
    await publish([...new Set([...others(), address])].sort());
  };
  const goOn = () => {
    const cancel = clock.after(renewPeriod, () => {
      signal.removeEventListener('abort', cancel);
      if (signal.aborted) return;
      tick()
        .catch((error: unknown) => log.warn('Could not tell that this API server is alive', { error }))
        .finally(goOn);
    });
    signal.addEventListener('abort', cancel, { once: true });
  };
  await tick();
  goOn();
}
