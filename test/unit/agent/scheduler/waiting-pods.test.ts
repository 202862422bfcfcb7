import { expect, it } from 'vitest';
import { createWaitingPods } from '../../../../agent/scheduler/waiting-pods.ts';
import { createFakeClock } from '../../../fakes/clock.ts';

const waits = new Map([
  ['A', 1_000],
  ['B', 5_000],
]);

it('lets a pod through once every plugin has allowed it', async () => {
  const pods = createWaitingPods(createFakeClock());
  const verdict = pods.wait('p', waits);
  expect([pods.allow('p', 'A'), pods.allow('p', 'B')]).toEqual([true, true]);
  expect(await verdict).toBeUndefined();
  expect(pods.allow('p', 'A')).toBe(false);
});

it('rejects a pod that one plugin rejects, and leaves no timer behind', async () => {
  const clock = createFakeClock();
  const pods = createWaitingPods(clock);
  const verdict = pods.wait('p', waits);
  expect(pods.reject('p', 'A', 'preempted')).toBe(true);
  expect(await verdict).toEqual({ plugin: 'A', reasons: ['preempted'], unresolvable: false });
  expect([clock.pending, pods.reject('p', 'A', 'again')]).toEqual([0, false]);
});

it('rejects a pod that was not allowed in time', async () => {
  const clock = createFakeClock();
  const verdict = createWaitingPods(clock).wait('p', waits);
  await clock.advance(1_000);
  expect((await verdict)?.reasons).toEqual(['rejected due to timeout after waiting 1s at plugin A']);
});
