/** Acting as somebody else: each part of another identity is a right of its own. Bootstrap tokens over the wire. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Credential } from '../../main/cluster/pki.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';
import { type Answer, type RequestOptions, sendRequest } from './request.ts';

let api: TestApiServer;
let ann: Credential;
const request = (path: string, options: RequestOptions): Promise<Answer> => sendRequest(api, path, options);
const json = ({ body }: Answer) => JSON.parse(body.toString());

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const authentication = ['authentication.k8s.io'];
const may = (apiGroups: string[], resource: string, name: string) => ({
  apiGroups,
  resources: [resource],
  resourceNames: [name],
  verbs: ['impersonate'],
});
const subjects = [{ kind: 'User', name: 'ann' }];

beforeAll(async () => {
  api = await startTestApiServer();
  ann = await api.authority.issue({ commonName: 'ann', organizations: ['dev'], usages: ['client'] });
  const post = async (path: string, body: object) => {
    const { status } = await api.transport.request({ method: 'POST', path, body });
    expect([path, status]).toEqual([path, 201]);
  };
  const rules = [
    may([''], 'users', 'bob'),
    may([''], 'groups', 'ops'),
    may(authentication, 'uids', 'u1'),
    may(authentication, 'userextras/scopes', 'view'),
  ];
  await post(`${rbac}/clusterroles`, { metadata: { name: 'actor' }, rules });
  const roleRef = { kind: 'ClusterRole', name: 'actor' };
  await post(`${rbac}/clusterrolebindings`, { metadata: { name: 'actor' }, roleRef, subjects });
  const accounts = { metadata: { name: 'actor' }, rules: [may([''], 'serviceaccounts', 'robot')] };
  await post(`${rbac}/namespaces/default/roles`, accounts);
  const ofRole = { metadata: { name: 'actor' }, roleRef: { kind: 'Role', name: 'actor' }, subjects };
  await post(`${rbac}/namespaces/default/rolebindings`, ofRole);
});
afterAll(() => api.close());

const reviews = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const ask = (headers: Record<string, string>, credential?: Credential) =>
  request(reviews, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json', ...headers },
    ...(credential ? { credential } : {}),
  });
const known = 'system:authenticated';
const robot = 'system:serviceaccount:default:robot';

it.each<[string, Record<string, string>, object]>([
  ['a user', { 'impersonate-user': 'bob' }, { username: 'bob', groups: [known] }],
  [
    'a group beside',
    { 'impersonate-user': 'bob', 'impersonate-group': 'ops' },
    { username: 'bob', groups: ['ops', known] },
  ],
  [
    'a service account',
    { 'impersonate-user': robot },
    { username: robot, groups: ['system:serviceaccounts', 'system:serviceaccounts:default', known] },
  ],
  ['a uid', { 'impersonate-user': 'bob', 'impersonate-uid': 'u1' }, { username: 'bob', uid: 'u1', groups: [known] }],
  [
    'something extra',
    { 'impersonate-user': 'bob', 'impersonate-extra-scopes': 'view' },
    { username: 'bob', groups: [known], extra: { scopes: ['view'] } },
  ],
])('who has the right to be %s is', async (_, headers, userInfo) => {
  const answer = await ask(headers, ann);
  expect([answer.status, json(answer)]).toMatchObject([201, { status: { userInfo } }]);
});

const refusal = (what: string, resource: string, group: string, where: string) =>
  `${what} is forbidden: User "ann" cannot impersonate resource "${resource}" in API group "${group}" ${where}`;
const everywhere = 'at the cluster scope';

it.each<[string, Record<string, string>, string]>([
  ['a user', { 'impersonate-user': 'root' }, refusal('users "root"', 'users', '', everywhere)],
  [
    'a group',
    { 'impersonate-user': 'bob', 'impersonate-group': 'system:masters' },
    refusal('groups "system:masters"', 'groups', '', everywhere),
  ],
  [
    'a service account of another namespace',
    { 'impersonate-user': 'system:serviceaccount:kube-system:robot' },
    refusal('serviceaccounts "robot"', 'serviceaccounts', '', 'in the namespace "kube-system"'),
  ],
  [
    'a uid',
    { 'impersonate-user': 'bob', 'impersonate-uid': 'u2' },
    refusal('uids.authentication.k8s.io "u2"', 'uids', 'authentication.k8s.io', everywhere),
  ],
  [
    'something extra',
    { 'impersonate-user': 'bob', 'impersonate-extra-scopes': 'edit' },
    refusal('userextras.authentication.k8s.io "edit"', 'userextras/scopes', 'authentication.k8s.io', everywhere),
  ],
])('who has not the right to be %s is refused', async (_, headers, message) => {
  const answer = await ask(headers, ann);
  expect([answer.status, json(answer).message]).toEqual([403, message]);
});

it('groups of somebody unnamed are refused', async () => {
  expect((await ask({ 'impersonate-group': 'ops' }, ann)).status).toBe(500);
});

it('a bootstrap token is of a user of its own, who may do what its groups are bound to', async () => {
  const stringData = {
    'token-id': 'abcdef',
    'token-secret': '0123456789abcdef',
    'usage-bootstrap-authentication': 'true',
    'auth-extra-groups': 'system:bootstrappers:workers',
  };
  const secret = { metadata: { name: 'bootstrap-token-abcdef' }, type: 'bootstrap.kubernetes.io/token', stringData };
  await api.transport.request({ method: 'POST', path: '/api/v1/namespaces/kube-system/secrets', body: secret });
  const headers = { authorization: 'Bearer abcdef.0123456789abcdef' };
  expect(json(await ask(headers))).toMatchObject({
    status: {
      userInfo: {
        username: 'system:bootstrap:abcdef',
        groups: ['system:bootstrappers', 'system:bootstrappers:workers', known],
      },
    },
  });
  const nodes = () => request('/api/v1/nodes', { headers });
  expect((await nodes()).status).toBe(403);
  const bound = {
    metadata: { name: 'workers' },
    roleRef: { kind: 'ClusterRole', name: 'system:node-proxier' },
    subjects: [{ kind: 'Group', name: 'system:bootstrappers:workers' }],
  };
  await api.transport.request({ method: 'POST', path: `${rbac}/clusterrolebindings`, body: bound });
  expect((await nodes()).status).toBe(200);
  expect((await ask({ authorization: 'Bearer abcdef.0123456789abcdeg' })).status).toBe(401);
});
