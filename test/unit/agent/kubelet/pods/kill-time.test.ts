import { expect, test } from 'vitest';
import { killTime } from '../../../../../agent/kubelet/pods/stop.ts';

test.each<[string, { began: number; hookEnded: number; deadline: number }, number]>([
  ['no hook: at the deadline', { began: 0, hookEnded: 0, deadline: 30_000 }, 30_000],
  ['a short grace: two seconds', { began: 0, hookEnded: 0, deadline: 1_000 }, 2_000],
  ['a hook that leaves time: at the deadline', { began: 0, hookEnded: 5_000, deadline: 30_000 }, 30_000],
  ['a hook that leaves little: two seconds', { began: 0, hookEnded: 29_000, deadline: 30_000 }, 31_000],
  [
    'a hook that used it all: in time to be gone after two more',
    { began: 0, hookEnded: 30_100, deadline: 30_000 },
    31_500,
  ],
  ['a stop after the deadline: two seconds', { began: 40_000, hookEnded: 40_000, deadline: 30_000 }, 42_000],
])('a container is killed with %s', (_, { began, hookEnded, deadline }, at) => {
  expect(killTime(began, hookEnded, deadline)).toBe(at);
});
