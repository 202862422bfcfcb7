/** One plugin alone, at the extension points that it takes part in. */
import type { Node, Pod } from '../../../../agent/api/types.ts';
import { createCache } from '../../../../agent/scheduler/cache.ts';
import { CycleState } from '../../../../agent/scheduler/framework/cycle-state.ts';
import { type ClusterEvent, type Hint, hintFor } from '../../../../agent/scheduler/framework/events.ts';
import { podInfo, type Snapshot } from '../../../../agent/scheduler/framework/info.ts';
import type { FilterPlugin, Plugin, ScorePlugin } from '../../../../agent/scheduler/framework/plugin.ts';

/** Pods by the name of the node that they run on. */
export type Running = Record<string, Pod[]>;

export function snapshotOf(nodes: readonly Node[], running: Running = {}): Snapshot {
  const cache = createCache();
  for (const node of nodes) cache.setNode(node);
  for (const [name, pods] of Object.entries(running)) for (const pod of pods) cache.setPod(pod, name);
  return cache.snapshot();
}

export interface Changes {
  /** Taken away, and then put back, after PreFilter. */
  without?: readonly Pod[];
  again?: readonly Pod[];
}

/** The reasons against, by node; nodes that fit are left out. */
export function filtered(
  plugin: FilterPlugin,
  pod: Pod,
  nodes: readonly Node[],
  running: Running = {},
  { without = [], again = [] }: Changes = {},
): Record<string, string> {
  const snapshot = snapshotOf(nodes, running);
  const state = new CycleState();
  const info = podInfo(pod);
  if (plugin.preFilter?.(info, snapshot, state) === 'skip') return {};
  const nodeOf = (other: Pod) => snapshot.nodes.find(({ pods }) => pods.has(other.metadata.uid));
  for (const other of without) {
    const node = nodeOf(other);
    if (node) plugin.removePod?.(info, podInfo(other), node, state);
  }
  for (const other of again) {
    const node = nodeOf(other);
    if (node) plugin.addPod?.(info, podInfo(other), node, state);
  }
  const verdicts = snapshot.nodes.map((node) => [node.name, plugin.filter(info, node, state)] as const);
  return Object.fromEntries(
    verdicts.flatMap(([name, verdict]) => (verdict === 'fits' ? [] : [[name, verdict.reasons.join(', ')]])),
  );
}

/** Scores in the order of the nodes given; `skip` where the plugin has nothing to say. */
export function scored(
  plugin: ScorePlugin,
  pod: Pod,
  nodes: readonly Node[],
  running: Running = {},
): number[] | 'skip' {
  const snapshot = snapshotOf(nodes, running);
  const state = new CycleState();
  const info = podInfo(pod);
  const infos = nodes.flatMap(({ metadata }) => snapshot.find(metadata.name) ?? []);
  if (plugin.preScore?.(info, infos, snapshot, state) === 'skip') return 'skip';
  const raw = infos.map((node) => plugin.score(info, node, state));
  return (plugin.normalize?.(raw, infos, state) ?? raw).map(Math.round);
}

/** What the event means for a pod that the plugin rejected; undefined where it did not register for it. */
export function hinted(plugin: Plugin, pod: Pod, event: ClusterEvent): Hint | undefined {
  const hints = (plugin.eventsToRegister?.() ?? []).map((registered) => hintFor(registered, pod, event));
  return hints.find((hint) => hint === 'queue') ?? hints.find((hint) => hint === 'skip');
}
