/** Webhooks and policies of admission, and devices: defaults, tables, generation. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../api.ts';
import { tableOf } from './table.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const merge = { 'content-type': 'application/merge-patch+json' };
const ofGroup = (plural: string) => `/apis/admissionregistration.k8s.io/v1/${plural}`;
const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }];
const webhook = {
  name: 'check.example.com',
  clientConfig: { service: { namespace: 'default', name: 'hook' } },
  rules,
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};

describe('AdmissionWebhook', () => {
  const defaulted = {
    ...webhook,
    clientConfig: { service: { namespace: 'default', name: 'hook', port: 443 } },
    rules: [{ ...rules[0], scope: '*' }],
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
  };

  it.each([
    ['validatingwebhookconfigurations', defaulted],
    ['mutatingwebhookconfigurations', { ...defaulted, reinvocationPolicy: 'Never' }],
  ])('%s are listed, patched and deleted with upstream’s defaults', async (plural, expected) => {
    const path = ofGroup(plural);
    const created = await api.create(path, { metadata: { name: 'a', labels: { a: 'b' } }, webhooks: [webhook] });
    expect([created.metadata.generation, created.webhooks]).toEqual([1, [expected]]);
    expect(await tableOf(api, path)).toEqual({ columns: 'Name | Webhooks | Age', rows: ['a | 1 | 0s'] });
    const both = { webhooks: [webhook, { ...webhook, name: 'other.example.com' }] };
    await api.request('PATCH', `${path}/a`, both, merge);
    expect((await api.get(`${path}/a`)).metadata.generation).toBe(2);
    expect((await tableOf(api, path)).rows).toEqual(['a | 2 | 0s']);
    await api.request('DELETE', `${path}?labelSelector=a%3Db`);
    expect((await api.list(path)).items).toEqual([]);
  });
});

describe('ValidatingAdmissionPolicy API', () => {
  const policies = ofGroup('validatingadmissionpolicies');
  const bindings = ofGroup('validatingadmissionpolicybindings');

  it('has upstream’s defaults and tables', async () => {
    const policy = await api.create(policies, {
      metadata: { name: 'a' },
      spec: {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConstraints: { resourceRules: rules },
        validations: [{ expression: 'true' }, { expression: '1 == 1' }],
      },
    });
    expect(policy.spec).toMatchObject({
      failurePolicy: 'Fail',
      matchConstraints: {
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        resourceRules: [{ ...rules[0], scope: '*' }],
      },
    });
    expect(await tableOf(api, policies)).toEqual({
      columns: 'Name | Validations | ParamKind | Age',
      rows: ['a | 2 | v1/ConfigMap | 0s'],
    });
    await api.create(bindings, {
      metadata: { name: 'b' },
      spec: {
        policyName: 'a',
        validationActions: ['Deny'],
        paramRef: { name: 'settings', namespace: 'default', parameterNotFoundAction: 'Deny' },
      },
    });
    expect(await tableOf(api, bindings)).toEqual({
      columns: 'Name | PolicyName | ParamRef | Age',
      rows: ['b | a | default/settings | 0s'],
    });
  });

  it('counts changes of the spec alone, and has a status', async () => {
    await api.create(policies, {
      metadata: { name: 'a' },
      spec: { matchConstraints: { resourceRules: rules }, validations: [{ expression: 'true' }] },
    });
    const status = { observedGeneration: 1, typeChecking: {} };
    await api.request('PATCH', `${policies}/a/status`, { status }, merge);
    await api.request('PATCH', `${policies}/a`, { spec: { failurePolicy: 'Ignore' }, status: null }, merge);
    const read = await api.get(`${policies}/a`);
    expect([read.metadata.generation, read.status]).toEqual([2, status]);
  });
});
