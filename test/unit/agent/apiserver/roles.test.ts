/** Roles and bindings: what they look like, and what they let whom do from the moment on that they are there. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountUser, anonymousUser, type UserInfo } from '../../../../agent/apiserver/user.ts';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const within = (plural: string, namespace = 'default') => `${rbac}/namespaces/${namespace}/${plural}`;
const clusterWide = (plural: string) => `${rbac}/${plural}`;
const user = (username: string, ...groups: string[]): UserInfo => ({
  username,
  groups: [...groups, 'system:authenticated'],
});
const bob = user('bob', 'dev');
const robot = accountUser('default', 'robot');

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const role = (...rules: object[]) => ({ metadata: { name: 'reader' }, rules });
const rule = (verbs: string[], resources: string[], more: object = {}) => ({
  apiGroups: [''],
  verbs,
  resources,
  ...more,
});
const bound = (subject: object, kind = 'Role', name = 'reader') => ({
  metadata: { name: 'readers' },
  roleRef: { kind, name },
  subjects: [subject],
});
const toUser = (name: string) => ({ kind: 'User', name });
const toRobot = { kind: 'ServiceAccount', name: 'robot', namespace: 'default' };

const ask = (who: UserInfo, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
  api.server.transport(who).request({ method, path, body });
const statusOf = async (...input: Parameters<typeof ask>) => (await ask(...input)).status;

/** A review of what a user may do. */
const review = async (who: UserInfo, attributes: object) => {
  const spec = { user: who.username, groups: who.groups, ...attributes };
  return (await api.create('/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec })).status;
};
const may = async (who: UserInfo, resourceAttributes: object) => (await review(who, { resourceAttributes }))?.allowed;

describe('a binding', () => {
  it('has what is left out filled in, and its columns name the role and the subjects', async () => {
    const subjects = [toUser('bob'), { kind: 'Group', name: 'dev' }, toRobot, { kind: 'ServiceAccount', name: 'x' }];
    const made = await api.create(within('rolebindings'), { ...bound(toUser('bob')), subjects });
    expect(made).toMatchObject({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'bob' },
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'dev' },
        toRobot,
        { kind: 'ServiceAccount', name: 'x' },
      ],
    });
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const table = (await api.request('GET', within('rolebindings'), undefined, { accept })).body as {
      columnDefinitions: { name: string; priority: number }[];
      rows: { cells: unknown[] }[];
    };
    expect(table.columnDefinitions.map(({ name, priority }) => `${name} ${priority}`)).toEqual([
      'Name 0',
      'Role 0',
      'Age 0',
      'Users 1',
      'Groups 1',
      'ServiceAccounts 1',
    ]);
    expect(table.rows[0]?.cells).toEqual(['readers', 'Role/reader', '0s', 'bob', 'dev', 'default/robot, /x']);
  });

  it('takes the retired version, with a warning', async () => {
    const path = '/apis/rbac.authorization.k8s.io/v1beta1/namespaces/default/rolebindings';
    const { status, headers, body } = await api.request('POST', path, bound(toUser('bob')));
    expect([status, headers.warning]).toEqual([
      201,
      expect.stringContaining(
        'rbac.authorization.k8s.io/v1beta1 RoleBinding is deprecated in v1.17+, unavailable in v1.22+; use rbac.authorization.k8s.io/v1 RoleBinding',
      ),
    ]);
    expect(body).toMatchObject({ apiVersion: 'rbac.authorization.k8s.io/v1beta1', kind: 'RoleBinding' });
    expect(await api.get(`${within('rolebindings')}/readers`)).toMatchObject({
      apiVersion: 'rbac.authorization.k8s.io/v1',
    });
  });

  it.each([
    ['a user', toUser('bob'), bob, 'User "bob"'],
    ['a group', { kind: 'Group', name: 'dev' }, bob, 'Group "dev"'],
    ['a service account', toRobot, robot, 'ServiceAccount "robot/default"'],
    [
      'a service account of its namespace',
      { kind: 'ServiceAccount', name: 'robot' },
      robot,
      'ServiceAccount "robot/default"',
    ],
  ])('lets %s do in its namespace what the role says, at once and until it goes', async (_, subject, who, told) => {
    await api.create(within('roles'), role(rule(['list'], ['pods'])));
    expect(await statusOf(who, 'GET', inDefault('pods'))).toBe(403);
    await api.create(within('rolebindings'), bound(subject));
    expect(await statusOf(who, 'GET', inDefault('pods'))).toBe(200);
    expect(await statusOf(who, 'GET', inDefault('configmaps'))).toBe(403);
    expect(await statusOf(who, 'GET', '/api/v1/namespaces/kube-system/pods')).toBe(403);
    expect(await statusOf(who, 'GET', '/api/v1/pods')).toBe(403);
    const asked = { verb: 'list', resource: 'pods', namespace: 'default' };
    expect(await review(who, { resourceAttributes: asked })).toEqual({
      allowed: true,
      reason: `RBAC: allowed by RoleBinding "readers/default" of Role "reader" to ${told}`,
    });
    await api.request('DELETE', `${within('rolebindings')}/readers`);
    expect(await statusOf(who, 'GET', inDefault('pods'))).toBe(403);
  });

  it('of a cluster role counts in its namespace alone', async () => {
    await api.create(clusterWide('clusterroles'), role(rule(['list'], ['pods'])));
    await api.create(within('rolebindings'), bound(toUser('bob'), 'ClusterRole'));
    expect(await statusOf(bob, 'GET', inDefault('pods'))).toBe(200);
    expect(await statusOf(bob, 'GET', '/api/v1/pods')).toBe(403);
  });

  it('of the cluster counts everywhere', async () => {
    await api.create(clusterWide('clusterroles'), role(rule(['list'], ['pods', 'nodes'])));
    await api.create(clusterWide('clusterrolebindings'), bound(toUser('bob'), 'ClusterRole'));
    for (const path of [inDefault('pods'), '/api/v1/namespaces/kube-system/pods', '/api/v1/pods', '/api/v1/nodes']) {
      expect(await statusOf(bob, 'GET', path)).toBe(200);
    }
    expect(await review(bob, { resourceAttributes: { verb: 'list', resource: 'nodes' } })).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "reader" to User "bob"',
    });
  });

  it('of a role that is gone grants nothing, and says so to whom it refuses', async () => {
    await api.create(within('rolebindings'), bound(toUser('bob')));
    expect((await ask(bob, 'GET', inDefault('pods'))).body).toMatchObject({
      code: 403,
      message:
        'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default": RBAC: role.rbac.authorization.k8s.io "reader" not found',
    });
    await api.create(within('roles'), role(rule(['list'], ['pods'])));
    expect(await statusOf(bob, 'GET', inDefault('pods'))).toBe(200);
  });

  it('that changes its subjects counts for the new ones, and no more for the old ones', async () => {
    await api.create(within('roles'), role(rule(['list'], ['pods'])));
    const made = await api.create(within('rolebindings'), bound(toUser('bob')));
    await api.request('PUT', `${within('rolebindings')}/readers`, { ...made, subjects: [toUser('ann')] });
    expect(await statusOf(bob, 'GET', inDefault('pods'))).toBe(403);
    expect(await statusOf(user('ann'), 'GET', inDefault('pods'))).toBe(200);
  });
});

