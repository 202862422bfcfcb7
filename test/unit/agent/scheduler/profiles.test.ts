import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../../../agent/api/types.ts';
import { createPlacer, feasibleNodesToFind } from '../../../../agent/scheduler/cycle.ts';
import { CycleState } from '../../../../agent/scheduler/framework/cycle-state.ts';
import { createFramework } from '../../../../agent/scheduler/framework/framework.ts';
import { podInfo } from '../../../../agent/scheduler/framework/info.ts';
import { createNominator } from '../../../../agent/scheduler/framework/nominator.ts';
import { fits, type Plugin, unfit } from '../../../../agent/scheduler/framework/plugin.ts';
import { type Profile, pluginsAt } from '../../../../agent/scheduler/framework/profile.ts';
import { defaultPlugins, type PluginArgs } from '../../../../agent/scheduler/plugins/registry.ts';
import { createProfiles } from '../../../../agent/scheduler/profiles.ts';
import { aNode, aPod } from '../../../builders/objects.ts';
import { aScheduler } from './harness.ts';
import { snapshotOf } from './plugin-run.ts';

const requesting = (cpu: string, memory = '1Gi'): Pod =>
  aPod({ spec: { containers: [{ name: 'main', resources: { requests: { cpu, memory } } }] } });
const two = (): Node[] => [aNode({ metadata: { name: 'empty' } }), aNode({ metadata: { name: 'busy' } })];

function chosen(profile: Partial<Profile<PluginArgs>>, pod: Pod): string {
  const scheduler = aScheduler({ profile });
  for (const node of two()) scheduler.cache.setNode(node);
  scheduler.cache.setPod(requesting('2', '4Gi'), 'busy');
  const placement = scheduler.place(pod);
  return placement.kind === 'node' ? placement.name : placement.message;
}

