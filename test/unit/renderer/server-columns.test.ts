// @vitest-environment jsdom
import { describe, expect, test, vi } from 'vitest';
import type { AnyObject } from '../../../agent/api/types.ts';
import type { FieldSchema, TableColumn } from '../../../main/contract/resources.ts';

vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
vi.stubGlobal('skiff', { call: () => new Promise(() => undefined), on: () => () => undefined });
const { keepCells } = await import('../../../renderer/data/table-cells.ts');
const { schemaAt } = await import('../../../renderer/data/schemas.ts');
const { inSentence } = await import('../../../renderer/resources/nouns.ts');
const { parseDuration } = await import('../../../renderer/data/quantity.ts');
const { serverColumns } = await import('../../../renderer/resources/server-columns.tsx');
const { healthOf, toneOfWord } = await import('../../../renderer/resources/status-words.ts');
const { titleOf } = await import('../../../renderer/resources/views/generic.tsx');

const object = (rest: Partial<AnyObject> = {}): AnyObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  ...rest,
  metadata: {
    name: 'one',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...rest.metadata,
  },
});
const column = (name: string, change: Partial<TableColumn> = {}): TableColumn => ({
  name,
  type: 'string',
  format: '',
  description: '',
  priority: 0,
  ...change,
});
const scene = { context: 'c', related: {}, exposed: [] };

describe('the columns of a server’s table', () => {
  const columns = serverColumns(true, [
    column('Name', { format: 'name' }),
    column('Size', { type: 'integer', description: 'How large it is.' }),
    column('Reclaim Policy', { priority: 1 }),
    column('Polished', { type: 'date' }),
    column('Size'),
    column('Age'),
  ]);
  const byId = (id: string) => columns.find((each) => each.id === id);

  test('stand between the name and the age of the window’s own, each under an id of its own', () =>
    expect(columns.map(({ id }) => id)).toEqual([
      'name',
      'namespace',
      'size',
      'reclaim-policy',
      'polished',
      'size-3',
      'labels',
      'age',
    ]));

  test('say what they mean, and hide what is not important', () => {
    expect(byId('size')).toMatchObject({ about: 'How large it is.', align: 'end' });
    expect(columns.filter(({ hidden }) => hidden).map(({ id }) => id)).toEqual(['reclaim-policy', 'labels']);
  });

  test('sort numbers as numbers and ages by their time', () => {
    const older = object();
    const younger = object();
    vi.useFakeTimers({ now: 1_000_000_000 });
    keepCells(
      [older, younger],
      [
        ['one', 9, 'Keep', '2h', '', '1d'],
        ['two', 10, 'Keep', '5m', '', '1d'],
      ],
    );
    vi.useRealTimers();
    expect([older, younger].map((each) => byId('size')?.value(each, scene))).toEqual([9, 10]);
    expect(byId('polished')?.value(younger, scene)).toBe(-(1_000_000_000 - 300_000));
    expect(Number(byId('polished')?.value(older, scene))).toBeGreaterThan(-(1_000_000_000 - 300_000));
  });

  test.each([
    ['a map', { b: 1 }, '{"b":1}'],
    ['a list', ['a', { b: null }], '["a",{"b":null}]'],
    ['a truth', false, 'false'],
    ['nothing', null, ''],
  ])('tell %s in a cell', (_, cell, text) => {
    const one = object();
    keepCells([one], [['one', 1, cell]]);
    expect(byId('reclaim-policy')?.value(one, scene)).toBe(text);
  });

  test('say what the server says where a time is none', () => {
    const one = object();
    keepCells([one], [['one', 1, 'Keep', '<invalid>']]);
    expect(byId('polished')?.cell?.(one, scene)).toBeUndefined();
    expect(byId('polished')?.value(one, scene)).toBe('<invalid>');
  });

  test('are empty for an object that came without cells', () => expect(byId('size')?.value(object(), scene)).toBe(''));

  test('of a resource without namespaces have none for them', () =>
    expect(serverColumns(false, undefined).map(({ id }) => id)).toEqual(['name', 'labels', 'age']));
});

describe('how well an object is', () => {
  const withConditions = (...conditions: { type: string; status: string; reason?: string }[]) =>
    object({ status: { conditions } });
  const deleted = { ...object().metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
  test.each([
    ['ready', withConditions({ type: 'Ready', status: 'True' }), 'ok', 'Ready'],
    ['not ready', withConditions({ type: 'Ready', status: 'False', reason: 'NoSpring' }), 'bad', 'NoSpring'],
    ['unknown', withConditions({ type: 'Ready', status: 'Unknown' }), 'busy', 'Unknown'],
    [
      'stalled, whatever else it says',
      withConditions({ type: 'Ready', status: 'True' }, { type: 'Stalled', status: 'True' }),
      'bad',
      'Stalled',
    ],
    ['being deleted', object({ metadata: deleted }), 'busy', 'Terminating'],
    ['in a phase', object({ status: { phase: 'Pending' } }), 'busy', 'Pending'],
    ['silent about itself', object(), 'ok', ''],
  ])('%s', (_, one, tone, word) => expect(healthOf(one)).toEqual({ tone, word }));

  test.each([
    ['Running', 'ok'],
    ['CrashLoopBackOff', 'bad'],
    ['OutOfSync', 'warn'],
    ['blue', undefined],
  ])('the word %s says %s', (word, tone) => expect(toneOfWord(word)).toBe(tone));
});

test.each([
  ['5m', 300_000],
  ['3d4h', 273_600_000],
  ['<unknown>', undefined],
  ['', undefined],
  ['5', undefined],
])('an age of %s is %s ms', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

test.each([
  ['NetworkPolicy', 'networkpolicies', 'NetworkPolicies'],
  ['Widget', 'widgets', 'Widgets'],
  ['StorageClass', 'storageclasses', 'StorageClasses'],
  ['Other', 'things', 'things'],
  ['PodMetrics', 'pods', 'PodMetrics'],
])('many of %s (%s) are titled %s', (kind, plural, title) => expect(titleOf({ kind, plural })).toBe(title));

test.each([
  ['ReplicaSets', 'replica sets'],
  ['CSIDrivers', 'CSI drivers'],
  ['Pods', 'pods'],
])('%s are %s in a sentence', (title, words) => expect(inSentence(title)).toBe(words));

describe('the schema of a field', () => {
  const definitions: Record<string, FieldSchema> = {
    Spec: { description: 'Of the type.', properties: { parts: { items: { $ref: 'Part' } } } },
    Part: { properties: { labels: { additionalProperties: { type: 'string' } } } },
  };
  const schema = { root: { properties: { spec: { $ref: 'Spec', description: 'Of the place.' } } }, definitions };

  test('is found through references, lists and maps', () =>
    expect(schemaAt(schema, ['spec', 'parts', 3, 'labels', 'app'])).toEqual({ type: 'string' }));
  test('tells what is written at the place before what is written at the type', () =>
    expect(schemaAt(schema, ['spec'])?.description).toBe('Of the place.'));
  test('is none where nothing is said', () => {
    expect(schemaAt(schema, ['spec', 'nothing', 'at', 'all'])).toBeUndefined();
    expect(schemaAt(undefined, ['spec'])).toBeUndefined();
  });
});