describe('a rule', () => {
  const granted = async (...rules: object[]) => {
    await api.create(clusterWide('clusterroles'), role(...rules));
    await api.create(clusterWide('clusterrolebindings'), bound(toUser('bob'), 'ClusterRole'));
  };
  const pods = { verb: 'get', resource: 'pods', namespace: 'default' };

  it('with names is about these alone, and about nothing without a name', async () => {
    await granted(rule(['get', 'list', 'create'], ['configmaps'], { resourceNames: ['mine'] }));
    await api.create(inDefault('configmaps'), configMap('mine'));
    await api.create(inDefault('configmaps'), configMap('other'));
    expect(await statusOf(bob, 'GET', inDefault('configmaps', 'mine'))).toBe(200);
    expect(await statusOf(bob, 'GET', inDefault('configmaps', 'other'))).toBe(403);
    expect(await statusOf(bob, 'GET', inDefault('configmaps'))).toBe(403);
    expect(await statusOf(bob, 'GET', `${inDefault('configmaps')}?fieldSelector=metadata.name=mine`)).toBe(200);
    expect(await statusOf(bob, 'POST', inDefault('configmaps'), configMap('mine'))).toBe(403);
  });

  it.each([
    [
      ['pods'],
      [
        ['', true],
        ['log', false],
      ],
    ],
    [
      ['pods/log'],
      [
        ['', false],
        ['log', true],
        ['exec', false],
      ],
    ],
    [
      ['*/log'],
      [
        ['', false],
        ['log', true],
        ['exec', false],
      ],
    ],
    [
      ['pods/*'],
      [
        ['', false],
        ['log', false],
      ],
    ],
    [
      ['*'],
      [
        ['', true],
        ['log', true],
      ],
    ],
  ] as const)('about %j', async (resources, cases) => {
    await granted(rule(['get'], [...resources]));
    for (const [subresource, allowed] of cases) expect(await may(bob, { ...pods, subresource })).toBe(allowed);
  });

  it('of one group or all, one verb or all', async () => {
    await granted(rule(['*'], ['pods']), { apiGroups: ['*'], resources: ['widgets'], verbs: ['get'] });
    expect(await may(bob, { ...pods, verb: 'fly' })).toBe(true);
    expect(await may(bob, { ...pods, group: 'example.com' })).toBe(false);
    expect(await may(bob, { ...pods, resource: 'widgets', group: 'example.com' })).toBe(true);
  });

  it.each([
    ['/metrics', '/metrics', true],
    ['/metrics', '/metrics/cadvisor', false],
    ['/metrics/*', '/metrics/cadvisor', true],
    ['/metrics/*', '/metrics', false],
    ['*', '/anything', true],
  ])('about the URL %s covers %s: %s', async (url, path, allowed) => {
    await granted({ nonResourceURLs: [url], verbs: ['get'] });
    expect((await review(bob, { nonResourceAttributes: { path, verb: 'get' } }))?.allowed).toBe(allowed);
    expect((await review(bob, { nonResourceAttributes: { path, verb: 'post' } }))?.allowed).toBe(false);
  });
});

