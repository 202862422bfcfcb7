import { expect, test } from 'vitest';
import { type ProbeState, step } from '../../../../../agent/kubelet/probes/step.ts';

const run = (initial: boolean, results: string, successThreshold: number, failureThreshold: number): boolean[] => {
  let state: ProbeState = { healthy: initial, run: 0 };
  return [...results].map((result) => {
    state = step(state, result === '+', { successThreshold, failureThreshold });
    return state.healthy;
  });
};

test.each([
  ['readiness turns with the first success', false, '-+', 1, 3, [false, true]],
  ['three failures in a row take it away', true, '--+---', 1, 3, [true, true, true, true, true, false]],
  ['two successes are needed where asked for', false, '+-++', 2, 1, [false, false, false, true]],
])('%s', (_name, initial, results, successes, failures, expected) => {
  expect(run(initial, results, successes, failures)).toEqual(expected);
});
