import { expect, it } from 'vitest';
import type { Pod } from '../../../../agent/api/types.ts';
import { createTriggerTimes, withTriggerTime } from '../../../../agent/controllers/shared/trigger-times.ts';
import { aPod, aService } from '../../../builders/objects.ts';

const at = (minute: number): string => `2026-01-01T00:0${minute}:00Z`;
const service = aService({ metadata: { name: 'web', creationTimestamp: at(0) } });
const readySince = (name: string, minute: number): Pod =>
  aPod({
    metadata: { name },
    status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at(minute) }] },
  });

it('a new service counts from its creation', () => {
  expect(createTriggerTimes().next('web', service, [readySince('a', 1)])).toBe(at(0));
});

it('afterwards the earliest readiness counts that has changed since', () => {
  const times = createTriggerTimes();
  times.next('web', service, [readySince('a', 1)]);
  const pods = [readySince('a', 1), readySince('b', 3), readySince('c', 2)];
  expect(times.next('web', service, pods)).toBe(at(2));
  expect(times.next('web', service, pods)).toBeUndefined();
  expect(times.next('web', service, [readySince('a', 4), readySince('b', 3)])).toBe(at(4));
});

it('a pod that goes has no time, and a service that was made anew counts from its creation', () => {
  const times = createTriggerTimes();
  times.next('web', service, [readySince('a', 1)]);
  expect(times.next('web', service, [])).toBeUndefined();
  times.forget('web');
  expect(times.next('web', aService({ metadata: { name: 'web', creationTimestamp: at(5) } }), [])).toBe(at(5));
});

it('a time that is not known takes the annotation away, and nothing else', () => {
  const annotation = 'endpoints.kubernetes.io/last-change-trigger-time';
  const known = withTriggerTime({ annotations: { mine: 'x' } }, at(1));
  expect(known).toEqual({ annotations: { mine: 'x', [annotation]: at(1) } });
  expect(withTriggerTime(known, undefined)).toEqual({ annotations: { mine: 'x' } });
  expect(withTriggerTime({}, undefined)).toEqual({});
});
