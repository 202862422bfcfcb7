/** Nobody grants what they do not have. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UserInfo } from '../../../../agent/apiserver/user.ts';
import { startApi, type TestApi } from './api.ts';

const group = 'rbac.authorization.k8s.io';
const rbac = `/apis/${group}/v1`;
const roles = `${rbac}/namespaces/default/roles`;
const roleBindings = `${rbac}/namespaces/default/rolebindings`;
const clusterRoles = `${rbac}/clusterroles`;
const clusterRoleBindings = `${rbac}/clusterrolebindings`;
const ann: UserInfo = { username: 'ann', groups: ['admins', 'system:authenticated'] };
const who = 'user "ann" (groups=["admins" "system:authenticated"])';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  // Whoever is an admin of a namespace may write roles and bindings there; the aggregation has not run here.
  const rules = [
    { apiGroups: [group], resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'], verbs: ['*'] },
    { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] },
    { nonResourceURLs: ['/metrics/*'], verbs: ['get'] },
  ].map((rule) => ({ ...rule, verbs: rule.verbs[0] === '*' ? ['create', 'update', 'patch', 'get'] : rule.verbs }));
  await api.create(clusterRoles, { metadata: { name: 'writer' }, rules });
  await bind('writer');
});
afterEach(() => api.close());

const bind = (role: string) =>
  api.create(clusterRoleBindings, {
    metadata: { name: `ann-${role}` },
    roleRef: { kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'User', name: 'ann' }],
  });
const send = (method: 'POST' | 'PUT', path: string, body: object) =>
  api.server.transport(ann).request({ method, path, body });
const role = (...rules: object[]) => ({ metadata: { name: 'made' }, rules });
const reads = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
const secrets = { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] };
const binding = (kind: string, name: string) => ({
  metadata: { name: 'made' },
  roleRef: { kind, name },
  subjects: [{ kind: 'User', name: 'bob' }],
});

describe('a role', () => {
  it('may have the rights of who makes it', async () => {
    expect(await send('POST', roles, role(reads, { ...reads, resources: ['pods/log'] }))).toMatchObject({
      status: 201,
    });
  });

  it('may not have others, which upstream lists rule by rule', async () => {
    const { body } = await send(
      'POST',
      roles,
      role(reads, secrets, { ...secrets, resourceNames: ['a'], verbs: ['get'] }, { ...reads, verbs: ['delete'] }),
    );
    expect(body).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      details: { group, kind: 'roles', name: 'made' },
      message: [
        `roles.${group} "made" is forbidden: ${who} is attempting to grant RBAC permissions not currently held:`,
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get"]}',
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
      ].join('\n'),
    });
  });

  it('may have only URLs that are covered', async () => {
    const urls = (...nonResourceURLs: string[]) => role({ nonResourceURLs, verbs: ['get'] });
    expect(await send('POST', clusterRoles, urls('/metrics/slis'))).toMatchObject({ status: 201 });
    const { body } = await send('POST', clusterRoles, { ...urls('/metrics/a', '/logs'), metadata: { name: 'more' } });
    expect(body).toMatchObject({
      code: 403,
      message: expect.stringMatching(/{NonResourceURLs:\["\/logs"\], Verbs:\["get"\]}$/),
    });
  });

  it('may have any, where its maker may escalate', async () => {
    const escalate = { apiGroups: [group], resources: ['roles'], verbs: ['escalate'] };
    await api.create(clusterRoles, { metadata: { name: 'escalator' }, rules: [escalate] });
    await bind('escalator');
    expect(await send('POST', roles, role(secrets))).toMatchObject({ status: 201 });
    expect(await send('POST', clusterRoles, role(secrets))).toMatchObject({ status: 403 });
  });

  it('may not be widened, and keeps what it has where only its owners change', async () => {
    const made = await api.create(roles, role(secrets));
    const { resourceVersion: _, ...metadata } = made.metadata;
    const owned = { ...made.metadata, finalizers: ['example.com/kept'] };
    expect(await send('PUT', `${roles}/made`, { ...made, metadata: owned })).toMatchObject({ status: 200 });
    const labelled = { ...made, metadata: { ...metadata, labels: { a: 'b' } } };
    expect(await send('PUT', `${roles}/made`, labelled)).toMatchObject({ status: 403 });
  });

  it('that gathers others is for those who may do anything', async () => {
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] };
    const { body } = await send('POST', clusterRoles, { metadata: { name: 'made' }, aggregationRule });
    expect(body).toMatchObject({
      code: 403,
      message: `clusterroles.${group} "made" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
    });
    await bind('cluster-admin');
    expect(await send('POST', clusterRoles, { metadata: { name: 'made' }, aggregationRule })).toMatchObject({
      status: 201,
    });
  });
});

describe('a binding', () => {
  it('may be of a role whose rights its maker has', async () => {
    await api.create(roles, role(reads));
    expect(await send('POST', roleBindings, binding('Role', 'made'))).toMatchObject({ status: 201 });
  });

  it('may not be of another', async () => {
    const { body } = await send('POST', roleBindings, binding('ClusterRole', 'system:node-bootstrapper'));
    expect(body).toMatchObject({
      code: 403,
      message: [
        `rolebindings.${group} "made" is forbidden: ${who} is attempting to grant RBAC permissions not currently held:`,
        '{APIGroups:["certificates.k8s.io"], Resources:["certificatesigningrequests"], Verbs:["create" "get" "list" "watch"]}',
      ].join('\n'),
    });
  });

  it('may be of any that its maker may bind', async () => {
    const may = { apiGroups: [group], resources: ['clusterroles'], verbs: ['bind'], resourceNames: ['cluster-admin'] };
    await api.create(clusterRoles, { metadata: { name: 'binder' }, rules: [may] });
    await bind('binder');
    expect(await send('POST', clusterRoleBindings, binding('ClusterRole', 'cluster-admin'))).toMatchObject({
      status: 201,
    });
    expect(await send('POST', roleBindings, binding('ClusterRole', 'system:node'))).toMatchObject({ status: 403 });
  });

  it('is of a role that is there', async () => {
    expect((await send('POST', roleBindings, binding('Role', 'nobody'))).body).toMatchObject({
      code: 404,
      message: `roles.${group} "nobody" not found`,
    });
  });

  it('is whatever its maker likes for members of system:masters, who need no role', async () => {
    expect(await api.create(clusterRoleBindings, binding('ClusterRole', 'not-yet-there'))).toBeDefined();
  });
});