describe('a profile', () => {
  it.each<[string, Partial<Profile<PluginArgs>>, string]>([
    ['by default takes the emptier node', {}, 'empty'],
    [
      'packs bins with MostAllocated',
      { args: { NodeResourcesFit: { scoringStrategy: { type: 'MostAllocated' } } } },
      'busy',
    ],
    [
      'packs bins with RequestedToCapacityRatio',
      {
        args: {
          NodeResourcesFit: {
            scoringStrategy: {
              type: 'RequestedToCapacityRatio',
              requestedToCapacityRatio: {
                shape: [
                  { utilization: 0, score: 0 },
                  { utilization: 100, score: 10 },
                ],
              },
            },
          },
        },
      },
      'busy',
    ],
    [
      'leaves out plugins that it disables',
      { plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name: 'TaintToleration' }] } } },
      'empty',
    ],
    [
      'counts its own weights',
      {
        plugins: { score: { enabled: [{ name: 'NodeResourcesFit', weight: 10 }] } },
        args: {
          NodeResourcesFit: { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }] } },
        },
      },
      'busy',
    ],
    [
      'adds its node affinity to every pod',
      {
        args: {
          NodeAffinity: {
            addedAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['busy'] }] }],
              },
            },
          },
        },
      },
      'busy',
    ],
  ])('%s', (_, profile, expected) => {
    expect(chosen(profile, requesting('1'))).toBe(expected);
  });

  it('ignores resources that somebody else looks after', () => {
    const pod = aPod({ spec: { containers: [{ name: 'main', resources: { requests: { 'example.com/gpu': '1' } } }] } });
    expect(chosen({}, pod)).toContain('2 Insufficient example.com/gpu');
    expect(chosen({ args: { NodeResourcesFit: { ignoredResourceGroups: ['example.com'] } } }, pod)).toBe('empty');
    expect(chosen({ args: { NodeResourcesFit: { ignoredResources: ['example.com/gpu'] } } }, pod)).toBe('empty');
  });

  it('has upstream’s plugins and weights by default', () => {
    const instances = new Map<string, Plugin>(defaultPlugins.map(({ name }) => [name, { name, score: () => 0 }]));
    const scores = pluginsAt('score', { schedulerName: 'x' }, defaultPlugins, instances);
    const weights = Object.fromEntries(scores.map(({ plugin, weight }) => [plugin.name, weight]));
    expect(weights).toMatchObject({
      TaintToleration: 3,
      NodeAffinity: 2,
      PodTopologySpread: 2,
      InterPodAffinity: 2,
      NodeResourcesFit: 1,
      NodeResourcesBalancedAllocation: 1,
      ImageLocality: 1,
    });
  });

  it.each<[string, Profile['plugins'], string[]]>([
    ['keeps the default order', {}, ['a', 'b', 'c']],
    ['puts what a point enables of multiPoint first', { filter: { enabled: [{ name: 'c' }] } }, ['c', 'a', 'b']],
    ['appends what only the point enables', { filter: { enabled: [{ name: 'd' }] } }, ['a', 'b', 'c', 'd']],
    ['leaves out what the point disables', { filter: { disabled: [{ name: 'b' }] } }, ['a', 'c']],
    [
      'leaves out what multiPoint disables',
      { multiPoint: { disabled: [{ name: '*' }], enabled: [{ name: 'd' }] } },
      ['d'],
    ],
  ])('%s', (_, plugins, expected) => {
    const instances = new Map<string, Plugin>(['a', 'b', 'c', 'd'].map((name) => [name, { name, filter: () => fits }]));
    const defaults = ['a', 'b', 'c'].map((name) => ({ name }));
    const enabled = pluginsAt('filter', { schedulerName: 'x', plugins }, defaults, instances);
    expect(enabled.map(({ plugin }) => plugin.name)).toEqual(expected);
  });

  it('that names an unknown plugin, cannot bind, or has the name of another is refused', () => {
    const make = (profiles: Profile<PluginArgs>[]) => () =>
      createProfiles(
        profiles,
        () => {
          throw new Error('not asked');
        },
        createNominator(),
      );
    const bare = (plugins: Profile['plugins']) => () =>
      createFramework(
        { schedulerName: 'x', plugins },
        [{ name: 'Sort' }],
        new Map([['Sort', { name: 'Sort', less: () => true }]]),
        createNominator(),
      );
    expect(bare({ filter: { enabled: [{ name: 'Nobody' }] } })).toThrow('profile x: unknown plugins Nobody');
    expect(bare({})).toThrow('profile x: at least one bind plugin is needed');
    expect(make([])).not.toThrow();
  });
});

describe('the search for nodes', () => {
  it.each([
    [99, 0, 99],
    [100, 0, 100],
    [1000, 0, 420],
    [5000, 0, 500],
    [6000, 0, 300],
    [1000, 40, 400],
    [1000, 5, 100],
  ])('in a cluster of %i with %i percent is over at %i', (count, percentage, expected) => {
    expect(feasibleNodesToFind(count, percentage)).toBe(expected);
  });

  it('goes on where the last one ended', () => {
    const { framework } = aScheduler();
    const seen: string[][] = [];
    const counting = {
      ...framework,
      score: (_: unknown, nodes: readonly { name: string }[]) => {
        seen.push(nodes.map(({ name }) => name));
        return nodes.map(() => 0);
      },
    };
    const nodes = Array.from({ length: 300 }, (_, i) => aNode({ metadata: { name: `n${i}` } }));
    const placer = createPlacer();
    const snapshot = snapshotOf(nodes);
    for (let i = 0; i < 3; i += 1) placer.place(counting, podInfo(aPod()), snapshot);
    // 300 nodes: 48 % is 144.
    expect(seen.map(({ length, 0: first }) => [length, first])).toEqual([
      [144, 'n0'],
      [144, 'n144'],
      [144, 'n288'],
    ]);
  });

  it('looks only at nodes that the pod names', () => {
    const pod = (...names: string[]): Pod =>
      aPod({
        spec: {
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: names }] }],
              },
            },
          },
        },
      });
    expect(chosen({}, pod('busy'))).toBe('busy');
    expect(chosen({}, pod('nobody'))).toBe(
      "0/2 nodes are available: 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. " +
        'preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    );
  });

  it('is not begun where the names that the pod asks for contradict one another', () => {
    const names = (value: string) => ({ key: 'metadata.name', operator: 'In', values: [value] });
    const nodeSelectorTerms = [{ matchFields: [names('busy'), names('empty')] }];
    const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
    expect(chosen({}, aPod({ spec: { affinity: { nodeAffinity } } }))).toBe(
      '0/2 nodes are available: pod affinity terms conflict. ' +
        'preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    );
  });
});

