/**
 * Plans the next step of a rolling update. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/daemon/update.go (rollingUpdate)
 */
import type { Pod } from '../../api/types.ts';
import { isLeaving, type Situation, updateLimits, wantedNodes } from './situation.ts';

export interface UpdateStep {
  /** The nodes that get a pod beside the old one. */
  nodes: string[];
  remove: Pod[];
}

/** The pods of one node, apart from those that leave. */
interface Pair {
  node: string;
  fresh?: Pod | undefined;
  old?: Pod | undefined;
}

/** `crowded`: nodes with several pods of a revision, which are not touched until `planPresence` has thinned them out. */
function pairUp(situation: Situation): { pairs: Pair[]; crowded: number } {
  const nodes = [...new Set([...wantedNodes(situation), ...situation.pods.keys()])];
  const pairs: Pair[] = [];
  for (const node of nodes) {
    const pods = (situation.pods.get(node) ?? []).filter((pod) => !isLeaving(pod));
    const [fresh, ...moreFresh] = pods.filter(situation.isUpdated);
    const [old, ...moreOld] = pods.filter((pod) => !situation.isUpdated(pod));
    if (moreFresh.length + moreOld.length === 0) pairs.push({ node, fresh, old });
  }
  return { pairs, crowded: nodes.length - pairs.length };
}

/** Deletes old pods; `planPresence` then fills their nodes. Old pods that are unavailable go whatever the limit. */
function planReplacements(situation: Situation, limit: number): UpdateStep {
  const { pairs, crowded } = pairUp(situation);
  let unavailable = crowded;
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  for (const { fresh, old } of pairs) {
    const only = fresh && old ? undefined : (fresh ?? old);
    const isAvailable = only !== undefined && situation.isAvailable(only);
    if (!isAvailable) unavailable += 1;
    if (only && only === old) (isAvailable ? candidates : broken).push(only);
  }
  return { nodes: [], remove: [...broken, ...candidates.slice(0, Math.max(0, limit - unavailable))] };
}

/** What a surge does with the nodes that have old pods. */
interface Surge {
  /** Nodes whose old pod serves nobody: the limit does not count for them. */
  urgent: string[];
  candidates: string[];
  /** Old pods that are replaced, or that serve nobody where none is wanted. */
  done: Pod[];
  /** Old pods that serve on nodes where none is wanted. */
  unwanted: Pod[];
  waiting: number;
}

function placeOld(situation: Situation, { node, fresh, old }: Pair, surge: Surge): void {
  if (!old) return;
  const isAvailable = situation.isAvailable(old);
  if (fresh && situation.isAvailable(fresh)) surge.done.push(old);
  else if (fresh) surge.waiting += 1;
  else if (situation.placements.get(node) !== 'run') (isAvailable ? surge.unwanted : surge.done).push(old);
  else (isAvailable ? surge.candidates : surge.urgent).push(node);
}

/**
 * Creates new pods beside old ones, and deletes an old one when its successor is available. An old pod on a node that
 * is no longer wanted stays until enough others are available.
 */
function planSurge(situation: Situation, limit: number): UpdateStep {
  const { pairs, crowded } = pairUp(situation);
  const surge: Surge = { urgent: [], candidates: [], done: [], unwanted: [], waiting: crowded };
  for (const pair of pairs) placeOld(situation, pair, surge);
  const serving = pairs.map(({ fresh, old }) => old ?? fresh).filter((pod) => pod && situation.isAvailable(pod));
  const spare = Math.max(0, serving.length - wantedNodes(situation).length);
  const free = Math.max(0, limit - surge.waiting);
  return {
    nodes: [...surge.urgent, ...surge.candidates.slice(0, free)],
    remove: [...surge.done, ...surge.unwanted.slice(0, spare)],
  };
}

export function planUpdate(situation: Situation): UpdateStep {
  const { surge, unavailable } = updateLimits(situation.daemonSet, wantedNodes(situation).length);
  return surge === 0 ? planReplacements(situation, unavailable) : planSurge(situation, surge);
}
