import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configMap, inDefault, startApi, type TestApi } from '../api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const group = '/apis/admissionregistration.k8s.io/v1';
const configMaps = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };

async function policy(spec: object, binding: object = {}): Promise<void> {
  await api.create(`${group}/validatingadmissionpolicies`, {
    metadata: { name: 'p' },
    spec: { matchConstraints: { resourceRules: [configMaps] }, ...spec },
  });
  await api.create(`${group}/validatingadmissionpolicybindings`, {
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'], ...binding },
  });
}

const told = async (map: object) => {
  const { status, body } = await api.request('POST', `${inDefault('configmaps')}?dryRun=All`, map);
  return status < 300 ? 'accepted' : `${status} ${(body as { message: string }).message}`;
};
const denied = `configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request:`;
const large = { expression: 'object.data.size() < 2', message: 'too large' };

describe('a policy', () => {
  it.each<[string, object, string]>([
    ['refuses what its expression denies', { validations: [large] }, `422 ${denied} too large`],
    ['gives its reason', { validations: [{ ...large, reason: 'Forbidden' }] }, `403 ${denied} too large`],
    [
      'says what its message expression does',
      { validations: [{ ...large, messageExpression: "'of ' + request.userInfo.username" }] },
      `422 ${denied} of admin`,
    ],
    [
      'uses variables',
      {
        variables: [{ name: 'count', expression: 'object.data.size()' }],
        validations: [{ expression: 'variables.count < 2' }],
      },
      `422 ${denied} failed expression: variables.count < 2`,
    ],
    [
      'is asked only where its conditions hold',
      { validations: [large], matchConditions: [{ name: 'other', expression: "request.name == 'b'" }] },
      'accepted',
    ],
    [
      'that fails refuses',
      { validations: [{ expression: 'object.spec.x > 1' }] },
      `422 ${denied} expression 'object.spec.x > 1' resulted in error: no such key: spec`,
    ],
    [
      'that fails and is to be ignored does not',
      { failurePolicy: 'Ignore', validations: [{ expression: 'object.spec.x > 1' }] },
      'accepted',
    ],
  ])('%s', async (_title, spec, expected) => {
    await policy(spec);
    expect(await told(configMap('a', { x: '1', y: '2' }))).toBe(expected);
  });

  it('only warns where its binding says so', async () => {
    await policy({ validations: [large] }, { validationActions: ['Warn'] });
    const { status, headers } = await api.request('POST', inDefault('configmaps'), configMap('a', { x: '1', y: '2' }));
    const text = `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': too large"`;
    expect([status, headers.warning]).toEqual([201, text]);
  });

  it('reads the parameters of its binding', async () => {
    await api.create(inDefault('configmaps'), configMap('limit', { most: '1' }));
    await policy(
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        validations: [{ expression: 'object.data.size() <= int(params.data.most)', message: 'too many' }],
      },
      { paramRef: { name: 'limit', parameterNotFoundAction: 'Deny' } },
    );
    expect(await told(configMap('a', { x: '1', y: '2' }))).toBe(`422 ${denied} too many`);
    expect(await told(configMap('a', { x: '1' }))).toBe('accepted');
  });

  it('refuses where its parameters are missing and must not be', async () => {
    await policy(
      { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'true' }] },
      { paramRef: { name: 'gone', parameterNotFoundAction: 'Deny' } },
    );
    expect(await told(configMap('a'))).toBe(
      `422 ${denied} failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
    );
  });
});
