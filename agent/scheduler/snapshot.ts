/**
 * Copies of the nodes for one scheduling cycle. Only what changed since the last cycle is copied again.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/backend/cache/cache.go (UpdateSnapshot)
 */
import type { Node } from '../api/types.ts';
import type { NodeInfo, Snapshot } from './framework/info.ts';
import { copyNode, type NodeState } from './framework/node-state.ts';

const zoneOf = ({ metadata }: Node): string => {
  const labels = metadata.labels ?? {};
  return `${labels['topology.kubernetes.io/region'] ?? ''}:${labels['topology.kubernetes.io/zone'] ?? ''}`;
};

/** Takes one node of each zone in turn, so that a partial search covers several zones. */
function zonesInTurn(nodes: Iterable<NodeInfo>): NodeInfo[] {
  const zones = Map.groupBy(nodes, ({ node }) => zoneOf(node));
  const queues = [...zones.values()];
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => queues.flatMap((queue) => queue[i] ?? [])).flat();
}

export interface Snapshots {
  changed(state: NodeState): void;
  current(): Snapshot;
}

export function createSnapshots(): Snapshots {
  const dirty = new Set<NodeState>();
  const copies = new Map<string, NodeInfo>();
  const positions = new Map<string, number>();
  const withAffinity = new Map<string, NodeInfo>();
  const withRequiredAntiAffinity = new Map<string, NodeInfo>();
  const images = new Map<string, number>();
  let order: NodeInfo[] = [];

  const countImages = (before: NodeInfo | undefined, after: NodeInfo | undefined): void => {
    if (before?.images === after?.images) return;
    for (const name of before?.images.keys() ?? []) images.set(name, (images.get(name) ?? 0) - 1);
    for (const name of after?.images.keys() ?? []) images.set(name, (images.get(name) ?? 0) + 1);
    for (const name of before?.images.keys() ?? []) if (images.get(name) === 0) images.delete(name);
  };
  const file = (index: Map<string, NodeInfo>, node: NodeInfo, belongs: boolean): void => {
    if (belongs) index.set(node.name, node);
    else index.delete(node.name);
  };
  /** Returns true if the order of the nodes must be computed again. */
  const remove = (name: string): boolean => {
    const before = copies.get(name);
    if (!before) return false;
    copies.delete(name);
    withAffinity.delete(name);
    withRequiredAntiAffinity.delete(name);
    countImages(before, undefined);
    return true;
  };
  const replace = (state: NodeState, node: Node): boolean => {
    const before = copies.get(state.name);
    const copy: NodeInfo = { ...copyNode(state), node };
    copies.set(state.name, copy);
    file(withAffinity, copy, copy.podsWithAffinity.size > 0);
    file(withRequiredAntiAffinity, copy, copy.podsWithRequiredAntiAffinity.size > 0);
    countImages(before, copy);
    const position = positions.get(state.name);
    if (!before || position === undefined || zoneOf(before.node) !== zoneOf(node)) return true;
    order[position] = copy;
    return false;
  };

  const snapshot: Snapshot = {
    get nodes() {
      return order;
    },
    find: (name) => copies.get(name),
    withAffinity,
    withRequiredAntiAffinity,
    nodesWithImage: (name) => images.get(name) ?? 0,
  };
  return {
    changed: (state) => void dirty.add(state),
    current() {
      let reorder = false;
      for (const state of dirty) {
        const changed = state.node ? replace(state, state.node) : remove(state.name);
        reorder ||= changed;
      }
      dirty.clear();
      if (!reorder) return snapshot;
      order = zonesInTurn(copies.values());
      positions.clear();
      order.forEach(({ name }, i) => {
        positions.set(name, i);
      });
      return snapshot;
    },
  };
}
