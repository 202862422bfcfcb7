import { expect, test } from 'vitest';
import { cyclesIn, grouped, type ImportGraph, importGraph, importsOf } from './import-graph.ts';

const graph = importGraph(['agent', 'main', 'renderer']);

/** The folder right inside the given one; undefined for a file that is in none. */
function inFolder(folder: string, path: string): string | undefined {
  const [first = '', ...more] = path.slice(folder.length + 1).split('/');
  return more.length > 0 ? first : undefined;
}

test('the graph has every folder of the product', () => {
  const known = ['agent/agent.ts', 'main/index.ts', 'renderer/app/app.tsx'];
  expect(known.filter((path) => !graph.has(path))).toEqual([]);
});

test('no file imports itself in a circle, types included', () => {
  expect(cyclesIn(graph)).toEqual([]);
});

test.each(['agent', 'agent/scheduler', 'agent/network', 'agent/controllers', 'agent/kubelet/runtime', 'agent/api'])(
  'the folders in %s do not import each other in circles',
  (folder) => {
    const folders = grouped(graph, (path) => (path.startsWith(`${folder}/`) ? inFolder(folder, path) : undefined));
    expect(folders.size).toBeGreaterThan(1);
    expect(cyclesIn(folders)).toEqual([]);
  },
);

test('the folders of the kubelet do not import each other in circles', () => {
  const kubelet = /^agent\/kubelet\/(?:([^/]+)\/)?/;
  const folders = grouped(graph, (path) => {
    const found = kubelet.exec(path);
    return found ? (found[1] ?? 'kubelet.ts and its siblings') : undefined;
  });
  expect([...folders.keys()]).toEqual(
    expect.arrayContaining(['pods', 'probes', 'volumes', 'runtime', 'server', 'spec']),
  );
  expect(cyclesIn(folders)).toEqual([]);
});

const graphOf = (edges: Record<string, string[]>): ImportGraph =>
  new Map(Object.entries(edges).map(([from, to]) => [from, new Set(to)]));

test.each<[string, Record<string, string[]>, string[][]]>([
  ['a line', { a: ['b'], b: ['c'], c: [] }, []],
  ['two that import each other', { a: ['b'], b: ['a', 'c'], c: [] }, [['a', 'b']]],
  ['a long way round', { a: ['b'], b: ['c'], c: ['d'], d: ['a'] }, [['a', 'b', 'c', 'd']]],
  ['two ways to one place', { a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }, []],
  ['itself', { a: ['a'] }, [['a']]],
  [
    'two circles with a way between',
    { a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] },
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
])('circles are found in %s', (_name, edges, cycles) => {
  expect(cyclesIn(graphOf(edges))).toEqual(cycles);
});

test('every way to import counts', () => {
  const source = [
    "import { a } from './a.ts';",
    "import type { B } from './b.ts';",
    "export { c } from './c.ts';",
    "export const d = () => import('./d.ts');",
    "export type E = import('./e.ts').E;",
    "import './f.ts';",
  ];
  expect(importsOf('x.ts', source.join('\n')).sort()).toEqual([
    './a.ts',
    './b.ts',
    './c.ts',
    './d.ts',
    './e.ts',
    './f.ts',
  ]);
});
