import { describe, expect, it } from 'vitest';
import { authorize } from '../../../../agent/apiserver/authorization.ts';
import { anonymousUser, type UserInfo } from '../../../../agent/apiserver/user.ts';

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
