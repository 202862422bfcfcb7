/** Reviews are stored nowhere, and go through admission all the same. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type AnswerReview,
  allowed,
  byPath,
  patching,
  startWebhookServer,
  verdict,
  type WebhookServer,
} from '../../../../fakes/webhook-server.ts';
import { startApi, type TestApi } from '../api.ts';
import { register, rule, webhook } from './webhook-configurations.ts';

let api: TestApi;
let server: WebhookServer;
let answers: Record<string, AnswerReview>;

beforeEach(async () => {
  answers = {};
  server = await startWebhookServer(byPath(() => answers));
  api = await startApi();
});
afterEach(async () => {
  await api.close();
  await server.close();
});

const authentication = '/apis/authentication.k8s.io/v1';
const authorization = '/apis/authorization.k8s.io/v1';
const ofReviews = (group: string, resource: string) => [
  rule([resource], ['CREATE'], { apiGroups: [`${group}.k8s.io`] }),
];
const spec = { user: 'bob', resourceAttributes: { verb: 'list', resource: 'pods' } };

it('a webhook sees a review of a token, and may refuse it', async () => {
  answers['/check'] = (asked) => verdict(asked, { allowed: false, status: { message: 'no tokens today' } });
  const rules = ofReviews('authentication', 'tokenreviews');
  await register(api, 'validating', 'reviews', [webhook(server, '/check', { rules })]);
  const { code, message } = await api.refused('POST', `${authentication}/tokenreviews`, { spec: { token: 'abc' } });
  expect([code, message]).toEqual([400, 'admission webhook "check.example.com" denied the request: no tokens today']);
  expect(server.asked[0]?.review.request).toMatchObject({
    kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenReview' },
    resource: { group: 'authentication.k8s.io', version: 'v1', resource: 'tokenreviews' },
    operation: 'CREATE',
    object: { kind: 'TokenReview', spec: { token: 'abc' } },
  });
});

it('a webhook changes what a review asks', async () => {
  const becoming = { op: 'replace', path: '/spec/user', value: 'system:kube-scheduler' };
  answers['/mutate'] = (asked) => patching(asked, [becoming]);
  const rules = ofReviews('authorization', 'subjectaccessreviews');
  await register(api, 'mutating', 'reviews', [webhook(server, '/mutate', { rules })]);
  expect(await api.create(`${authorization}/subjectaccessreviews`, { spec })).toMatchObject({
    spec: { user: 'system:kube-scheduler' },
    status: { allowed: true },
  });
});

it.each([
  ['authentication', 'selfsubjectreviews', {}],
  ['authorization', 'selfsubjectaccessreviews', { spec }],
  ['authorization', 'selfsubjectrulesreviews', { spec: { namespace: 'default' } }],
])('%s: %s are seen', async (group, resource, body) => {
  answers['/check'] = allowed;
  const rules = ofReviews(group, resource);
  await register(api, 'validating', 'reviews', [webhook(server, '/check', { rules })]);
  await api.create(`/apis/${group}.k8s.io/v1/${resource}`, body);
  expect(server.asked).toHaveLength(1);
});

it('a review of what is wrong is refused before a webhook judges it', async () => {
  const rules = ofReviews('authorization', 'subjectaccessreviews');
  await register(api, 'validating', 'reviews', [webhook(server, '/check', { rules })]);
  expect((await api.refused('POST', `${authorization}/subjectaccessreviews`, { spec: {} })).code).toBe(422);
  expect(server.asked).toEqual([]);
});

it('rights in a namespace are told whether or not there is one', async () => {
  const path = `${authorization}/namespaces/nowhere/localsubjectaccessreviews`;
  const asked = { ...spec, resourceAttributes: { ...spec.resourceAttributes, namespace: 'nowhere' } };
  expect((await api.create(path, { spec: asked })).status).toMatchObject({ allowed: false });
});

it('policies judge no reviews', async () => {
  const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
  const resourceRules = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }];
  await api.create(policies, {
    metadata: { name: 'nothing' },
    spec: { failurePolicy: 'Fail', matchConstraints: { resourceRules }, validations: [{ expression: 'false' }] },
  });
  await api.create(`${policies.replace('policies', 'policybindings')}`, {
    metadata: { name: 'nothing' },
    spec: { policyName: 'nothing', validationActions: ['Deny'] },
  });
  expect((await api.refused('POST', '/api/v1/namespaces', { metadata: { name: 'other' } })).code).toBe(422);
  expect((await api.create(`${authentication}/selfsubjectreviews`, {})).status).toMatchObject({
    userInfo: { username: expect.any(String) },
  });
});
