import { expect, test } from 'vitest';
import { graceSecondsOf } from '../../../../../agent/kubelet/spec/pod.ts';
import { aPod } from '../../../../builders/objects.ts';

test.each([
  [undefined, 30],
  [0, 0],
  [5, 5],
  [-3, 1],
])('a pod that says %s has %s seconds to end', (terminationGracePeriodSeconds, seconds) => {
  expect(graceSecondsOf(aPod({ spec: { terminationGracePeriodSeconds } }))).toBe(seconds);
});
