import { describe, expect, it } from 'vitest';
import type { core, Node, Pod } from '../../../../agent/api/types.ts';
import { interPodAffinity } from '../../../../agent/scheduler/plugins/inter-pod-affinity/inter-pod-affinity.ts';
import { aNode, aPod } from '../../../builders/objects.ts';
import { filtered, hinted, scored } from './plugin-run.ts';

const node = (name: string, zone?: string): Node =>
  aNode({ metadata: { name, labels: { host: name, ...(zone ? { zone } : {}) } } });
const nodes = [node('a', 'z1'), node('b', 'z1'), node('c', 'z2')];

const labelled = (app: string, namespace = 'default', more: Record<string, string> = {}): Pod =>
  aPod({ metadata: { namespace, labels: { app, ...more } } });
const term = (app: string, given: Partial<core.PodAffinityTerm> = {}): core.PodAffinityTerm => ({
  topologyKey: 'zone',
  labelSelector: { matchLabels: { app } },
  ...given,
});
const required = (...terms: core.PodAffinityTerm[]) => ({ requiredDuringSchedulingIgnoredDuringExecution: terms });
const preferred = (weight: number, podAffinityTerm: core.PodAffinityTerm) => ({
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm }],
});
const withAffinity = (pod: Pod, affinity: core.Affinity): Pod => ({ ...pod, spec: { ...pod.spec, affinity } });
const near = (pod: Pod, ...terms: core.PodAffinityTerm[]): Pod =>
  withAffinity(pod, { podAffinity: required(...terms) });
const apart = (pod: Pod, ...terms: core.PodAffinityTerm[]): Pod =>
  withAffinity(pod, { podAntiAffinity: required(...terms) });

const labelsOf: Record<string, Record<string, string>> = { default: { team: 'blue' }, other: { team: 'red' } };
const plugin = interPodAffinity({ namespaceLabels: (name) => labelsOf[name] });

const affinity = "node(s) didn't match pod affinity rules";
const antiAffinity = "node(s) didn't match pod anti-affinity rules";
const existing = "node(s) didn't satisfy existing pods anti-affinity rules";

describe('required terms', () => {
  it.each<[string, Pod, Record<string, Pod[]>, Record<string, string>]>([
    ['keep a pod near another', near(labelled('web'), term('db')), { a: [labelled('db')] }, { c: affinity }],
    [
      'keep a pod away from another',
      apart(labelled('web'), term('db')),
      { a: [labelled('db')] },
      { a: antiAffinity, b: antiAffinity },
    ],
    [
      'of a pod that is there keep others away',
      labelled('web'),
      { a: [apart(labelled('db'), term('web'))] },
      { a: existing, b: existing },
    ],
    [
      'of a pod that is there let others come that it does not select',
      labelled('x'),
      { a: [apart(labelled('db'), term('web'))] },
      {},
    ],
    ['find nobody to be near', near(labelled('web'), term('db')), {}, { a: affinity, b: affinity, c: affinity }],
    ['let the first of a series that wants to be near itself go anywhere', near(labelled('web'), term('web')), {}, {}],
    [
      'hold for the second of a series',
      near(labelled('web'), term('web')),
      { c: [labelled('web')] },
      { a: affinity, b: affinity },
    ],
    [
      'do not let the first of a series go where the label is missing',
      near(labelled('web'), term('web', { topologyKey: 'rack' })),
      {},
      { a: affinity, b: affinity, c: affinity },
    ],
    [
      'must be matched by one pod all together',
      near(labelled('web'), term('db'), term('cache')),
      { a: [labelled('db'), labelled('cache')] },
      { a: affinity, b: affinity, c: affinity },
    ],
    [
      'are about the own namespace only',
      near(labelled('web'), term('db')),
      { a: [labelled('db', 'other')] },
      { a: affinity, b: affinity, c: affinity },
    ],
    [
      'are about namespaces by name',
      near(labelled('web'), term('db', { namespaces: ['other'] })),
      { a: [labelled('db', 'other')] },
      { c: affinity },
    ],
    [
      'are about namespaces by label',
      near(labelled('web'), term('db', { namespaceSelector: { matchLabels: { team: 'red' } } })),
      { a: [labelled('db', 'other')] },
      { c: affinity },
    ],
    [
      'with a namespace selector are not about the own namespace',
      near(labelled('web'), term('db', { namespaceSelector: { matchLabels: { team: 'red' } } })),
      { a: [labelled('db')] },
      { a: affinity, b: affinity, c: affinity },
    ],
    [
      'with an empty namespace selector are about all namespaces',
      apart(labelled('web'), term('db', { namespaceSelector: {} })),
      { c: [labelled('db', 'other')] },
      { c: antiAffinity },
    ],
    [
      'without a label selector match nothing',
      near(labelled('web'), { topologyKey: 'zone' }),
      { a: [labelled('db')] },
      { a: affinity, b: affinity, c: affinity },
    ],
    [
      'take the pod’s own labels into account with matchLabelKeys',
      apart(labelled('web', 'default', { v: '2' }), term('web', { topologyKey: 'host', matchLabelKeys: ['v'] })),
      { a: [labelled('web', 'default', { v: '1' })], b: [labelled('web', 'default', { v: '2' })] },
      { b: antiAffinity },
    ],
    [
      'keep what the API server has merged of matchLabelKeys, though the pod has other labels now',
      apart(labelled('web', 'default', { v: '2' }), {
        topologyKey: 'host',
        labelSelector: { matchExpressions: [{ key: 'v', operator: 'In', values: ['1'] }] },
        matchLabelKeys: ['v'],
      }),
      { a: [labelled('web', 'default', { v: '1' })], b: [labelled('web', 'default', { v: '2' })] },
      { a: antiAffinity },
    ],
    [
      'leave pods like itself out with mismatchLabelKeys',
      apart(labelled('web', 'default', { tenant: 'x' }), {
        topologyKey: 'host',
        labelSelector: {},
        mismatchLabelKeys: ['tenant'],
      }),
      { a: [labelled('db', 'default', { tenant: 'x' })], b: [labelled('db', 'default', { tenant: 'y' })] },
      { b: antiAffinity },
    ],
    [
      'select with expressions',
      apart(labelled('web'), {
        topologyKey: 'host',
        labelSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['db'] }] },
      }),
      { a: [labelled('db')], b: [labelled('x')] },
      { b: antiAffinity },
    ],
  ])('%s', (_, pod, running, expected) => {
    expect(filtered(plugin, pod, nodes, running)).toEqual(expected);
  });

  it('follow pods that preemption takes away and puts back', () => {
    const db = apart(labelled('db'), term('web'));
    const web = apart(labelled('web'), term('db'));
    expect(filtered(plugin, web, nodes, { a: [db] }, { without: [db] })).toEqual({});
    expect(filtered(plugin, web, nodes, { a: [db] }, { without: [db], again: [db] })).toEqual({
      a: antiAffinity,
      b: antiAffinity,
    });
  });
});

