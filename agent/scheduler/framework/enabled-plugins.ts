/** The plugins that a profile has enabled, by what they take part in. */
import type { Plugin, Rejection, Unfit } from './plugin.ts';
import { type Enabled, type ExtensionPoint, type PluginChoice, type Profile, pluginsAt, pluginsOf } from './profile.ts';

export type With<K extends keyof Plugin> = Plugin & Required<Pick<Plugin, K>>;

export interface EnabledPlugins {
  /** In the order in which they run; each has what is asked for. */
  at<K extends keyof Plugin>(point: ExtensionPoint, ...keys: K[]): With<K>[];
  /** The same with the weights that the profile gives them. */
  weighted(point: ExtensionPoint): Enabled[];
  /** Every plugin of the profile, whatever it takes part in. */
  all: readonly Plugin[];
}

/** Throws where the profile names a plugin that there is no instance of. */
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
        .filter((plugin): plugin is With<K> => keys.every((key) => key in plugin)),
    all: names.flatMap((name) => instances.get(name) ?? []),
  };
}

export const rejected = (plugin: string, { reasons, unresolvable }: Unfit): Rejection => ({
  plugin,
  reasons,
  unresolvable,
});

/** Whether a verdict says more than one word. */
export const isObject = <T extends object>(value: T | string): value is T => typeof value === 'object';
