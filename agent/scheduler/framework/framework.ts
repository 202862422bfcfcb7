/**
 * Runs the plugins of one profile, point by point.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/runtime/framework.go
 */
import type { Pod } from '../../api/types.ts';
import { type CycleState, sharedKey } from './cycle-state.ts';
import type { EventHint } from './events.ts';
import type { NodeInfo, PodInfo, Snapshot } from './info.ts';
import { priorityOf } from './info.ts';
import { addPod, copyNode } from './node-state.ts';
import type { Nominator } from './nominator.ts';
import type {
  Bind,
  Filter,
  NodeVerdicts,
  Plugin,
  PostFilterOutcome,
  PreFilterExtensions,
  QueueEntry,
  Rejection,
  Unfit,
  Wait,
} from './plugin.ts';
import { type Enabled, type ExtensionPoint, type PluginChoice, type Profile, pluginsAt, pluginsOf } from './profile.ts';
import { common } from './sets.ts';

export type PreFiltered =
  | { kind: 'nodes'; nodes?: ReadonlySet<string>; plugins: readonly string[] }
  | { kind: 'rejected'; rejection: Rejection };

export type Permitted = { kind: 'allowed' } | { kind: 'waiting'; waits: ReadonlyMap<string, number> };

export interface Framework {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore: number;
  /** What every plugin wants to hear of, by the plugin's name. */
  readonly hints: ReadonlyMap<string, readonly EventHint[]>;
  less(a: QueueEntry, b: QueueEntry): boolean;
  preEnqueue(pod: Pod): Rejection | undefined;
  preFilter(pod: PodInfo, snapshot: Snapshot, state: CycleState): PreFiltered;
  /** The first plugin that says no. */
  filter(pod: PodInfo, node: NodeInfo, state: CycleState): Rejection | undefined;
  /** As `filter`, and also with the pods of at least its priority that are nominated for the node. */
  filterWithNominated(pod: PodInfo, node: NodeInfo, state: CycleState): Rejection | undefined;
  addPod: PreFilterExtensions['addPod'];
  removePod: PreFilterExtensions['removePod'];
  postFilter(
    pod: PodInfo,
    verdicts: NodeVerdicts,
    snapshot: Snapshot,
    state: CycleState,
  ): PostFilterOutcome | undefined;
  /** The weighted sum of all scores, one per node. */
  score(pod: PodInfo, nodes: readonly NodeInfo[], snapshot: Snapshot, state: CycleState): number[];
  reserve(pod: PodInfo, nodeName: string, state: CycleState): Rejection | undefined;
  unreserve(pod: PodInfo, nodeName: string, state: CycleState): void;
  permit(pod: PodInfo, nodeName: string, state: CycleState): Permitted | { kind: 'rejected'; rejection: Rejection };
  preBind(pod: PodInfo, nodeName: string, state: CycleState, signal: AbortSignal): Promise<Rejection | undefined>;
  bind(pod: PodInfo, nodeName: string, signal: AbortSignal): Promise<void>;
  postBind(pod: PodInfo, nodeName: string, state: CycleState): void;
}

type With<K extends keyof Plugin> = Plugin & Required<Pick<Plugin, K>>;

const isObject = <T extends object>(value: T | string): value is T => typeof value === 'object';

const rejected = (plugin: string, { reasons, unresolvable }: Unfit): Rejection => ({ plugin, reasons, unresolvable });

/** The plugins leave no node in common. */
function unsatisfied(plugins: readonly string[]): string {
  const [first] = plugins;
  if (plugins.length === 1) return `node(s) didn't satisfy plugin ${first}`;
  return `node(s) didn't satisfy plugin(s) [${[...plugins].sort().join(' ')}] simultaneously`;
}

/** The filters that this cycle runs. */
const activeFilters = sharedKey<readonly (Plugin & Filter)[]>('active filters');

