import { describe, expect, test } from 'vitest';
import type { CallError } from '../../../main/contract/reply.ts';
import type { ResourceChanges } from '../../../main/contract/streams.ts';
import { after, type Confinement, confinedTo, errorOf } from '../../../renderer/data/confinement.ts';

const refusal: CallError = { code: 'Forbidden', message: 'not in all namespaces' };
const forbidden: CallError = { code: 'Forbidden', message: 'not here' };
const broken: CallError = { code: 'ECONNRESET', message: 'closed' };

const word = (namespace: string, change: Partial<ResourceChanges> = {}): ResourceChanges => ({
  id: 'w',
  events: [],
  synced: false,
  namespace,
  ...change,
});
const listed = (namespace: string) => word(namespace, { resync: [], synced: true });
const failed = (namespace: string, error: CallError) => word(namespace, { error });
const told = (...changes: ResourceChanges[]): Confinement =>
  changes.reduce(after, confinedTo(['shop', 'tools'], refusal));

describe('a list that is confined to some namespaces', () => {
  test.each<[string, ResourceChanges[], string[], string[]]>([
    ['waits for every namespace', [], ['shop', 'tools'], []],
    ['waits for those that have not answered', [listed('shop')], ['tools'], []],
    ['does not wait for one that failed', [listed('shop'), failed('tools', forbidden)], [], ['tools']],
    ['forgets a failure when that namespace answers', [failed('tools', broken), listed('tools')], ['shop'], []],
    ['takes events for no answer', [word('shop')], ['shop', 'tools'], []],
  ])('%s', (_, changes, waiting, failing) => {
    const confinement = told(...changes);
    expect([...confinement.waiting]).toEqual(waiting);
    expect([...confinement.errors.keys()]).toEqual(failing);
  });

  test.each<[string, ResourceChanges[], CallError | undefined]>([
    ['is shown as long as one namespace can be', [listed('shop'), failed('tools', forbidden)], undefined],
    ['fails with the first refusal', [failed('shop', forbidden), failed('tools', forbidden)], refusal],
    ['fails with what is no refusal', [failed('shop', forbidden), failed('tools', broken)], broken],
  ])('%s', (_, changes, error) => expect(errorOf(told(...changes))).toEqual(error));
});
