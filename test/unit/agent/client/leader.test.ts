import { describe, expect, it } from 'vitest';
import { leases } from '../../../../agent/api/coordination/lease.ts';
import type { Lease } from '../../../../agent/api/types.ts';
import { createClient } from '../../../../agent/client/client.ts';
import { runLeaderElection } from '../../../../agent/client/leader.ts';
import { createFakeClock, type FakeClock, settle } from '../../../fakes/clock.ts';
import { quietLog } from '../../../fakes/log.ts';

/** One lease, with optimistic locking; `down` makes every request fail. */
function aLeaseServer() {
  const world = { lease: undefined as Lease | undefined, version: 0, writes: 0, down: false };
  const status = (code: number, reason: string) => ({
    status: code,
    headers: {},
    body: { code, reason, message: reason },
  });
  const client = createClient({
    async request({ method, body }) {
      if (world.down) throw new Error('connection refused');
      if (method === 'GET')
        return world.lease ? { status: 200, headers: {}, body: world.lease } : status(404, 'NotFound');
      const written = body as Lease;
      if (method === 'POST' && world.lease) return status(409, 'AlreadyExists');
      if (method === 'PUT' && written.metadata.resourceVersion !== String(world.version))
        return status(409, 'Conflict');
      world.version += 1;
      world.writes += 1;
      world.lease = { ...written, metadata: { ...written.metadata, resourceVersion: String(world.version) } };
      return { status: 200, headers: {}, body: world.lease };
    },
  });
  return { world, client };
}

function candidate(server: ReturnType<typeof aLeaseServer>, clock: FakeClock, identity: string) {
  const stop = new AbortController();
  const terms: AbortSignal[] = [];
  const done = runLeaderElection({
    client: server.client,
    leases,
    name: 'kube-scheduler',
    identity,
    clock,
    log: quietLog,
    signal: stop.signal,
    lead: (signal) => void terms.push(signal),
  });
  return { stop, terms, done, leads: () => terms.some((signal) => !signal.aborted) };
}

describe('leader election', () => {
  it('makes the lease and leads at once', async () => {
    const [server, clock] = [aLeaseServer(), createFakeClock()];
    const a = candidate(server, clock, 'a');
    await settle();
    expect(a.leads()).toBe(true);
    expect(server.world.lease?.spec).toMatchObject({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
      acquireTime: '2026-01-01T00:00:00.000000Z',
    });
  });

  it('has one leader while that one renews', async () => {
    const [server, clock] = [aLeaseServer(), createFakeClock()];
    const a = candidate(server, clock, 'a');
    await settle();
    const b = candidate(server, clock, 'b');
    await clock.advance(60_000);
    expect([a.leads(), b.leads()]).toEqual([true, false]);
    expect(server.world.writes).toBe(13);
  });

  it('steps down after ten seconds without a renewal', async () => {
    const [server, clock] = [aLeaseServer(), createFakeClock()];
    const a = candidate(server, clock, 'a');
    await settle();
    server.world.down = true;
    await clock.advance(9_000);
    expect(a.leads()).toBe(true);
    await clock.advance(3_000);
    expect(a.leads()).toBe(false);
  });

  it('takes over a lease that was not renewed for fifteen seconds, by its own clock', async () => {
    const [server, clock] = [aLeaseServer(), createFakeClock()];
    const spec = { holderIdentity: 'dead', leaseDurationSeconds: 15, leaseTransitions: 3 };
    const metadata = {
      name: 'kube-scheduler',
      namespace: 'kube-system',
      uid: 'u',
      resourceVersion: '0',
      creationTimestamp: '',
    };
    server.world.lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    const a = candidate(server, clock, 'a');
    await clock.advance(14_000);
    expect(a.leads()).toBe(false);
    await clock.advance(4_000);
    expect(a.leads()).toBe(true);
    expect(server.world.lease?.spec).toMatchObject({ holderIdentity: 'a', leaseTransitions: 4 });
  });

  it('leads at once again after a restart', async () => {
    const [server, clock] = [aLeaseServer(), createFakeClock()];
    candidate(server, clock, 'a');
    await settle();
    const restarted = candidate(server, clock, 'a');
    await settle();
    expect(restarted.leads()).toBe(true);
    expect(server.world.lease?.spec.leaseTransitions).toBe(0);
  });

  it('gives the lease back when it is stopped', async () => {
    const [server, clock] = [aLeaseServer(), createFakeClock()];
    const a = candidate(server, clock, 'a');
    await settle();
    a.stop.abort();
    await a.done;
    expect(server.world.lease?.spec.holderIdentity).toBe('');
    expect(a.leads()).toBe(false);
    const b = candidate(server, clock, 'b');
    await settle();
    expect(b.leads()).toBe(true);
  });
});
