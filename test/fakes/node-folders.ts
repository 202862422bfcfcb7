/** The folders of nodes that have no file system: which there are, as `node:path`. */
import type { NodeFolders } from '../../agent/controllers/shared/node-folders.ts';

export interface FakeNodeFolders extends NodeFolders {
  /** What was asked for, in order, e.g. `make worker /data`. */
  readonly calls: string[];
  readonly present: Set<string>;
  /** Nodes that do not answer. */
  readonly silent: Set<string>;
}

export function createFakeNodeFolders(): FakeNodeFolders {
  const calls: string[] = [];
  const present = new Set<string>();
  const silent = new Set<string>();
  const call = (verb: string, change: (key: string) => void) => async (node: string, path: string) => {
    calls.push(`${verb} ${node} ${path}`);
    if (silent.has(node)) throw new Error(`node ${node}: connect ECONNREFUSED`);
    change(`${node}:${path}`);
  };
  return {
    calls,
    present,
    silent,
    make: call('make', (key) => present.add(key)),
    remove: call('remove', (key) => present.delete(key)),
    empty: call('empty', () => {}),
  };
}
