/** Which file of the product imports which, types included, and where that goes round in circles. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';

const root = join(import.meta.dirname, '../../..');

/** By path from the root of the repository: the files that it imports. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

const sourcesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:ts|tsx|mts|mjs)$/.test(path) && !path.includes('node_modules'))
    .map((path) => join(folder, path));

/** Every module that a source names: imports, re-exports, dynamic imports, types. */
export function importsOf(path: string, source: string): string[] {
  const { module, errors } = parseSync(path, source);
  const reexports = module.staticExports.flatMap(({ entries }) => entries.map((entry) => entry.moduleRequest?.value));
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) => source.slice(start + 1, end - 1));
  const typeImports = [...source.matchAll(/\bimport\('([^']+)'\)/g)].map(([, name]) => name);
  const found = [...module.staticImports.map(({ moduleRequest }) => moduleRequest.value), ...reexports, ...dynamic];
  if (errors.length > 0) throw new Error(`${path} was not understood: ${errors[0]?.message}`);
  return [...new Set([...found, ...typeImports].filter((name) => name !== undefined))];
}

export function importGraph(folders: readonly string[]): ImportGraph {
  const files = folders.flatMap(sourcesBelow);
  const known = new Set(files);
  const resolve = (from: string, name: string): string => relative(root, join(root, dirname(from), name));
  const edges = (path: string): string[] => {
    const names = importsOf(path, readFileSync(join(root, path), 'utf8')).filter((name) => name.startsWith('.'));
    const targets = names.map((name) => resolve(path, name));
    const lost = targets.filter((target) => !existsSync(join(root, target)));
    if (lost.length > 0) throw new Error(`${path} imports what is not there: ${lost.join(', ')}`);
    return targets.filter((target) => known.has(target));
  };
  return new Map(files.map((path) => [path, new Set(edges(path))]));
}

/** The same for what `groupOf` puts together; what it leaves out is left out. */
export function grouped(graph: ImportGraph, groupOf: (path: string) => string | undefined): ImportGraph {
  const groups = new Map<string, Set<string>>();
  for (const [path, targets] of graph) {
    const from = groupOf(path);
    if (from === undefined) continue;
    const into = groups.get(from) ?? new Set();
    groups.set(from, into);
    for (const target of targets) {
      const to = groupOf(target);
      if (to !== undefined && to !== from) into.add(to);
    }
  }
  return groups;
}

/** What reaches itself, in groups of which each member reaches every other; both sorted. After Tarjan. */
export function cyclesIn(graph: ImportGraph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const open = new Set<string>();
  const found: string[][] = [];
  const visit = (node: string): number => {
    const index = order.size;
    order.set(node, index);
    let low = index;
    stack.push(node);
    open.add(node);
    for (const target of graph.get(node) ?? []) {
      const known = order.get(target);
      if (known === undefined) low = Math.min(low, visit(target));
      else if (open.has(target)) low = Math.min(low, known);
    }
    lowest.set(node, low);
    if (low !== index) return low;
    const members = stack.splice(stack.indexOf(node));
    for (const member of members) open.delete(member);
    if (members.length > 1 || graph.get(node)?.has(node)) found.push(members.sort());
    return low;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found.sort(([left = ''], [right = '']) => (left < right ? -1 : 1));
}
