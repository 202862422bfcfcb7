import { describe, expect, it } from 'vitest';
import type { core, Node, Pod } from '../../../../agent/api/types.ts';
import { createCache } from '../../../../agent/scheduler/cache.ts';
import { constraintsOf, countPods } from '../../../../agent/scheduler/plugins/pod-topology-spread/constraints.ts';
import { podTopologySpread } from '../../../../agent/scheduler/plugins/pod-topology-spread/pod-topology-spread.ts';
import { aNode, aPod } from '../../../builders/objects.ts';
import { filtered, hinted, scored } from './plugin-run.ts';

type Constraint = core.TopologySpreadConstraint;

const zoneKey = 'zone';
const node = (name: string, zone?: string, spec: Partial<core.NodeSpec> = {}): Node =>
  aNode({
    metadata: { name, labels: { node: name, 'kubernetes.io/hostname': name, ...(zone ? { zone } : {}) } },
    spec,
  });
const web = (labels: Record<string, string> = { app: 'web' }): Pod => aPod({ metadata: { labels } });
const spread = (constraint: Partial<Constraint> = {}): Constraint => ({
  maxSkew: 1,
  topologyKey: zoneKey,
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: { app: 'web' } },
  ...constraint,
});
const spreading = (
  constraints: Constraint[],
  spec: Partial<Pod['spec']> = {},
  labels?: Record<string, string>,
): Pod => {
  const pod = web(labels);
  return { ...pod, spec: { ...pod.spec, topologySpreadConstraints: constraints, ...spec } };
};

const plugin = podTopologySpread({ servicesIn: () => [], selectorOfOwner: () => undefined });
const mismatch = "node(s) didn't match pod topology spread constraints";
const missing = `${mismatch} (missing required label)`;

const twoZones = [node('a', 'zone1'), node('b', 'zone1'), node('x', 'zone2'), node('y', 'zone2')];

