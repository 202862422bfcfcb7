/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/authorization/validation/validation_test.go */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const pathOf = (plural: string) =>
  `/apis/${/token|selfsubjectreviews/.test(plural) ? 'authentication' : 'authorization'}.k8s.io/v1/${plural}`;
const local = 'namespaces/default/localsubjectaccessreviews';
const pods = { verb: 'list', resource: 'pods' };
const asking = (selectors: object) => ({ spec: { user: 'bob', resourceAttributes: { ...pods, ...selectors } } });

it('says why it allows, and answers for others as for oneself', async () => {
  const spec = { user: 'system:kube-scheduler', resourceAttributes: pods };
  expect((await api.create(pathOf('subjectaccessreviews'), { spec })).status).toEqual({
    allowed: true,
    reason:
      'RBAC: allowed by ClusterRoleBinding "system:kube-scheduler" of ClusterRole "system:kube-scheduler" to User "system:kube-scheduler"',
  });
});

it('of a namespace takes the namespace of the URL', async () => {
  const asked = { user: 'bob', resourceAttributes: { ...pods, namespace: 'default' } };
  expect(await api.create(pathOf(local), { spec: asked })).toMatchObject({
    metadata: { namespace: 'default' },
    status: { allowed: false },
  });
  const elsewhere = await api.refused('POST', pathOf(local), { metadata: { namespace: 'other' }, spec: asked });
  expect([elsewhere.code, elsewhere.message]).toEqual([
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  ]);
});

it('may be asked again with what it answered', async () => {
  const path = pathOf('selfsubjectaccessreviews');
  const first = await api.create(path, { metadata: { creationTimestamp: null }, spec: { resourceAttributes: pods } });
  expect(await api.create(path, first)).toEqual(first);
});

it('says which selectors it could not read', async () => {
  const unreadable = { fieldSelector: { rawSelector: 'key in value' }, labelSelector: { rawSelector: '&' } };
  const { status } = await api.create(pathOf('subjectaccessreviews'), asking(unreadable));
  expect(status?.evaluationError).toBe(
    'spec.resourceAttributes.fieldSelector ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error',
  );
  const requirements = [{ key: 'spec.nodeName', operator: 'Exists' }];
  const exists = await api.create(pathOf('subjectaccessreviews'), asking({ fieldSelector: { requirements } }));
  expect(exists.status?.evaluationError).toBe('spec.resourceAttributes.fieldSelector ignored due to parse error');
});

const needsOne = (selector: string) =>
  `spec.resourceAttributes.${selector}.requirements: Required value: when spec.resourceAttributes.${selector} is specified, requirements or rawSelector is required`;
const both = 'may not specified at the same time as requirements';
const requirement = { key: 'a', operator: 'Exists' };

it.each<[plural: string, review: object, ...messages: string[]]>([
  [
    'subjectaccessreviews',
    { spec: { resourceAttributes: pods } },
    'spec.user: Invalid value: "": at least one of user or group must be specified',
  ],
  [
    'subjectaccessreviews',
    { metadata: { name: 'a' }, spec: { user: 'bob', resourceAttributes: pods } },
    'metadata: Invalid value: {"name":"a"}: must be empty',
  ],
  [
    'selfsubjectaccessreviews',
    { spec: {} },
    'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
  ],
  [
    'selfsubjectaccessreviews',
    {
      metadata: { labels: { a: 'b' } },
      spec: { resourceAttributes: pods, nonResourceAttributes: { path: '/', verb: 'get' } },
    },
    'spec.nonResourceAttributes: Invalid value: {"Path":"/","Verb":"get"}: cannot be specified in combination with resourceAttributes',
    'metadata: Invalid value: {"labels":{"a":"b"}}: must be empty',
  ],
  [
    local,
    { metadata: { name: 'a' }, spec: { user: 'bob', resourceAttributes: pods } },
    'metadata: Invalid value: {"name":"a","namespace":"default"}: must be empty except for namespace',
    'spec.resourceAttributes.namespace: Invalid value: "": must match metadata.namespace',
  ],
  [
    local,
    { spec: { user: 'bob', nonResourceAttributes: { path: '/' } } },
    'spec.nonResourceAttributes: Invalid value: {"Path":"/","Verb":""}: disallowed on this kind of request',
  ],
  [
    'subjectaccessreviews',
    asking({ fieldSelector: {}, labelSelector: {} }),
    needsOne('fieldSelector'),
    needsOne('labelSelector'),
  ],
  [
    'subjectaccessreviews',
    asking({
      fieldSelector: { rawSelector: 'a=b', requirements: [{ operator: 'In' }] },
      labelSelector: { rawSelector: 'a', requirements: [requirement, { ...requirement, values: ['b'] }] },
    }),
    `spec.resourceAttributes.fieldSelector.rawSelector: Invalid value: "a=b": ${both}`,
    'spec.resourceAttributes.fieldSelector.requirements[0].key: Required value: must be specified',
    "spec.resourceAttributes.fieldSelector.requirements[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    `spec.resourceAttributes.labelSelector.rawSelector: Invalid value: "a": ${both}`,
    "spec.resourceAttributes.labelSelector.requirements[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
  ],
])('to %s refuses %j', async (plural, review, ...messages) => {
  const { code, details } = await api.refused('POST', pathOf(plural), review);
  const told = (details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`);
  expect([code, told]).toEqual([422, messages]);
});

const decoder = 'in version "v1" cannot be handled as a';

it.each([
  ['tokenreviews', { spec: {} }, 'token is required for TokenReview in authentication'],
  [
    'subjectaccessreviews',
    { spec: { user: 1 } },
    `SubjectAccessReview ${decoder} SubjectAccessReview: json: cannot unmarshal number into Go struct field SubjectAccessReviewSpec.spec.user of type string`,
  ],
])('to %s does not take %j', async (plural, review, message) => {
  const status = await api.refused('POST', pathOf(plural), review);
  expect([status.code, status.message]).toEqual([400, message]);
});

const account = '/api/v1/namespaces/default/serviceaccounts/default/token';
const pod = '/api/v1/namespaces/default/pods/web';

it.each([
  [account, { spec: { audiences: 'a' } }, 'TokenRequest', 'json: cannot unmarshal string into Go struct field'],
  [`${pod}/eviction`, { deleteOptions: 1 }, 'Eviction', 'json: cannot unmarshal number into Go struct field'],
  [`${pod}/binding`, { target: 'a' }, 'Binding', 'json: cannot unmarshal string into Go struct field'],
])('what is posted to %s has the fields of its kind: %j', async (path, body, kind, message) => {
  const status = await api.refused('POST', path, body);
  expect([status.code, status.message]).toEqual([400, expect.stringContaining(message)]);
  expect(status.message).toContain(`${kind} in version "v1" cannot be handled as a ${kind}: `);
});
