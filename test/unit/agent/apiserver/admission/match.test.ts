import { describe, expect, it } from 'vitest';
import { deployments } from '../../../../../agent/api/apps/deployment.ts';
import { namespaces } from '../../../../../agent/api/core/namespace.ts';
import { pods } from '../../../../../agent/api/core/pod.ts';
import type { Kind } from '../../../../../agent/api/kind.ts';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import type { Attributes } from '../../../../../agent/apiserver/admission/attributes.ts';
import { type MatchResources, matchResources } from '../../../../../agent/apiserver/admission/match/match-resources.ts';
import { matchRules, type NamedRule } from '../../../../../agent/apiserver/admission/match/rules.ts';
import type { AdmissionStep } from '../../../../../agent/apiserver/admission/step.ts';
import { pathInfo } from '../../../../../agent/apiserver/request-info.ts';
import { configMap, inDefault, startApi } from '../api.ts';

const user = { username: 'ann', groups: [] };
const labelled = (labels: Record<string, string>) => ({ ...configMap('a', {}, labels) }) as unknown as AnyObject;

const write = (kind: Kind, rest: Partial<Attributes> = {}, group = kind.representations[0].group): Attributes => ({
  operation: 'create',
  kind,
  subresource: '',
  namespace: kind.namespaced ? 'default' : '',
  name: 'web',
  object: labelled({ app: 'web' }),
  old: undefined,
  user,
  options: {},
  dryRun: false,
  fieldManager: 'test',
  info: { ...pathInfo(user, 'create', '/'), group, version: 'v1' },
  warnings: [],
  ...rest,
});

const rule = (rest: NamedRule): NamedRule => ({
  operations: ['CREATE'],
  apiGroups: [''],
  apiVersions: ['v1'],
  resources: ['pods'],
  ...rest,
});

describe('a rule', () => {
  it.each<[string, NamedRule, Attributes, boolean]>([
    ['is about what it names', rule({}), write(pods), true],
    ['is not about another operation', rule({ operations: ['UPDATE'] }), write(pods), false],
    ['is about all operations with *', rule({ operations: ['*'] }), write(pods, { operation: 'connect' }), true],
    ['is not about another group', rule({ apiGroups: ['apps'] }), write(pods), false],
    ['is not about another version', rule({ apiVersions: ['v2'] }), write(pods), false],
    ['is not about a subresource that it does not name', rule({}), write(pods, { subresource: 'status' }), false],
    ['is about a subresource', rule({ resources: ['pods/status'] }), write(pods, { subresource: 'status' }), true],
    ['is about any subresource', rule({ resources: ['pods/*'] }), write(pods, { subresource: 'exec' }), true],
    ['is about one subresource of any', rule({ resources: ['*/scale'] }), write(pods, { subresource: 'scale' }), true],
    ['with * is about no subresource', rule({ resources: ['*'] }), write(pods, { subresource: 'status' }), false],
    ['with */* is about everything', rule({ resources: ['*/*'] }), write(pods, { subresource: 'status' }), true],
    ['is about namespaced objects', rule({ scope: 'Namespaced' }), write(pods), true],
    ['is not about namespaced objects', rule({ scope: 'Cluster' }), write(pods), false],
    [
      'counts a namespace as cluster-scoped',
      rule({ scope: 'Cluster', resources: ['namespaces'] }),
      write(namespaces, { namespace: 'web' }),
      true,
    ],
    ['is about objects of a name', rule({ resourceNames: ['web'] }), write(pods), true],
    ['is not about objects of another name', rule({ resourceNames: ['db'] }), write(pods), false],
  ])('%s', (_title, given, attributes, matches) => {
    expect(matchRules([given], 'Exact', attributes) !== undefined).toBe(matches);
  });

  const forExtensions = rule({ apiGroups: ['extensions'], apiVersions: ['v1beta1'], resources: ['deployments'] });

  it('is about another version of the same kind where its policy is Equivalent', () => {
    expect(matchRules([forExtensions], 'Exact', write(deployments))).toBeUndefined();
    expect(matchRules([forExtensions], 'Equivalent', write(deployments))).toEqual({
      group: 'extensions',
      version: 'v1beta1',
    });
  });

  it('prefers the version of the request', () => {
    const all = rule({ apiGroups: ['*'], apiVersions: ['*'], resources: ['deployments'] });
    expect(matchRules([all], 'Equivalent', write(deployments))).toEqual({ group: 'apps', version: 'v1' });
  });
});

describe('what a policy is about', () => {
  const team = { matchLabels: { team: 'a' } };
  const web = { matchLabels: { app: 'web' } };
  const configMaps: NamedRule = { ...rule({}), operations: ['*'], resources: ['configmaps'] };

  /** The namespaces and names of the config maps whose writes match, while three of them are written. */
  async function matched(criteria: MatchResources): Promise<string[]> {
    const found: string[] = [];
    const step: AdmissionStep = {
      name: 'Recorder',
      operations: ['create', 'update', 'delete'],
      resources: ['configmaps'],
      check: (attributes, cluster) => {
        const { operation, namespace, name } = attributes;
        if (matchResources(criteria, attributes, cluster)) found.push(`${operation} ${namespace}/${name}`);
      },
    };
    const api = await startApi({ admission: [step] });
    found.length = 0;
    await api.create('/api/v1/namespaces', { metadata: { name: 'team', labels: { team: 'a' } } });
    await api.create('/api/v1/namespaces/team/configmaps', configMap('plain'));
    await api.create(inDefault('configmaps'), configMap('web', {}, { app: 'web' }));
    await api.request('PUT', inDefault('configmaps', 'web'), configMap('web'));
    await api.request('DELETE', inDefault('configmaps', 'web'));
    await api.close();
    return found.filter((each) => !each.includes('kube-'));
  }
  const all = ['create team/plain', 'create default/web', 'update default/web', 'delete default/web'];

  it.each<[string, MatchResources, string[]]>([
    ['is everything without rules', {}, all],
    ['is what its rules name', { resourceRules: [configMaps] }, all],
    ['is nothing where its rules name something else', { resourceRules: [rule({})] }, []],
    [
      'is not what its exclusions name',
      { excludeResourceRules: [{ ...configMaps, resourceNames: ['web'] }] },
      all.slice(0, 1),
    ],
    ['is in a namespace with the labels', { namespaceSelector: team }, all.slice(0, 1)],
    ['has the labels now or had them before', { objectSelector: web }, ['create default/web', 'update default/web']],
  ])('%s', async (_title, criteria, expected) => {
    expect(await matched(criteria)).toEqual(expected);
  });

  it('is an error where its namespace does not exist and all else matches', () => {
    const nowhere = { storage: { find: () => undefined } };
    const ask = (criteria: MatchResources) => () =>
      matchResources(criteria, write(pods, { namespace: 'gone' }), nowhere);
    expect(ask({ namespaceSelector: team, resourceRules: [rule({})] })).toThrow('namespaces "gone" not found');
    expect(ask({ namespaceSelector: team, resourceRules: [configMaps] })()).toBeUndefined();
  });
});
