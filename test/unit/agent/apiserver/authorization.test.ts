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
    [node, '/api/v1/namespaces/default/pods/web/status', true],
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
    expect(authorize(who, path)).toBe(allowed);
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
  ])('%j asking for %j hears %s', async (who, spec, allowed) => {
    const api = await startApi();
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const { body } = await api.server.transport(who).request({ method: 'POST', path, body: { spec } });
    expect(body).toMatchObject({ spec, status: { allowed } });
    await api.close();
  });
});
