import { describe, expect, it } from 'vitest';
import { createAuthorizer } from '../../../../agent/apiserver/authorization/chain.ts';
import type { Method } from '../../../../agent/apiserver/request.ts';
import { parseRequest } from '../../../../agent/apiserver/request-info.ts';
import { anonymousUser, type UserInfo } from '../../../../agent/apiserver/user.ts';
import { defaultRoleSource } from '../../../builders/default-policy.ts';
import { startApi } from './api.ts';

const user = (username: string, ...groups: string[]): UserInfo => ({
  username,
  groups: [...groups, 'system:authenticated'],
});
const admin = user('kubernetes-admin', 'system:masters');
const node = user('system:node:skiff-worker', 'system:nodes');
const proxy = user('system:kube-proxy');
const scheduler = user('system:kube-scheduler');
const manager = user('system:kube-controller-manager');
const robot = user('system:serviceaccount:default:default', 'system:serviceaccounts');

const authorizer = createAuthorizer({ leadsToNode: () => false }, defaultRoleSource());

function mayDo(who: UserInfo, method: Method, url: string): boolean {
  const [pathname = '', search = ''] = url.split('?');
  const { info } = parseRequest({ user: who, method, pathname, query: new URLSearchParams(search) });
  return authorizer.authorize(info).decision === 'allow';
}

