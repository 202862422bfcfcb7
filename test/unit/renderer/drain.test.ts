import { expect, test } from 'vitest';
import type { Pod } from '../../../agent/api/types.ts';
import type { Reply } from '../../../main/contract/reply.ts';
import { type Departure, evictAll } from '../../../renderer/resources/nodes/drain.ts';

const aPod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: name, namespace: 'ns', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { containers: [] },
});
const refusal = (code: string, message: string): Reply<unknown> => ({ ok: false, error: { code, message } });
const granted: Reply<unknown> = { ok: true, value: undefined };

/** Answers each eviction of a pod with its next reply, the last one again and again. */
function drainWith(replies: Record<string, Reply<unknown>[]>, giveUpAfter = Number.POSITIVE_INFINITY) {
  const told: [string, Departure][] = [];
  let sleeps = 0;
  const drained = evictAll(Object.keys(replies).map(aPod), {
    evict: async ({ metadata: { name } }) => {
      const [next = granted, ...rest] = replies[name] ?? [];
      if (rest.length > 0) replies[name] = rest;
      return next;
    },
    sleep: async () => {
      sleeps += 1;
    },
    isGivenUp: () => sleeps >= giveUpAfter,
    report: (uid, departure) => void told.push([uid, departure]),
  });
  return drained.then(() => ({ told, sleeps }));
}

test('a pod that a budget keeps is asked for again, and the budget is named', async () => {
  const reason = "Cannot evict pod as it would violate the pod's disruption budget.";
  const kept = refusal('TooManyRequests', reason);
  expect(await drainWith({ web: [kept, kept, granted] })).toEqual({
    sleeps: 2,
    told: [
      ['web', { state: 'blocked', reason }],
      ['web', { state: 'blocked', reason }],
      ['web', { state: 'leaving' }],
    ],
  });
});

test('one that is gone already is no failure, one that may not be evicted is', async () => {
  const { told } = await drainWith({
    a: [refusal('NotFound', 'pods "a" not found')],
    b: [refusal('Forbidden', 'no')],
    c: [granted],
  });
  expect(Object.fromEntries(told)).toEqual({
    a: { state: 'gone' },
    b: { state: 'failed', reason: 'no', hint: undefined },
    c: { state: 'leaving' },
  });
});

test('a drain that is given up asks for nothing more', async () => {
  const kept = refusal('TooManyRequests', 'kept');
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const { told } = await drainWith(Object.fromEntries(names.map((name) => [name, [kept]])), 1);
  expect(new Set(told.map(([uid]) => uid))).toEqual(new Set(['a', 'b', 'c', 'd', 'e']));
});
