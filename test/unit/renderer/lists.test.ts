import { describe, expect, test } from 'vitest';
import type { AnyObject } from '../../../agent/api/types.ts';
import { formatBytes, formatCpu, toNumber } from '../../../renderer/data/quantity.ts';
import { applyFilter, matchesLabel, parseFilter, type Sort } from '../../../renderer/resources/filter.ts';
import { fitColumns, widthOf, widthsOf } from '../../../renderer/resources/fit-columns.ts';
import { SortedRows } from '../../../renderer/resources/sorted-rows.ts';
import { commandOf } from '../../../renderer/resources/table-keys.ts';
import type { Column, Scene } from '../../../renderer/resources/view.ts';
import { rowsInSight } from '../../../renderer/ui/window-of-rows.ts';

const object = (name: string, labels: Record<string, string> = {}, extra = {}): AnyObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  ...extra,
});
const scene: Scene = { context: 'test', related: {}, exposed: [] };
const columns: Column[] = [
  { id: 'name', title: 'Name', width: 1, value: ({ metadata }) => metadata.name },
  { id: 'size', title: 'Size', width: 1, value: ({ spec }) => Number(spec?.size ?? 0) },
];
const names = (objects: readonly AnyObject[]) => objects.map(({ metadata }) => metadata.name);

describe('the filter', () => {
  test('tells label conditions from words', () =>
    expect(parseFilter('Web app=a app.kubernetes.io/name!=b')).toEqual({
      labels: ['app=a', 'app.kubernetes.io/name!=b'],
      words: ['web'],
    }));

  test.each([
    ['app=a', true],
    ['app=b', false],
    ['app!=b', true],
    ['missing=', false],
    ['missing!=x', true],
  ])('%s matches: %s', (condition, matches) =>
    expect(matchesLabel(object('x', { app: 'a' }), condition)).toBe(matches),
  );

  test('wants every word somewhere in the columns, and every label', () => {
    const objects = [object('web-1', { app: 'a' }), object('web-2', { app: 'b' }), object('db-1', { app: 'a' })];
    expect(names(applyFilter(objects, parseFilter('WEB app=a'), columns, scene))).toEqual(['web-1']);
  });

  test('without conditions gives back the very list', () => {
    const objects = [object('a')];
    expect(applyFilter(objects, parseFilter(' '), columns, scene)).toBe(objects);
  });
});

describe('sorting', () => {
  const [byName, bySize] = columns as [Column, Column];
  const sized = (name: string, size: number) => object(name, {}, { spec: { size } });
  const order = (column: Column, descending = false) => ({
    sort: { id: column.id, descending } as Sort,
    column,
    scene,
  });

  test('reads numbers in names as numbers', () =>
    expect(names(new SortedRows<AnyObject>().update([object('a-10'), object('a-9')], order(byName)))).toEqual([
      'a-9',
      'a-10',
    ]));

  test('falls back to the name where values are equal', () =>
    expect(
      names(new SortedRows<AnyObject>().update([sized('b', 1), sized('a', 1), sized('c', 2)], order(bySize, true))),
    ).toEqual(['c', 'a', 'b']));

  test('after any change is what sorting everything anew would give', () => {
    const rows = new SortedRows<AnyObject>();
    let objects = Array.from({ length: 60 }, (_, index) => sized(`p-${index}`, (index * 37) % 11));
    for (let round = 0; round < 40; round++) {
      const { descending, column } = { descending: round % 3 === 0, column: round % 7 < 3 ? bySize : byName };
      const changed = (round * 13) % objects.length;
      objects = objects.map((one, at) => (at % 9 === round % 9 ? sized(one.metadata.name, (at * round) % 17) : one));
      objects.splice(changed, 1);
      objects.push(sized(`q-${round}`, round % 5));
      const whole = new SortedRows<AnyObject>().update(objects, order(column, descending));
      expect(rows.update(objects, order(column, descending))).toEqual(whole);
    }
  });

  test('gives back the very list where nothing has changed', () => {
    const rows = new SortedRows<AnyObject>();
    const objects = [object('b'), object('a')];
    const first = rows.update(objects, order(byName));
    expect(rows.update([...objects], order(byName))).toBe(first);
  });
});

describe('the keys of a list', () => {
  const place = { active: 4, page: 10, last: 99 };
  const key = (name: string, more = {}) => ({ key: name, ctrlKey: false, metaKey: false, shiftKey: false, ...more });
  test.each([
    [key('j'), { to: 5 }],
    [key('ArrowUp'), { to: 3 }],
    [key('PageDown'), { to: 14 }],
    [key('End'), { to: 99 }],
    [key('Enter'), { row: true, open: true }],
    [key('a', { ctrlKey: true }), { all: true }],
    [key('c', { ctrlKey: true }), undefined],
    [key('F10', { shiftKey: true }), { row: true, menu: true }],
    [key('l'), { row: true }],
  ])('%o', (pressed, command) => expect(commandOf(pressed, place)).toEqual(command));
});

describe('quantities', () => {
  test.each([
    ['250m', 0.25],
    ['2', 2],
    ['1Gi', 2 ** 30],
    ['64Mi', 2 ** 26],
    ['1e3', 1000],
    ['5k', 5000],
    [undefined, 0],
    ['x', 0],
  ])('%s is %d', (text, value) => expect(toNumber(text)).toBeCloseTo(value));
  test.each([
    [0, '0 B'],
    [1536, '1.5 KiB'],
    [25_230_000_000, '23.5 GiB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
  test.each([
    [0.25, '250m'],
    [1.55, '1.6'],
    [16, '16'],
  ])('%d cores are %s', (cores, text) => expect(formatCpu(cores)).toBe(text));
});

describe('what of a list is drawn', () => {
  test.each([
    [0, { from: 0, to: 32 }],
    [340, { from: 0, to: 38 }],
    [34 * 10_000, { from: 9_990, to: 10_028 }],
  ])('scrolled down by %i pixels', (top, expected) => expect(rowsInSight(top, 680, 34)).toEqual(expected));

  test('always covers what is in sight', () => {
    for (let top = 0; top < 5_000; top += 7) {
      const { from, to } = rowsInSight(top, 680, 34);
      expect(from * 34).toBeLessThanOrEqual(top);
      expect(to * 34).toBeGreaterThanOrEqual(top + 680);
    }
  });

  test('columns share what room is left by how much they may grow', () => {
    const both: Column[] = [
      { id: 'name', title: '', width: 100, grow: 3, value: () => '' },
      { id: 'size', title: '', width: 50, grow: 1, value: () => '' },
    ];
    expect(widthsOf(both, widthOf(both) + 40)).toEqual([130, 60]);
    expect(widthsOf(both, 0)).toEqual([100, 50]);
  });

  test('columns that do not fit go from the right, those that matter most last', () => {
    const column = (id: string): Column => ({ id, title: id, width: 100, value: () => '' });
    const all = ['name', 'namespace', 'status', 'ip', 'age'].map(column);
    const ids = (width: number) => fitColumns(all, width).map(({ id }) => id);
    expect(ids(widthOf(all))).toEqual(['name', 'namespace', 'status', 'ip', 'age']);
    expect(ids(widthOf(all) - 1)).toEqual(['name', 'namespace', 'status', 'age']);
    expect(ids(420)).toEqual(['name', 'status', 'age']);
    expect(ids(310)).toEqual(['name', 'status']);
  });
});
