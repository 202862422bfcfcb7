import { expect, test } from 'vitest';
import { cyclesIn, grouped, type ImportGraph, importGraph, importsOf } from './import-graph.ts';

const graph = importGraph(['agent', 'main', 'renderer']);

test('the graph has every folder of the product', () => {
  const known = ['agent/agent.ts', 'main/index.ts', 'renderer/app/app.tsx'];
  expect(known.filter((path) => !graph.has(path))).toEqual([]);
});

test('no file imports itself in a circle, types included', () => {
  expect(cyclesIn(graph)).toEqual([]);
});

/** Every folder that has a file somewhere below it. */
function foldersOf(paths: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    const steps = path.split('/').slice(0, -1);
    for (const [index] of steps.entries()) folders.add(steps.slice(0, index + 1).join('/'));
  }
  return [...folders].sort();
}

/** The graph of the folders right inside the given one; files that lie in it are in none of them. */
const foldersIn = (folder: string): ImportGraph =>
  grouped(graph, (path) => {
    const [first, ...more] = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split('/') : [];
    return more.length > 0 ? first : undefined;
  });

test('folders beside each other do not import each other in circles, whatever is in them', () => {
  const folders = foldersOf(graph.keys());
  const known = ['agent', 'agent/apiserver', 'agent/kubelet/runtime', 'main', 'main/cluster', 'renderer/resources'];
  expect(folders).toEqual(expect.arrayContaining(known));
  const circles = folders.flatMap((folder) =>
    cyclesIn(foldersIn(folder)).map((members) => `${folder}: ${members.join(', ')}`),
  );
  expect(circles).toEqual([]);
});

test('the folders of the kubelet do not import its own files, which connect them', () => {
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