/** `instances` has every plugin that the profile names. Throws where the profile cannot sort its queue or bind. */
export function createFramework(
  profile: Profile,
  defaults: readonly PluginChoice[],
  instances: ReadonlyMap<string, Plugin>,
  nominator: Nominator,
): Framework {
  const missing = pluginsOf(profile, defaults).filter((name) => !instances.has(name));
  if (missing.length > 0) throw new Error(`profile ${profile.schedulerName}: unknown plugins ${missing.join(', ')}`);
  const enabledAt = (point: ExtensionPoint): Enabled[] => pluginsAt(point, profile, defaults, instances);
  const at = <K extends keyof Plugin>(point: ExtensionPoint, ...keys: K[]): With<K>[] =>
    enabledAt(point)
      .map(({ plugin }) => plugin)
      .filter((plugin): plugin is With<K> => keys.every((key) => key in plugin));

  const [queueSort] = at('queueSort', 'less');
  const binders = at('bind', 'bind');
  if (!queueSort) throw new Error(`profile ${profile.schedulerName}: no queue sort plugin is enabled`);
  if (binders.length === 0) throw new Error(`profile ${profile.schedulerName}: at least one bind plugin is needed`);
  const preEnqueues = at('preEnqueue', 'preEnqueue');
  const preFilters = at('preFilter', 'preFilter');
  const extensions = at('preFilter', 'addPod', 'removePod');
  const filters = at('filter', 'filter');
  const postFilters = at('postFilter', 'postFilter');
  const preScores = at('preScore', 'preScore');
  const scores = enabledAt('score').flatMap(({ plugin, weight }) => {
    const { score } = plugin;
    return score ? [{ plugin: { ...plugin, score }, weight }] : [];
  });
  const reserves = at('reserve', 'reserve', 'unreserve');
  const permits = at('permit', 'permit');
  const preBinds = at('preBind', 'preBind');
  const postBinds = at('postBind', 'postBind');
  const named = pluginsOf(profile, defaults).flatMap((name) => instances.get(name) ?? []);

  const filter = (pod: PodInfo, node: NodeInfo, state: CycleState): Rejection | undefined => {
    let active = state.read(activeFilters);
    if (!active) {
      active = filters.filter(({ name }) => !state.skipFilter.has(name));
      state.write(activeFilters, active);
    }
    for (const plugin of active) {
      const verdict = plugin.filter(pod, node, state);
      if (verdict !== 'fits') return rejected(plugin.name, verdict);
    }
    return undefined;
  };
  const addPodTo = (pod: PodInfo, added: PodInfo, node: NodeInfo, state: CycleState): void => {
    for (const plugin of extensions) {
      if (!state.skipFilter.has(plugin.name)) plugin.addPod(pod, added, node, state);
    }
  };

  return {
    schedulerName: profile.schedulerName,
    percentageOfNodesToScore: profile.percentageOfNodesToScore ?? 0,
    hints: new Map(
      named.flatMap((plugin) => (plugin.eventsToRegister ? [[plugin.name, plugin.eventsToRegister()]] : [])),
    ),
    less: (a, b) => queueSort.less(a, b),
    preEnqueue(pod) {
      for (const plugin of preEnqueues) {
        const verdict = plugin.preEnqueue(pod);
        if (verdict !== 'fits') return rejected(plugin.name, verdict);
      }
      return undefined;
    },
    preFilter(pod, snapshot, state) {
      let nodes: ReadonlySet<string> | undefined;
      const narrowing: string[] = [];
      for (const plugin of preFilters) {
        const outcome = plugin.preFilter(pod, snapshot, state);
        if (outcome === 'skip') state.skipFilter.add(plugin.name);
        if (!isObject(outcome)) continue;
        if ('reasons' in outcome) return { kind: 'rejected', rejection: rejected(plugin.name, outcome) };
        narrowing.push(plugin.name);
        nodes = common(nodes, outcome.nodes);
        if (nodes.size > 0) continue;
        const reason = unsatisfied(narrowing);
        return { kind: 'rejected', rejection: { plugin: plugin.name, reasons: [reason], unresolvable: true } };
      }
      return { kind: 'nodes', nodes, plugins: narrowing.sort() };
    },
    filter,
    filterWithNominated(pod, node, state) {
      const others = nominator
        .nominatedOn(node.name)
        .filter(
          (other) => other.pod.metadata.uid !== pod.pod.metadata.uid && priorityOf(other.pod) >= priorityOf(pod.pod),
        );
      if (others.length > 0) {
        const withThem = copyNode(node);
        const trial = state.clone();
        for (const other of others) {
          addPod(withThem, other);
          addPodTo(pod, other, withThem, trial);
        }
        const rejection = filter(pod, withThem, trial);
        if (rejection) return rejection;
      }
      // They may never come: the pod must fit without them as well, e.g. where it has an affinity to one of them.
      return filter(pod, node, state);
    },
    addPod: addPodTo,
    removePod(pod, removed, node, state) {
      for (const plugin of extensions) {
        if (!state.skipFilter.has(plugin.name)) plugin.removePod(pod, removed, node, state);
      }
    },
    postFilter(pod, verdicts, snapshot, state) {
      let last: PostFilterOutcome | undefined;
      for (const plugin of postFilters) {
        last = plugin.postFilter(pod, verdicts, snapshot, state) ?? last;
        if (last?.message === '') return last;
      }
      return last;
    },
    score(pod, nodes, snapshot, state) {
      for (const plugin of preScores) {
        if (plugin.preScore(pod, nodes, snapshot, state) === 'skip') state.skipScore.add(plugin.name);
      }
      const totals = nodes.map(() => 0);
      for (const { plugin, weight } of scores) {
        if (state.skipScore.has(plugin.name)) continue;
        const raw = nodes.map((node) => plugin.score(pod, node, state));
        const normal = plugin.normalize?.(raw, nodes, state) ?? raw;
        for (let i = 0; i < totals.length; i += 1) totals[i] = (totals[i] ?? 0) + (normal[i] ?? 0) * weight;
      }
      return totals;
    },
    reserve(pod, nodeName, state) {
      for (const plugin of reserves) {
        const verdict = plugin.reserve(pod, nodeName, state);
        if (verdict !== 'fits') return rejected(plugin.name, verdict);
      }
      return undefined;
    },
    unreserve(pod, nodeName, state) {
      for (const plugin of reserves.toReversed()) plugin.unreserve(pod, nodeName, state);
    },
    permit(pod, nodeName, state) {
      const waits = new Map<string, number>();
      for (const plugin of permits) {
        const verdict: 'fits' | Wait | Unfit = plugin.permit(pod, nodeName, state);
        if (!isObject(verdict)) continue;
        if ('reasons' in verdict) return { kind: 'rejected', rejection: rejected(plugin.name, verdict) };
        waits.set(plugin.name, verdict.wait);
      }
      return waits.size > 0 ? { kind: 'waiting', waits } : { kind: 'allowed' };
    },
    async preBind(pod, nodeName, state, signal) {
      for (const plugin of preBinds) {
        const verdict = await plugin.preBind(pod, nodeName, state, signal);
        if (verdict !== 'fits') return rejected(plugin.name, verdict);
      }
      return undefined;
    },
    async bind(pod, nodeName, signal) {
      for (const plugin of binders as readonly (Plugin & Bind)[]) {
        if ((await plugin.bind(pod, nodeName, signal)) === 'bound') return;
      }
      throw new Error('no bind plugin has bound the pod');
    },
    postBind(pod, nodeName, state) {
      for (const plugin of postBinds) plugin.postBind(pod, nodeName, state);
    },
  };
}
