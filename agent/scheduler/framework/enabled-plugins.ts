/** The enabled plugins of a profile, by extension point. */
import type { Plugin, Rejection, Unfit } from './plugin.ts';
import { type Enabled, type ExtensionPoint, type PluginChoice, type Profile, pluginsAt, pluginsOf } from './profile.ts';

export type PluginWith<K extends keyof Plugin> = Plugin & Required<Pick<Plugin, K>>;

export interface EnabledPlugins {
  /** The plugins of a point that have the given methods, in the order in which they run. */
  at<K extends keyof Plugin>(point: ExtensionPoint, ...keys: K[]): PluginWith<K>[];
  /** The plugins of a point with their weights from the profile. */
  weighted(point: ExtensionPoint): Enabled[];
  /** All plugins of the profile. */
  all: readonly Plugin[];
}

/** Throws if the profile names a plugin without an instance. */
export function enabledPlugins(
  profile: Profile,
  defaults: readonly PluginChoice[],
  instances: ReadonlyMap<string, Plugin>,
): EnabledPlugins {
  const names = pluginsOf(profile, defaults);
  const missing = names.filter((name) => !instances.has(name));
  if (missing.length > 0) throw new Error(`profile ${profile.schedulerName}: unknown plugins ${missing.join(', ')}`);
  const weighted = (point: ExtensionPoint): Enabled[] => pluginsAt(point, profile, defaults, instances);
  return {
    weighted,
    at: <K extends keyof Plugin>(point: ExtensionPoint, ...keys: K[]) =>
      weighted(point)
        .map(({ plugin }) => plugin)
        .filter((plugin): plugin is PluginWith<K> => keys.every((key) => key in plugin)),
    all: names.flatMap((name) => instances.get(name) ?? []),
  };
}

export const rejected = (plugin: string, { reasons, unresolvable }: Unfit): Rejection => ({
  plugin,
  reasons,
  unresolvable,
});

/** True if a verdict is an object, not one of the plain words. */
export const isObject = <T extends object>(value: T | string): value is T => typeof value === 'object';