describe('constraints that must hold', () => {
  it.each<[string, Pod, Node[], Record<string, Pod[]>, Record<string, string>]>([
    ['fill the emptier zone', spreading([spread()]), twoZones, { a: [web()] }, { a: mismatch, b: mismatch }],
    ['allow any zone while the skew is small', spreading([spread({ maxSkew: 2 })]), twoZones, { a: [web()] }, {}],
    [
      'count only pods that the selector matches',
      spreading([spread()]),
      twoZones,
      { a: [web({ app: 'db' }), web({ app: 'db' })] },
      {},
    ],
    [
      'count no pods of other namespaces',
      spreading([spread()]),
      twoZones,
      { a: [aPod({ metadata: { namespace: 'other', labels: { app: 'web' } } })] },
      {},
    ],
    [
      'count no pods that are leaving',
      spreading([spread()]),
      twoZones,
      { a: [aPod({ metadata: { labels: { app: 'web' }, deletionTimestamp: '2026-01-01T00:00:00Z' } })] },
      {},
    ],
    [
      'refuse nodes without the label',
      spreading([spread()]),
      [node('a', 'zone1'), node('bare')],
      {},
      { bare: missing },
    ],
    [
      'let a pod that they do not select go where it would not matter',
      spreading([spread()], {}, { app: 'other' }),
      twoZones,
      { a: [web()] },
      {},
    ],
    [
      'must all hold',
      spreading([spread(), spread({ topologyKey: 'node' })]),
      twoZones,
      { x: [web()], y: [web()], a: [web()] },
      { a: mismatch, x: mismatch, y: mismatch },
    ],
    [
      'take the emptiest domain as empty where there are fewer domains than minDomains',
      spreading([spread({ minDomains: 3 })]),
      twoZones,
      { a: [web()], x: [web()] },
      { a: mismatch, b: mismatch, x: mismatch, y: mismatch },
    ],
    [
      'do not care for minDomains where there are enough',
      spreading([spread({ minDomains: 2 })]),
      twoZones,
      { a: [web()], x: [web()] },
      {},
    ],
    [
      'leave out nodes that the node affinity of the pod does not match',
      spreading([spread()], { nodeSelector: { zone: 'zone1' } }),
      twoZones,
      { a: [web()] },
      {},
    ],
    [
      'count these nodes where the policy ignores node affinity',
      spreading([spread({ nodeAffinityPolicy: 'Ignore' })], { nodeSelector: { zone: 'zone1' } }),
      twoZones,
      { a: [web()] },
      { a: mismatch, b: mismatch },
    ],
    [
      'count tainted nodes',
      spreading([spread({ topologyKey: 'node' })]),
      [node('a', 'zone1'), node('t', 'zone1', { taints: [{ key: 'k', effect: 'NoSchedule' }] })],
      { a: [web()] },
      { a: mismatch },
    ],
    [
      'do not count tainted nodes where the policy honors taints',
      spreading([spread({ topologyKey: 'node', nodeTaintsPolicy: 'Honor' })]),
      [node('a', 'zone1'), node('t', 'zone1', { taints: [{ key: 'k', effect: 'NoSchedule' }] })],
      { a: [web()] },
      { t: '' },
    ],
    [
      'count only pods of the same revision with matchLabelKeys',
      spreading([spread({ matchLabelKeys: ['revision'] })], {}, { app: 'web', revision: '2' }),
      twoZones,
      { a: [web({ app: 'web', revision: '1' })], x: [web({ app: 'web', revision: '2' })] },
      { x: mismatch, y: mismatch },
    ],
    [
      'with ScheduleAnyway refuse nobody',
      spreading([spread({ whenUnsatisfiable: 'ScheduleAnyway' })]),
      twoZones,
      { a: [web()] },
      {},
    ],
  ])('%s', (_, pod, nodes, running, expected) => {
    const reasons = Object.fromEntries(Object.entries(expected).filter(([, reason]) => reason));
    expect(filtered(plugin, pod, nodes, running)).toEqual(reasons);
  });

  it('follow pods that preemption takes away and puts back', () => {
    const victim = web();
    const run = { a: [victim] };
    expect(filtered(plugin, spreading([spread()]), twoZones, run, { without: [victim] })).toEqual({});
    expect(filtered(plugin, spreading([spread()]), twoZones, run, { without: [victim], again: [victim] })).toEqual({
      a: mismatch,
      b: mismatch,
    });
  });
});

describe('constraints that prefer', () => {
  const anyway = (constraint: Partial<Constraint> = {}) =>
    spread({ whenUnsatisfiable: 'ScheduleAnyway', ...constraint });
  it.each<[string, Pod, Node[], Record<string, Pod[]>, number[]]>([
    ['score an empty cluster alike', spreading([anyway()]), twoZones, {}, [100, 100, 100, 100]],
    ['prefer the emptier zone', spreading([anyway()]), twoZones, { a: [web(), web()] }, [0, 0, 100, 100]],
    [
      'prefer the emptier host',
      spreading([anyway({ topologyKey: 'kubernetes.io/hostname' })]),
      twoZones,
      { a: [web(), web()], b: [web()] },
      [0, 50, 100, 100],
    ],
    [
      'score a node without the label with nothing',
      spreading([anyway()]),
      [node('a', 'zone1'), node('bare')],
      {},
      [100, 0],
    ],
    [
      'water small differences down with a larger maxSkew',
      spreading([anyway({ maxSkew: 5 })]),
      twoZones,
      { a: [web(), web()] },
      [57, 57, 100, 100],
    ],
  ])('%s', (_, pod, nodes, running, expected) => {
    expect(scored(plugin, pod, nodes, running)).toEqual(expected);
  });
});