describe('a framework', () => {
  const bind: Plugin = { name: 'Bind', bind: async () => 'bound', less: () => true };
  const framework = (...plugins: Plugin[]) => {
    const all = [...plugins, bind];
    return createFramework(
      { schedulerName: 'x' },
      all.map(({ name }) => ({ name })),
      new Map(all.map((each) => [each.name, each])),
      createNominator(),
    );
  };
  const only = (name: string, nodes: string[]): Plugin => ({ name, preFilter: () => ({ nodes: new Set(nodes) }) });

  it('leaves only nodes that all PreFilters name', () => {
    const filtered = framework(only('A', ['a', 'b']), only('B', ['b', 'c'])).preFilter(
      podInfo(aPod()),
      snapshotOf([]),
      new CycleState(),
    );
    expect(filtered).toEqual({ kind: 'nodes', nodes: new Set(['b']), plugins: ['A', 'B'] });
  });
  it.each<[Plugin[], string]>([
    [[only('A', [])], "node(s) didn't satisfy plugin A"],
    [[only('B', ['b']), only('A', ['a'])], "node(s) didn't satisfy plugin(s) [A B] simultaneously"],
  ])('says which plugins leave none', (plugins, reason) => {
    const filtered = framework(...plugins).preFilter(podInfo(aPod()), snapshotOf([]), new CycleState());
    expect(filtered).toMatchObject({ kind: 'rejected', rejection: { reasons: [reason], unresolvable: true } });
  });
  it('skips the Filter of a plugin whose PreFilter has nothing to do', () => {
    const refusing: Plugin = { name: 'A', preFilter: () => 'skip', filter: () => unfit('never asked') };
    const made = framework(refusing);
    const state = new CycleState();
    const snapshot = snapshotOf([aNode()]);
    made.preFilter(podInfo(aPod()), snapshot, state);
    expect(snapshot.nodes.map((node) => made.filter(podInfo(aPod()), node, state))).toEqual([undefined]);
  });
  it('asks the next binder where one skips, and fails where none binds', async () => {
    const asked: string[] = [];
    const binder = (name: string, answer: 'bound' | 'skip'): Plugin => ({
      name,
      bind: async () => {
        asked.push(name);
        return answer;
      },
    });
    const signal = new AbortController().signal;
    await framework(binder('A', 'skip'), binder('B', 'bound'), binder('C', 'bound')).bind(podInfo(aPod()), 'n', signal);
    expect(asked).toEqual(['A', 'B']);
    const none = createFramework(
      { schedulerName: 'x' },
      [{ name: 'S' }],
      new Map([['S', { ...binder('S', 'skip'), less: () => true }]]),
      createNominator(),
    );
    await expect(none.bind(podInfo(aPod()), 'n', signal)).rejects.toThrow('no bind plugin has bound the pod');
  });
  it('takes reservations back in the opposite order', () => {
    const calls: string[] = [];
    const reserving = (name: string): Plugin => ({ name, reserve: () => fits, unreserve: () => void calls.push(name) });
    framework(reserving('A'), reserving('B')).unreserve(podInfo(aPod()), 'n', new CycleState());
    expect(calls).toEqual(['B', 'A']);
  });
});
