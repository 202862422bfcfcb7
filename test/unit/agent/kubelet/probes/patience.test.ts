import { expect, test } from 'vitest';
import { startPatience } from '../../../../../agent/kubelet/probes/patience.ts';
import { createFakeClock, settle } from '../../../../fakes/clock.ts';

test('patience ends when its time is up', async () => {
  const clock = createFakeClock();
  const { signal } = startPatience(clock, 1000);
  await clock.advance(999);
  expect(signal.aborted).toBe(false);
  await clock.advance(1);
  expect(signal.aborted).toBe(true);
});

test('time in which the process did not run does not count', async () => {
  const timers: (() => void)[] = [];
  const after = (_: number, call: () => void) => {
    timers.push(call);
    return () => undefined;
  };
  const { signal } = startPatience({ ...createFakeClock(), after }, 1000);
  // The process stood still for hours; the timers that were due meanwhile run now.
  timers.shift()?.();
  await settle();
  expect([signal.aborted, timers.length]).toEqual([false, 1]);
});

test('an answer ends it', async () => {
  const clock = createFakeClock();
  startPatience(clock, 1000).end();
  expect(clock.pending).toBe(0);
});