describe('who has no role', () => {
  it('is refused in the words of upstream, as a service account too', async () => {
    expect((await ask(robot, 'GET', inDefault('pods'))).body).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'pods is forbidden: User "system:serviceaccount:default:robot" cannot list resource "pods" in API group "" in the namespace "default"',
    });
  });

  it.each([
    ['/healthz', 200],
    ['/livez', 200],
    ['/readyz', 200],
    ['/version', 200],
    ['/api', 403],
    ['/openapi/v2', 403],
    ['/.well-known/openid-configuration', 403],
    ['/metrics', 403],
    ['/api/v1/namespaces', 403],
  ])('may see %s without a name: %d', async (path, status) => {
    expect(await statusOf(anonymousUser, 'GET', path)).toBe(status);
  });
});

describe('the rules of a user', () => {
  it('are those of the namespace and of the cluster, with what is wrong with them', async () => {
    await api.create(within('roles'), role(rule(['list'], ['pods'], { resourceNames: ['a'] })));
    await api.create(within('rolebindings'), bound(toUser('bob')));
    await api.create(within('rolebindings'), { ...bound(toUser('bob'), 'Role', 'gone'), metadata: { name: 'lost' } });
    const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    const { body } = await ask({ ...bob, groups: [] }, 'POST', path, { spec: { namespace: 'default' } });
    // Who is not authenticated may not even ask.
    expect(body).toMatchObject({ code: 403 });
    const answer = await ask(bob, 'POST', path, { spec: { namespace: 'default' } });
    expect((answer.body as { status: object }).status).toMatchObject({
      incomplete: false,
      evaluationError: 'role.rbac.authorization.k8s.io "gone" not found',
      resourceRules: expect.arrayContaining([
        { verbs: ['list'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] },
        { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
      ]),
    });
    const elsewhere = await ask(bob, 'POST', path, { spec: { namespace: 'kube-system' } });
    expect((elsewhere.body as { status: { resourceRules: object[] } }).status.resourceRules).toHaveLength(2);
    expect((await ask(bob, 'POST', path, { spec: {} })).body).toMatchObject({
      code: 400,
      message: 'no namespace on request',
    });
  });
});
