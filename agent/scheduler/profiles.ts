/**
 * Creates the frameworks of a scheduler's profiles.
 * https://kubernetes.io/docs/reference/scheduling/config/#multiple-profiles
 */
import type { Pod } from '../api/types.ts';
import { createFramework, type Framework } from './framework/framework.ts';
import type { Handle } from './framework/handle.ts';
import type { Nominator } from './framework/nominator.ts';
import type { Profile } from './framework/profile.ts';
import { createPlugins, defaultPlugins, type PluginArgs } from './plugins/registry.ts';

export const defaultSchedulerName = 'default-scheduler';

export const schedulerNameOf = ({ spec }: Pod): string => spec.schedulerName ?? defaultSchedulerName;

/** The frameworks by scheduler name. Throws if a profile names an unknown plugin, or a name is used twice. */
export function createProfiles(
  profiles: readonly Profile<PluginArgs>[],
  handleFor: (schedulerName: string) => Omit<Handle, 'framework'>,
  nominator: Nominator,
): ReadonlyMap<string, Framework> {
  const frameworks = new Map<string, Framework>();
  for (const profile of profiles) {
    const { schedulerName, args = {} } = profile;
    if (frameworks.has(schedulerName)) throw new Error(`duplicate profile with scheduler name "${schedulerName}"`);
    const framework = (): Framework => {
      const found = frameworks.get(schedulerName);
      if (!found) throw new Error(`profile ${schedulerName} is not ready yet`);
      return found;
    };
    const plugins = createPlugins(args, { ...handleFor(schedulerName), framework });
    frameworks.set(schedulerName, createFramework(profile, defaultPlugins, plugins, nominator));
  }
  return frameworks;
}