describe('the pods that a constraint counts', () => {
  const constraints = (app: string, namespace: string) => {
    const pod = spreading([spread({ labelSelector: { matchLabels: { app } } })]);
    const elsewhere = { ...pod, metadata: { ...pod.metadata, namespace } };
    return constraintsOf(elsewhere, 'DoNotSchedule', { constraints: [], selectorOf: () => undefined });
  };

  it('are counted again when the node has changed, and apart for each selector and namespace', () => {
    const cache = createCache();
    cache.setNode(node('a'));
    const counted = () =>
      [
        ['web', 'default'],
        ['db', 'default'],
        ['web', 'other'],
      ].map(([app = '', namespace = '']) => {
        const [info] = cache.snapshot().nodes;
        const [constraint] = constraints(app, namespace);
        return info && constraint && countPods(info, constraint);
      });
    const first = web();
    cache.setPod(first, 'a');
    expect([counted(), counted()]).toEqual([
      [1, 0, 0],
      [1, 0, 0],
    ]);
    cache.setPod(web({ app: 'db' }), 'a');
    expect(counted()).toEqual([1, 1, 0]);
    cache.removePod(first.metadata.uid);
    expect(counted()).toEqual([0, 1, 0]);
  });
});

describe('default constraints', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs', controller: true };
  const owned = aPod({ metadata: { labels: { app: 'web' }, ownerReferences: [owner] } });
  const withOwner = (args = {}) =>
    podTopologySpread({ servicesIn: () => [], selectorOfOwner: () => ({ matchLabels: { app: 'web' } }) }, args);

  it('spread the pods of a replica set over hosts, zone or not', () => {
    const bare = [node('a'), node('b')];
    expect(scored(withOwner(), owned, bare, { a: [web()] })).toEqual([66, 100]);
  });
  it('say nothing about a pod without service and controller', () => {
    expect(scored(plugin, web(), twoZones, { a: [web()] })).toBe('skip');
  });
  it('of the profile take the place of the system’s', () => {
    const args = {
      defaultingType: 'List',
      defaultConstraints: [{ maxSkew: 1, topologyKey: zoneKey, whenUnsatisfiable: 'DoNotSchedule' }],
    } as const;
    expect(filtered(withOwner(args), owned, twoZones, { a: [web()] })).toEqual({ a: mismatch, b: mismatch });
  });
  it('do not count for a pod with constraints of its own', () => {
    const pod = { ...owned, spec: { ...owned.spec, topologySpreadConstraints: [spread()] } };
    expect(scored(withOwner(), pod, twoZones, { a: [web()] })).toBe('skip');
  });
});

describe('events that may help', () => {
  const pod = spreading([spread()]);
  const elsewhere = aPod({ metadata: { namespace: 'other', labels: { app: 'web' } } });
  it.each<[string, Parameters<typeof hinted>[2], string | undefined]>([
    ['a pod that counts is deleted', { resource: 'AssignedPod', actions: ['delete'], old: web() }, 'queue'],
    ['a pod that counts is added', { resource: 'AssignedPod', actions: ['add'], object: web() }, 'queue'],
    [
      'a pod that does not count is deleted',
      { resource: 'AssignedPod', actions: ['delete'], old: web({ app: 'db' }) },
      'skip',
    ],
    ['a pod of another namespace is deleted', { resource: 'AssignedPod', actions: ['delete'], old: elsewhere }, 'skip'],
    [
      'a pod counts after a change of its labels',
      { resource: 'AssignedPod', actions: ['labels'], old: web({}), object: web() },
      'queue',
    ],
    [
      'a pod counts as before',
      { resource: 'AssignedPod', actions: ['labels'], old: web(), object: web({ app: 'web', more: 'labels' }) },
      'skip',
    ],
    ['a node with the key is added', { resource: 'Node', actions: ['add'], object: node('n', 'zone3') }, 'queue'],
    ['a node without the key is added', { resource: 'Node', actions: ['add'], object: node('n') }, 'skip'],
    [
      'a node changes its zone',
      { resource: 'Node', actions: ['labels'], old: node('n', 'zone1'), object: node('n', 'zone2') },
      'queue',
    ],
    [
      'a node changes another label',
      { resource: 'Node', actions: ['labels'], old: node('n', 'zone1'), object: node('m', 'zone1') },
      'skip',
    ],
    ['a node grows', { resource: 'Node', actions: ['allocatable'], old: node('n'), object: node('n') }, undefined],
  ])('%s', (_, event, expected) => {
    expect(hinted(plugin, pod, event)).toBe(expected);
  });
});
