/** Whom an event concerns, of those who watch a kind. */
import { expect, it } from 'vitest';
import { pods } from '../../../../../agent/api/core/pod.ts';
import { decodeRecord, type StoredRecord } from '../../../../../agent/apiserver/state/record.ts';
import { createWatchers, type Pin, type ResourceEvent } from '../../../../../agent/apiserver/state/watchers.ts';
import { aPod } from '../../../../builders/objects.ts';

const record = (name: string, nodeName?: string): StoredRecord => {
  const pod = aPod({ metadata: { name }, spec: { nodeName } });
  const value = Buffer.from(JSON.stringify(pod));
  return decodeRecord(pods, { key: `/registry/pods/default/${name}`, value, createRevision: 7, revision: 7 });
};
const onNode = (value: string): Pin => ({
  field: 'v1 spec.nodeName',
  value,
  read: ({ object }) => String(object.spec?.nodeName ?? ''),
});
const named = (value: string): Pin => ({ field: 'metadata.name', value, read: ({ name }) => name });

const watches: Record<string, Pin | undefined> = {
  everything: undefined,
  'node a': onNode('a'),
  'node b': onNode('b'),
  'no node': onNode(''),
  web: named('web'),
  other: named('other'),
};

function told(event: ResourceEvent, without: readonly string[] = []): string[] {
  const watchers = createWatchers();
  const names: string[] = [];
  for (const [name, pin] of Object.entries(watches)) {
    const watcher = { pin, event: () => names.push(name), end: () => {} };
    watchers.add(watcher);
    if (without.includes(name)) watchers.delete(watcher);
  }
  expect(watchers.size).toBe(Object.keys(watches).length - without.length);
  watchers.tell(event);
  return names;
}

it.each<[string, ResourceEvent, string[]]>([
  ['a new pod', { type: 'ADDED', record: record('web') }, ['everything', 'no node', 'web']],
  [
    'a pod that gets a node: also who watched those without',
    { type: 'MODIFIED', record: record('web', 'a'), previous: record('web') },
    ['everything', 'node a', 'no node', 'web'],
  ],
  [
    'a pod that stays on its node: each once',
    { type: 'MODIFIED', record: record('x', 'b'), previous: record('x', 'b') },
    ['everything', 'node b'],
  ],
  [
    'a deleted pod',
    { type: 'DELETED', record: record('other', 'b'), previous: record('other', 'b') },
    ['everything', 'node b', 'other'],
  ],
  ['a pod on a node that nobody watches', { type: 'ADDED', record: record('x', 'c') }, ['everything']],
])('of %s', (_, event, expected) => {
  expect(told(event).sort()).toEqual([...expected].sort());
});

it('does not concern a watch that has ended', () => {
  expect(told({ type: 'ADDED', record: record('web', 'a') }, ['node a', 'everything'])).toEqual(['web']);
});
