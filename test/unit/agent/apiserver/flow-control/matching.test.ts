import { describe, expect, it } from 'vitest';
import { ask, builtInLevels, builtInSchemas, schema, startFlows } from './flows.ts';

const all = ['system:authenticated'];
const pods = '/api/v1/namespaces/default/pods';
const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/a';
const account = (namespace: string) => ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, ...all];

const nameOf = (...request: Parameters<typeof ask>): string | undefined =>
  startFlows(600).control.classify(ask(...request))?.schema.metadata.name;

describe('upstream’s schemas', () => {
  it.each<[string, string, string[], string, string]>([
    ['an administrator', 'admin', ['system:masters', ...all], pods, 'exempt'],
    ['somebody unknown who probes', 'system:anonymous', ['system:unauthenticated'], '/readyz', 'probes'],
    ['the lease of the scheduler', 'system:kube-scheduler', all, lease, 'system-leader-election'],
    ['a pod of the scheduler', 'system:kube-scheduler', all, pods, 'kube-scheduler'],
    ['a node of a node', 'system:node:a', ['system:nodes', ...all], '/api/v1/nodes/a', 'system-node-high'],
    ['a pod of a node', 'system:node:a', ['system:nodes', ...all], pods, 'system-nodes'],
    [
      'an account of the system',
      'system:serviceaccount:kube-system:a',
      account('kube-system'),
      pods,
      'kube-system-service-accounts',
    ],
    ['another account', 'system:serviceaccount:default:a', account('default'), pods, 'service-accounts'],
    ['a user', 'ann', all, pods, 'global-default'],
    ['a user who reads a document', 'ann', all, '/openapi/v3', 'global-default'],
  ])('find %s', (_what, user, groups, url, expected) => {
    expect(nameOf(user, groups, 'GET', url)).toBe(expected);
  });

  it('take whoever is in no group at all as nobody’s', () => {
    expect(nameOf('ghost', [], 'GET', pods)).toBeUndefined();
  });
});

describe('a schema', () => {
  const rule = { subjects: [{ kind: 'User', user: { name: 'ann' } }] };
  const resources = { verbs: ['list'], apiGroups: [''], resources: ['pods'] };
  const found = (resourceRules: object, url: string): boolean => {
    const own = schema('own', {
      priorityLevelConfiguration: { name: 'system' },
      matchingPrecedence: 10,
      rules: [{ ...rule, resourceRules: [{ ...resources, ...resourceRules }] }],
    });
    const { control } = startFlows(600, builtInLevels, [...builtInSchemas, own]);
    return control.classify(ask('ann', all, 'GET', url))?.schema.metadata.name === 'own';
  };

  it.each<[string, object, string, boolean]>([
    ['its namespaces', { namespaces: ['default'] }, pods, true],
    ['no other namespace', { namespaces: ['other'] }, pods, false],
    ['all namespaces at once only with clusterScope', { namespaces: ['*'] }, '/api/v1/pods', false],
    ['all namespaces at once with clusterScope', { clusterScope: true }, '/api/v1/pods', true],
    ['no other verb', { verbs: ['get'], namespaces: ['*'] }, pods, false],
    [
      'a part by its own name',
      { verbs: ['*'], resources: ['pods/status'], namespaces: ['*'] },
      `${pods}/a/status`,
      true,
    ],
    ['no part by the name of the whole', { verbs: ['*'], namespaces: ['*'] }, `${pods}/a/status`, false],
    ['no other group', { apiGroups: ['apps'], namespaces: ['*'] }, pods, false],
  ])('is about %s', (_what, rules, url, expected) => {
    expect(found(rules, url)).toBe(expected);
  });

  it('whose level is not there is about nothing', () => {
    const dangling = schema('dangling', {
      priorityLevelConfiguration: { name: 'gone' },
      matchingPrecedence: 1,
      rules: builtInSchemas.find(({ metadata }) => metadata.name === 'catch-all')?.spec.rules,
    });
    const { control } = startFlows(600, builtInLevels, [...builtInSchemas, dangling]);
    expect(control.classify(ask('ann', all, 'GET', pods))?.schema.metadata.name).toBe('global-default');
  });

  it('counts by its precedence, then by its name', () => {
    const rules = builtInSchemas.find(({ metadata }) => metadata.name === 'catch-all')?.spec.rules;
    const of = (name: string, matchingPrecedence: number) =>
      schema(name, { priorityLevelConfiguration: { name: 'system' }, matchingPrecedence, rules });
    const { control } = startFlows(600, builtInLevels, [of('c', 5), of('b', 4), of('a', 5), of('d', 4)]);
    expect(control.classify(ask('ann', all, 'GET', pods))?.schema.metadata.name).toBe('b');
  });
});