describe('preferred terms', () => {
  const prefers = (weight: number, app: string) =>
    withAffinity(labelled('web'), { podAffinity: preferred(weight, term(app)) });
  const avoids = (weight: number, app: string) =>
    withAffinity(labelled('web'), { podAntiAffinity: preferred(weight, term(app)) });
  it.each<[string, Pod, Record<string, Pod[]>, number[] | 'skip']>([
    ['score nodes near the pod', prefers(5, 'db'), { a: [labelled('db')] }, [100, 100, 0]],
    ['score nodes away from the pod', avoids(5, 'db'), { a: [labelled('db')] }, [0, 0, 100]],
    ['count every pod', prefers(5, 'db'), { a: [labelled('db')], c: [labelled('db'), labelled('db')] }, [0, 0, 100]],
    [
      'of pods that are there count as well',
      labelled('db'),
      { a: [withAffinity(labelled('web'), { podAffinity: preferred(5, term('db')) })] },
      [100, 100, 0],
    ],
    [
      'against, of pods that are there, count as well',
      labelled('db'),
      { a: [withAffinity(labelled('web'), { podAntiAffinity: preferred(5, term('db')) })] },
      [0, 0, 100],
    ],
    [
      'are joined by the required affinity of pods that are there',
      labelled('db'),
      { c: [near(labelled('web'), term('db'))] },
      [0, 0, 100],
    ],
    ['have nothing to say where no pod matches', prefers(5, 'db'), { a: [labelled('x')] }, 'skip'],
    ['have nothing to say where there are none', labelled('web'), { a: [labelled('db')] }, 'skip'],
  ])('%s', (_, pod, running, expected) => {
    expect(scored(plugin, pod, nodes, running)).toEqual(expected);
  });

  it('of pods that are there can be ignored, and required ones given no weight', () => {
    const lookup = { namespaceLabels: () => ({}) };
    const there = {
      a: [withAffinity(labelled('web'), { podAffinity: { ...required(term('db')), ...preferred(5, term('db')) } })],
    };
    expect(
      scored(interPodAffinity(lookup, { ignorePreferredTermsOfExistingPods: true }), labelled('db'), nodes, there),
    ).toBe('skip');
    const only = { a: [near(labelled('web'), term('db'))] };
    expect(scored(interPodAffinity(lookup, { hardPodAffinityWeight: 0 }), labelled('db'), nodes, only)).toBe('skip');
  });
});

describe('events that may help', () => {
  const wanting = near(labelled('web'), term('db'));
  const shunning = apart(labelled('web'), term('db'));
  it.each<[string, Pod, Parameters<typeof hinted>[2], string | undefined]>([
    [
      'the pod that it wants to be near comes',
      wanting,
      { resource: 'AssignedPod', actions: ['add'], object: labelled('db') },
      'queue',
    ],
    ['another pod comes', wanting, { resource: 'AssignedPod', actions: ['add'], object: labelled('x') }, 'skip'],
    [
      'the pod that it must not be near goes',
      shunning,
      { resource: 'AssignedPod', actions: ['delete'], old: labelled('db') },
      'queue',
    ],
    ['another pod goes', shunning, { resource: 'AssignedPod', actions: ['delete'], old: labelled('x') }, 'skip'],
    [
      'the pod that kept it away goes',
      labelled('web'),
      { resource: 'AssignedPod', actions: ['delete'], old: apart(labelled('db'), term('web')) },
      'queue',
    ],
    [
      'a pod becomes one that it wants to be near',
      wanting,
      { resource: 'AssignedPod', actions: ['labels'], old: labelled('x'), object: labelled('db') },
      'queue',
    ],
    [
      'a pod is one that it must not be near no longer',
      shunning,
      { resource: 'AssignedPod', actions: ['labels'], old: labelled('db'), object: labelled('x') },
      'queue',
    ],
    ['a node of the topology comes', wanting, { resource: 'Node', actions: ['add'], object: node('n', 'z3') }, 'queue'],
    ['a node outside the topology comes', wanting, { resource: 'Node', actions: ['add'], object: node('n') }, 'skip'],
    [
      'a node has more room',
      wanting,
      { resource: 'Node', actions: ['allocatable'], old: node('n'), object: node('n') },
      undefined,
    ],
  ])('%s', (_, pod, event, expected) => {
    expect(hinted(plugin, pod, event)).toBe(expected);
  });
});
