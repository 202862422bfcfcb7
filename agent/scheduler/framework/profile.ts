/**
 * A profile: a scheduler's name and its changes to the default plugins, in the terms of KubeSchedulerConfiguration.
 * https://kubernetes.io/docs/reference/scheduling/config/#profiles
 */
import type { Plugin } from './plugin.ts';

/** The extension points by their names in the configuration, with the method of a plugin for each. */
const methods = {
  preEnqueue: 'preEnqueue',
  queueSort: 'less',
  preFilter: 'preFilter',
  filter: 'filter',
  postFilter: 'postFilter',
  preScore: 'preScore',
  score: 'score',
  reserve: 'reserve',
  permit: 'permit',
  preBind: 'preBind',
  bind: 'bind',
  postBind: 'postBind',
} as const satisfies Record<string, keyof Plugin>;

export type ExtensionPoint = keyof typeof methods;

export interface PluginChoice {
  name: string;
  /** The weight of the plugin's score; 1 by default. */
  weight?: number;
}

export interface PluginSet {
  enabled?: readonly PluginChoice[];
  /** `*` stands for every default plugin. */
  disabled?: readonly { name: string }[];
}

export interface Profile<Args = unknown> {
  schedulerName: string;
  /** 0 or absent: the percentage adapts to the number of nodes. */
  percentageOfNodesToScore?: number;
  /** `multiPoint` applies to every point that the plugin implements; the set of a single point overrides it there. */
  plugins?: Partial<Record<ExtensionPoint | 'multiPoint', PluginSet>>;
  args?: Args;
}

export interface Enabled {
  plugin: Plugin;
  weight: number;
}

const isDisabled = (name: string, { disabled = [] }: PluginSet): boolean =>
  disabled.some((each) => each.name === name || each.name === '*');

function choices(defaults: readonly PluginChoice[], set: PluginSet = {}): PluginChoice[] {
  const enabled = set.enabled ?? [];
  const chosen = new Set(enabled.map(({ name }) => name));
  const kept = defaults.filter(({ name }) => !chosen.has(name) && !isDisabled(name, set));
  return [...kept, ...enabled];
}

/** The names of all plugins that the profile uses at any point. */
export function pluginsOf(profile: Profile, defaults: readonly PluginChoice[]): string[] {
  const sets = Object.values(profile.plugins ?? {});
  const named = sets.flatMap(({ enabled = [] }) => enabled.map(({ name }) => name));
  return [...new Set([...choices(defaults, profile.plugins?.multiPoint).map(({ name }) => name), ...named])];
}

/**
 * The plugins of one point, in the order in which they run: those of the point's own set that are also in `multiPoint`,
 * then the rest of `multiPoint`, then the rest of the point's own set.
 */
export function pluginsAt(
  point: ExtensionPoint,
  profile: Profile,
  defaults: readonly PluginChoice[],
  instances: ReadonlyMap<string, Plugin>,
): Enabled[] {
  const everywhere = choices(defaults, profile.plugins?.multiPoint);
  const own = profile.plugins?.[point] ?? {};
  const enabled = own.enabled ?? [];
  const overriding = enabled.filter(({ name }) => everywhere.some((each) => each.name === name));
  const rest = everywhere.filter(({ name }) => !isDisabled(name, own) && !enabled.some((each) => each.name === name));
  const added = enabled.filter((each) => !overriding.includes(each));
  return [...overriding, ...rest, ...added].flatMap(({ name, weight = 1 }) => {
    const plugin = instances.get(name);
    return plugin && methods[point] in plugin ? [{ plugin, weight }] : [];
  });
}
