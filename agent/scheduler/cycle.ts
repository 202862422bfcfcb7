/**
 * One attempt to find a node for a pod: PreFilter, Filter, PostFilter if no node fits, PreScore, Score.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/schedule_one.go (schedulePod)
 */

import { CycleState } from './framework/cycle-state.ts';
import { fitMessage, preFilterMessage } from './framework/fit-error.ts';
import type { Framework } from './framework/framework.ts';
import type { NodeInfo, PodInfo, Snapshot } from './framework/info.ts';
import { type NodeVerdicts, neverFit, type Rejection, type Unfit } from './framework/plugin.ts';

export interface Placed {
  kind: 'node';
  name: string;
  state: CycleState;
}

export interface NotPlaced {
  kind: 'none';
  message: string;
  /** The plugins that rejected a node, or the pod. */
  rejectedBy: ReadonlySet<string>;
  /** See `PostFilterOutcome`. */
  nominate?: string;
}

export type Placement = Placed | NotPlaced;

const minFeasibleNodes = 100;
const minPercentage = 5;

/** How many feasible nodes are enough to choose from, in a cluster of `count` nodes. */
export function feasibleNodesToFind(count: number, percentageOfNodesToScore: number): number {
  if (count < minFeasibleNodes) return count;
  const adaptive = Math.max(minPercentage, 50 - Math.trunc(count / 125));
  const percentage = percentageOfNodesToScore || adaptive;
  return Math.max(minFeasibleNodes, Math.trunc((count * percentage) / 100));
}

/** The node with the highest total. Of equal ones, the one with the fewest pods, then the first by name. */
function best(nodes: readonly NodeInfo[], totals: readonly number[]): NodeInfo | undefined {
  let chosen: { node: NodeInfo; total: number } | undefined;
  nodes.forEach((node, i) => {
    const total = Math.round(totals[i] ?? 0);
    const isBetter =
      !chosen ||
      total > chosen.total ||
      (total === chosen.total &&
        (node.pods.size < chosen.node.pods.size ||
          (node.pods.size === chosen.node.pods.size && node.name < chosen.node.name)));
    if (isBetter) chosen = { node, total };
  });
  return chosen?.node;
}

interface Search {
  feasible: NodeInfo[];
  byNode: Map<string, Rejection>;
}

export interface Placer {
  place(framework: Framework, pod: PodInfo, snapshot: Snapshot): Placement;
}

/** Remembers where the last search ended, so that in a large cluster every node gets its turn. */
export function createPlacer(): Placer {
  let start = 0;

  const search = (framework: Framework, pod: PodInfo, nodes: readonly NodeInfo[], state: CycleState): Search => {
    const enough = feasibleNodesToFind(nodes.length, framework.percentageOfNodesToScore);
    const found: Search = { feasible: [], byNode: new Map() };
    for (let i = 0; i < nodes.length && found.feasible.length < enough; i += 1) {
      const node = nodes[(start + i) % nodes.length];
      if (!node) continue;
      const rejection = framework.filterWithNominated(pod, node, state);
      if (rejection) found.byNode.set(node.name, rejection);
      else found.feasible.push(node);
    }
    return found;
  };

  /** Tries the nominated node, where preemption made room, before all others. */
  const tryNominated = (framework: Framework, pod: PodInfo, snapshot: Snapshot, state: CycleState) => {
    const node = snapshot.find(pod.pod.status?.nominatedNodeName ?? '');
    return node && !framework.filterWithNominated(pod, node, state) ? node : undefined;
  };

  const fail = (
    framework: Framework,
    pod: PodInfo,
    snapshot: Snapshot,
    state: CycleState,
    why: { message: string; verdicts: NodeVerdicts; rejectedBy: ReadonlySet<string> },
  ): NotPlaced => {
    const outcome = framework.postFilter(pod, why.verdicts, snapshot, state);
    return {
      kind: 'none',
      message: outcome?.message ? `${why.message} ${outcome.message}` : why.message,
      rejectedBy: why.rejectedBy,
      nominate: outcome?.nominate,
    };
  };

  return {
    place(framework, pod, snapshot) {
      const state = new CycleState();
      const { nodes } = snapshot;
      if (nodes.length === 0) {
        return { kind: 'none', message: 'no nodes available to schedule pods', rejectedBy: new Set() };
      }
      const filtered = framework.preFilter(pod, snapshot, state);
      if (filtered.kind === 'rejected') {
        const { rejection } = filtered;
        const verdicts = { byNode: new Map(), absent: rejection };
        const message = preFilterMessage(rejection.reasons, nodes.length);
        return fail(framework, pod, snapshot, state, { message, verdicts, rejectedBy: new Set([rejection.plugin]) });
      }
      const nominated = tryNominated(framework, pod, snapshot, state);
      if (nominated) return { kind: 'node', name: nominated.name, state };

      const candidates = filtered.nodes ? [...filtered.nodes].flatMap((name) => snapshot.find(name) ?? []) : nodes;
      const { feasible, byNode } = search(framework, pod, candidates, state);
      start = (start + feasible.length + byNode.size) % nodes.length;
      const [first] = feasible;
      if (first) {
        const node = feasible.length > 1 ? best(feasible, framework.score(pod, feasible, snapshot, state)) : first;
        return { kind: 'node', name: (node ?? first).name, state };
      }
      const absent: Unfit = filtered.nodes
        ? neverFit(`node(s) didn't satisfy plugin(s) [${filtered.plugins.join(' ')}]`)
        : neverFit();
      const verdicts = { byNode, absent };
      const rejectedBy = new Set([...filtered.plugins, ...[...byNode.values()].map(({ plugin }) => plugin)]);
      const message = fitMessage(verdicts, nodes.length);
      return fail(framework, pod, snapshot, state, { message, verdicts, rejectedBy });
    },
  };
}
