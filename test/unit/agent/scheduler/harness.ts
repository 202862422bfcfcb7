/**
 * The scheduler's parts without an API server: what a profile does with pods and nodes that a test puts in the cache.
 */
import type { Pod } from '../../../../agent/api/types.ts';
import { createCache, type SchedulerCache } from '../../../../agent/scheduler/cache.ts';
import { createPlacer, type Placement } from '../../../../agent/scheduler/cycle.ts';
import type { Framework } from '../../../../agent/scheduler/framework/framework.ts';
import type { Handle, StorageLister } from '../../../../agent/scheduler/framework/handle.ts';
import { podInfo } from '../../../../agent/scheduler/framework/info.ts';
import { createNominator, type Nominator } from '../../../../agent/scheduler/framework/nominator.ts';
import type { Profile } from '../../../../agent/scheduler/framework/profile.ts';
import type { PluginArgs } from '../../../../agent/scheduler/plugins/registry.ts';
import { createProfiles } from '../../../../agent/scheduler/profiles.ts';

export interface TestScheduler {
  cache: SchedulerCache;
  nominator: Nominator;
  framework: Framework;
  place(pod: Pod): Placement;
  /** What was written to the API server, e.g. `preempt a for b on node`. */
  writes: string[];
}

export interface TestSchedulerOptions {
  profile?: Partial<Profile<PluginArgs>>;
  handle?: Partial<Handle>;
}

/** No claims, volumes or classes. */
export const emptyStorage: StorageLister = {
  claim: () => undefined,
  volume: () => undefined,
  volumes: () => [],
  storageClass: () => undefined,
  csiNode: () => undefined,
  until: async () => {},
  hasPod: () => true,
};

const at = Date.UTC(2026, 0, 1);

export function aScheduler({ profile, handle }: TestSchedulerOptions = {}): TestScheduler {
  const cache = createCache();
  const nominator = createNominator();
  const writes: string[] = [];
  const wrote = async (text: string): Promise<void> => void writes.push(text);
  const schedulerName = profile?.schedulerName ?? 'default-scheduler';
  const profiles = createProfiles(
    [{ schedulerName, ...profile }],
    () => ({
      api: {
        bind: ({ metadata }, node) => wrote(`bind ${metadata.name} to ${node}`),
        preempt: (victim, { metadata }, node) =>
          wrote(`preempt ${victim.metadata.name} for ${metadata.name} on ${node}`),
        updateVolume: ({ metadata, spec }) => wrote(`bind volume ${metadata.name} to claim ${spec.claimRef?.name}`),
        updateClaim: ({ metadata }) => wrote(`ask for a volume for ${metadata.name}`),
        clearNomination: ({ metadata }) => wrote(`clear the nomination of ${metadata.name}`),
      },
      storage: emptyStorage,
      nominatedOn: nominator.nominatedOn,
      disruptionBudgets: () => [],
      namespaceLabels: () => ({}),
      servicesIn: () => [],
      selectorOfOwner: () => undefined,
      rejectWaiting: () => false,
      preemptionEnded: () => undefined,
      preempted: () => undefined,
      now: () => at,
      random: () => 0,
      ...handle,
    }),
    nominator,
  );
  const framework = profiles.get(schedulerName);
  if (!framework) throw new Error('the profile is missing');
  const placer = createPlacer();
  return {
    cache,
    nominator,
    framework,
    writes,
    place: (pod) => placer.place(framework, podInfo(pod), cache.snapshot()),
  };
}
