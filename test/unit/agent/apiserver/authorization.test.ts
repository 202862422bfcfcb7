import { describe, expect, it } from 'vitest';
import { authorize } from '../../../../agent/apiserver/authorization.ts';
import { anonymousUser, type UserInfo } from '../../../../agent/apiserver/user.ts';
import { startApi } from './api.ts';

const user = (username: string, ...groups: string[]): UserInfo => ({
  username,
  groups: [...groups, 'system:authenticated'],
});
const admin = user('kubernetes-admin', 'system:masters');
const node = user('system:node:skiff-worker', 'system:nodes');
const scheduler = user('system:kube-scheduler');
const robot = user('system:serviceaccount:default:default', 'system:serviceaccounts');

describe('who may ask for what', () => {
  it.each([
    [admin, '/api/v1/pods', true],
    [scheduler, '/api/v1/namespaces/default/pods/web/binding', true],
    [robot, '/api/v1/namespaces/default/pods', false],
    [robot, '/api/v1/namespaces/default/pods/web/exec', false],
    [robot, '/apis/apps/v1/deployments', false],
    [robot, '/metrics', false],
    [robot, '/apis', true],
    [robot, '/apis/apps/v1', true],
    [robot, '/openapi/v3/apis/apps/v1', true],
    [robot, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', true],
    [robot, '/apis/authentication.k8s.io/v1/tokenreviews', false],
    [anonymousUser, '/readyz', true],
    [anonymousUser, '/api', false],
  ])('%j on %s: %s', (who, path, allowed) => {
    expect(authorize(who, 'GET', path)).toBe(allowed);
  });
});

describe('what a node may do', () => {
  const own = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  it.each([
    ['GET', '/api/v1/pods', true],
    ['PATCH', '/api/v1/namespaces/default/pods/web/status', true],
    ['PATCH', '/api/v1/namespaces/default/pods/web', false],
    ['DELETE', '/api/v1/namespaces/default/pods/web', true],
    ['DELETE', '/api/v1/namespaces/default/pods', false],
    ['GET', '/api/v1/namespaces/default/pods/web/exec', false],
    ['GET', '/api/v1/nodes/skiff-worker2/proxy/logs', false],
    ['POST', '/api/v1/nodes', true],
    ['PATCH', '/api/v1/nodes/skiff-worker/status', true],
    ['PATCH', '/api/v1/nodes/skiff-worker2/status', false],
    ['PUT', '/api/v1/nodes/skiff-worker2', false],
    ['PUT', `${own}/skiff-worker`, true],
    ['PUT', `${own}/skiff-worker2`, false],
    ['POST', own, true],
    ['PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/skiff-worker', false],
    ['GET', '/api/v1/namespaces/default/secrets/token', true],
    ['PUT', '/api/v1/namespaces/default/secrets/token', false],
    ['POST', '/api/v1/namespaces/default/serviceaccounts/default/token', true],
    ['POST', '/api/v1/namespaces/default/events', true],
    ['GET', '/apis/discovery.k8s.io/v1/endpointslices', true],
    ['POST', '/apis/apps/v1/namespaces/default/deployments', false],
    ['DELETE', '/api/v1/namespaces/default', false],
    ['GET', '/metrics', false],
  ])('%s %s: %s', (method, path, allowed) => {
    expect(authorize(node, method, path)).toBe(allowed);
  });

  it.each([
    ['in the group alone', user('mallory', 'system:nodes')],
    ['by name alone', user('system:node:skiff-worker')],
  ])('nobody is one %s', (_, who) => {
    expect(authorize(who, 'GET', '/api/v1/pods')).toBe(false);
  });
});

describe('asking what one may do', () => {
  it('tells everybody the same that requests are held to', async () => {
    const api = await startApi();
    const ask = async (username: string, groups: string[]) => {
      const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
      const body = { spec: { namespace: 'default' } };
      const answer = await api.server.transport({ username, groups }).request({ method: 'POST', path, body });
      return (answer.body as { status: { resourceRules: { resources: string[] }[] } }).status;
    };
    const everybody = await ask('bob', ['system:authenticated']);
    expect(everybody).toMatchObject({
      resourceRules: [
        { verbs: ['create'], resources: ['selfsubjectreviews'] },
        { verbs: ['create'], resources: ['selfsubjectaccessreviews'] },
        { verbs: ['create'], resources: ['selfsubjectrulesreviews'] },
      ],
      nonResourceRules: [{ verbs: ['get'] }],
    });
    const [first, ...others] = (await ask('admin', ['system:masters'])).resourceRules;
    expect(first).toEqual({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] });
    expect(others).toEqual(everybody.resourceRules);
    await api.close();
  });

  it.each([
    [robot, { resourceAttributes: { verb: 'list', resource: 'pods' } }, false],
    [
      robot,
      { resourceAttributes: { verb: 'create', group: 'authentication.k8s.io', resource: 'selfsubjectreviews' } },
      true,
    ],
    [
      robot,
      { resourceAttributes: { verb: 'create', group: 'authentication.k8s.io', resource: 'tokenreviews' } },
      false,
    ],
    [robot, { nonResourceAttributes: { verb: 'get', path: '/healthz' } }, true],
    [robot, { nonResourceAttributes: { verb: 'get', path: '/metrics' } }, false],
    [robot, { nonResourceAttributes: { verb: 'post', path: '/healthz' } }, false],
    [admin, { resourceAttributes: { verb: 'list', resource: 'pods' } }, true],
    [node, { resourceAttributes: { verb: 'watch', resource: 'pods' } }, true],
    [node, { resourceAttributes: { verb: 'create', group: 'apps', resource: 'deployments' } }, false],
    [
      node,
      { resourceAttributes: { verb: 'patch', resource: 'nodes', subresource: 'status', name: 'skiff-worker' } },
      true,
    ],
  ])('%j asking for %j hears %s', async (who, spec, allowed) => {
    const api = await startApi();
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const { body } = await api.server.transport(who).request({ method: 'POST', path, body: { spec } });
    expect(body).toMatchObject({ spec, status: { allowed } });
    await api.close();
  });
});
