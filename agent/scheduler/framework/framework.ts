/**
 * Runs the plugins of one profile, point by point.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/scheduler/framework/runtime/framework.go
 */
import type { Pod } from '../../api/types.ts';
import { type BindPoints, createBindPoints } from './bind-points.ts';
import { enabledPlugins, rejected } from './enabled-plugins.ts';
import type { EventHint } from './events.ts';
import { createFilterPoints, type FilterPoints } from './filter-points.ts';
import type { Nominator } from './nominator.ts';
import type { Plugin, QueueEntry, Rejection } from './plugin.ts';
import type { PluginChoice, Profile } from './profile.ts';
import { createScorePoints, type ScorePoints } from './score-points.ts';

export interface Framework extends FilterPoints, ScorePoints, BindPoints {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore: number;
  /** The registered events of each plugin, by the plugin's name. */
  readonly hints: ReadonlyMap<string, readonly EventHint[]>;
  less(a: QueueEntry, b: QueueEntry): boolean;
  preEnqueue(pod: Pod): Rejection | undefined;
}

/** `instances` contains all plugins that the profile names. Throws if the profile cannot sort its queue or bind. */
export function createFramework(
  profile: Profile,
  defaults: readonly PluginChoice[],
  instances: ReadonlyMap<string, Plugin>,
  nominator: Nominator,
): Framework {
  const { schedulerName, percentageOfNodesToScore = 0 } = profile;
  const plugins = enabledPlugins(profile, defaults, instances);
  const [queueSort] = plugins.at('queueSort', 'less');
  const binders = plugins.at('bind', 'bind');
  if (!queueSort) throw new Error(`profile ${schedulerName}: no queue sort plugin is enabled`);
  if (binders.length === 0) throw new Error(`profile ${schedulerName}: at least one bind plugin is needed`);
  const preEnqueues = plugins.at('preEnqueue', 'preEnqueue');
  const hints = plugins.all.flatMap((plugin) =>
    plugin.eventsToRegister ? [[plugin.name, plugin.eventsToRegister()] as const] : [],
  );
  return {
    schedulerName,
    percentageOfNodesToScore,
    hints: new Map(hints),
    less: (a, b) => queueSort.less(a, b),
    preEnqueue(pod) {
      for (const plugin of preEnqueues) {
        const verdict = plugin.preEnqueue(pod);
        if (verdict !== 'fits') return rejected(plugin.name, verdict);
      }
      return undefined;
    },
    ...createFilterPoints(plugins, nominator),
    ...createScorePoints(plugins),
    ...createBindPoints(plugins, binders),
  };
}