describe('who may ask for what', () => {
  it.each([
    [admin, '/api/v1/pods', true],
    [scheduler, '/api/v1/pods', true],
    [scheduler, '/api/v1/namespaces/default/secrets', false],
    [manager, '/apis/apps/v1/deployments', true],
    [robot, '/api/v1/namespaces/default/pods', false],
    [robot, '/api/v1/namespaces/default/pods/web/exec', false],
    [robot, '/apis/apps/v1/deployments', false],
    [robot, '/metrics', false],
    [robot, '/apis', true],
    [robot, '/apis/apps/v1', true],
    [robot, '/openapi/v3/apis/apps/v1', true],
    [robot, '/.well-known/openid-configuration', true],
    [anonymousUser, '/readyz', true],
    [anonymousUser, '/api', false],
  ])('%j on %s: %s', (who, path, allowed) => {
    expect(mayDo(who, 'GET', path)).toBe(allowed);
  });

  it.each([
    [scheduler, 'POST', '/api/v1/namespaces/default/pods/web/binding', true],
    [scheduler, 'PATCH', '/api/v1/namespaces/default/pods/web/status', true],
    [scheduler, 'PATCH', '/api/v1/namespaces/default/pods/web', false],
    [scheduler, 'POST', '/apis/apps/v1/namespaces/default/deployments', false],
    [scheduler, 'PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler', true],
    // By upstream's role for locks of leaders, which names no lease.
    [scheduler, 'PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager', true],
    [scheduler, 'PUT', '/apis/coordination.k8s.io/v1/namespaces/default/leases/kube-controller-manager', false],
    [manager, 'POST', '/api/v1/namespaces/default/serviceaccounts/default/token', true],
    [manager, 'POST', '/api/v1/namespaces/default/pods/web/exec', false],
    [manager, 'POST', '/api/v1/nodes', false],
    [robot, 'POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', true],
    [robot, 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', false],
  ] as const)('%j sending %s %s: %s', (who, method, path, allowed) => {
    expect(mayDo(who, method, path)).toBe(allowed);
  });
});

describe('what a node may ask for, whatever its pods are', () => {
  const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  it.each([
    ['GET', '/api/v1/pods', false],
    ['GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dskiff-worker', true],
    ['GET', '/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3Dskiff-worker%2Cstatus.phase%21%3DFailed', true],
    ['GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dskiff-worker2', false],
    ['GET', '/api/v1/pods?fieldSelector=spec.nodeName%21%3Dskiff-worker', false],
    ['GET', '/api/v1/namespaces/default/pods/web', false],
    ['POST', '/api/v1/namespaces/default/pods', true],
    ['PATCH', '/api/v1/namespaces/default/pods/web/status', true],
    ['PATCH', '/api/v1/namespaces/default/pods/web', false],
    ['DELETE', '/api/v1/namespaces/default/pods/web', true],
    ['DELETE', '/api/v1/namespaces/default/pods', false],
    ['POST', '/api/v1/namespaces/default/pods/web/eviction', true],
    ['POST', '/api/v1/namespaces/default/pods/web/binding', false],
    ['GET', '/api/v1/namespaces/default/pods/web/exec', false],
    ['GET', '/api/v1/namespaces/default/pods/web/log', false],
    ['GET', '/api/v1/nodes/skiff-worker2/proxy/logs', false],
    ['POST', '/api/v1/nodes', true],
    ['PATCH', '/api/v1/nodes/skiff-worker/status', true],
    ['DELETE', '/api/v1/nodes/skiff-worker', false],
    ['GET', `${lease}/skiff-worker`, true],
    ['PUT', `${lease}/skiff-worker`, true],
    ['PUT', `${lease}/skiff-worker2`, false],
    ['POST', lease, true],
    ['GET', lease, false],
    ['PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/skiff-worker', false],
    ['GET', '/api/v1/namespaces/default/secrets/token', false],
    ['GET', '/api/v1/secrets', false],
    ['GET', '/api/v1/namespaces/default/configmaps', false],
    ['PUT', '/api/v1/namespaces/default/secrets/token', false],
    ['GET', '/api/v1/namespaces/default/serviceaccounts/default', false],
    ['POST', '/api/v1/namespaces/default/serviceaccounts/default/token', false],
    ['POST', '/api/v1/namespaces/default/events', true],
    ['POST', '/apis/authentication.k8s.io/v1/tokenreviews', true],
    ['GET', '/api/v1/services', true],
    ['GET', '/apis/discovery.k8s.io/v1/endpointslices', false],
    ['GET', '/api/v1/nodes/skiff-worker', true],
    ['GET', '/api/v1/nodes?watch=1&fieldSelector=metadata.name%3Dskiff-worker', true],
    ['GET', '/api/v1/nodes/skiff-worker2', false],
    ['GET', '/api/v1/nodes?fieldSelector=metadata.name%3Dskiff-worker2', false],
    ['GET', '/api/v1/nodes', false],
    ['GET', '/api/v1/nodes?watch=1', false],
    ['GET', '/apis/storage.k8s.io/v1/csinodes/skiff-worker', true],
    ['GET', '/apis/storage.k8s.io/v1/csinodes/skiff-worker2', false],
    ['GET', '/apis/resource.k8s.io/v1/resourceslices?fieldSelector=spec.nodeName%3Dskiff-worker', true],
    ['GET', '/apis/resource.k8s.io/v1/resourceslices', false],
    ['POST', '/apis/apps/v1/namespaces/default/deployments', false],
    ['DELETE', '/api/v1/namespaces/default', false],
    ['GET', '/metrics', false],
  ] as const)('%s %s: %s', (method, path, allowed) => {
    expect(mayDo(node, method, path)).toBe(allowed);
  });

  it('is told that it sees itself alone', () => {
    const { info } = parseRequest({
      user: node,
      method: 'GET',
      pathname: '/api/v1/nodes',
      query: new URLSearchParams(),
    });
    expect(authorizer.authorize(info)).toEqual({
      decision: 'no-opinion',
      reason: "node 'skiff-worker' cannot read all nodes, only its own Node object",
    });
  });

  it.each([
    ['in the group alone', user('mallory', 'system:nodes')],
    ['by name alone', user('system:node:skiff-worker')],
  ])('nobody is one %s', (_, who) => {
    expect(mayDo(who, 'PATCH', '/api/v1/nodes/skiff-worker')).toBe(false);
  });
});

describe('what the service proxy of a node may ask for', () => {
  it.each([
    ['GET', '/api/v1/nodes', true],
    ['GET', '/api/v1/nodes/skiff-worker2', true],
    ['GET', '/api/v1/services', true],
    ['GET', '/api/v1/services?watch=1', true],
    ['GET', '/apis/discovery.k8s.io/v1/endpointslices?watch=1', true],
    ['POST', '/api/v1/namespaces/default/events', true],
    // It enforces network policies, whose peers may be any pods.
    ['GET', '/apis/networking.k8s.io/v1/networkpolicies?watch=1', true],
    ['GET', '/api/v1/pods?watch=1', true],
    ['GET', '/api/v1/namespaces', true],
    ['DELETE', '/api/v1/namespaces/default/pods/web', false],
    ['GET', '/api/v1/namespaces/default/pods/web/log', false],
    ['PUT', '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/deny', false],
    ['GET', '/api/v1/namespaces/default/secrets/token', false],
    ['GET', '/api/v1/namespaces/default/configmaps/settings', false],
    ['PATCH', '/api/v1/nodes/skiff-worker/status', false],
    ['POST', '/api/v1/nodes', false],
    ['POST', '/api/v1/namespaces/default/serviceaccounts/default/token', false],
    ['PUT', `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/skiff-worker`, false],
    ['PUT', '/api/v1/namespaces/default/services/web', false],
  ] as const)('%s %s: %s', (method, path, allowed) => {
    expect(mayDo(proxy, method, path)).toBe(allowed);
  });
});

describe('asking what one may do', () => {
  it('tells everybody the same that requests are held to', async () => {
    const api = await startApi();
    const ask = async (username: string, ...groups: string[]) => {
      const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
      const body = { spec: { namespace: 'default' } };
      const answer = await api.server.transport({ username, groups }).request({ method: 'POST', path, body });
      return (answer.body as { status: { resourceRules: { resources: string[] }[] } }).status;
    };
    const everybody = await ask('bob', 'system:authenticated');
    expect(everybody).toMatchObject({
      resourceRules: [
        { verbs: ['create'], resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'] },
        { verbs: ['create'], resources: ['selfsubjectreviews'] },
      ],
      nonResourceRules: [{ verbs: ['get'] }, { verbs: ['get'] }],
    });
    const [first, ...others] = (await ask('admin', 'system:masters', 'system:authenticated')).resourceRules;
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
    [node, { resourceAttributes: { verb: 'watch', resource: 'pods' } }, false],
    [
      node,
      {
        resourceAttributes: {
          verb: 'watch',
          resource: 'pods',
          fieldSelector: { requirements: [{ key: 'spec.nodeName', operator: 'In', values: ['skiff-worker'] }] },
        },
      },
      true,
    ],
    [
      node,
      {
        resourceAttributes: {
          verb: 'list',
          resource: 'pods',
          fieldSelector: { rawSelector: 'spec.nodeName=skiff-worker' },
        },
      },
      true,
    ],
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

describe('a refusal', () => {
  it.each([
    [
      'GET',
      '/api/v1/nodes',
      'nodes is forbidden: User "bob" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
    [
      'GET',
      '/api/v1/namespaces/default/pods/web/log',
      'pods "web" is forbidden: User "bob" cannot get resource "pods/log" in API group "" in the namespace "default"',
    ],
    [
      'DELETE',
      '/apis/apps/v1/namespaces/default/deployments',
      'deployments.apps is forbidden: User "bob" cannot deletecollection resource "deployments" in API group "apps" in the namespace "default"',
    ],
    [
      'GET',
      '/api/v1/namespaces/x',
      'namespaces "x" is forbidden: User "bob" cannot get resource "namespaces" in API group "" in the namespace "x"',
    ],
    [
      'GET',
      '/apis/nobody.example.com/v1/pipes',
      'pipes.nobody.example.com is forbidden: User "bob" cannot list resource "pipes" in API group "nobody.example.com" at the cluster scope',
    ],
    ['GET', '/metrics', 'forbidden: User "bob" cannot get path "/metrics"'],
  ] as const)('of %s %s has the words of upstream', async (method, path, message) => {
    const api = await startApi();
    const { status, body } = await api.server.transport(user('bob')).request({ method, path });
    expect(status).toBe(403);
    expect(body).toMatchObject({ reason: 'Forbidden', message });
    await api.close();
  });
});
