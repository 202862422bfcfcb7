import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { podTemplates } from '../../../../agent/api/core/pod-template.ts';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { createKindRegistry } from '../../../../agent/api/registry.ts';
import { inDefault, startApi, type TestApi } from './api.ts';

const missing = Object.assign(new Error("Cannot find module '/dist/agent/yaml-A1B2C3.js'"), {
  code: 'ERR_MODULE_NOT_FOUND',
});
it.each([
  ['fails', new TypeError('oh no'), 'oh no'],
  [
    'is no longer on the disk',
    missing,
    'the files of this program were replaced while it runs: stop the cluster and start it again',
  ],
])('answers 500 and goes on where the code behind a request %s, and says so in the log', async (_what, error, told) => {
  const lines: string[] = [];
  // A kind of which a new cluster has none.
  const broken = {
    ...podTemplates,
    validate: () => {
      throw error;
    },
  };
  const log = {
    info: () => {},
    warn: () => {},
    error: (message: string, fields?: Record<string, unknown>) => lines.push(`${message} ${fields?.error}`),
  };
  const kinds = builtInKinds.map((kind) => (kind.plural === 'podtemplates' ? broken : kind));
  const api = await startApi({ kinds: createKindRegistry(kinds), log });
  expect(await api.refused('POST', inDefault('podtemplates'), { metadata: { name: 'a' } })).toMatchObject({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${told}`,
  });
  expect(lines).toEqual([`Request failed ${error}`]);
  expect(await api.get('/api/v1/namespaces/default')).toMatchObject({ kind: 'Namespace' });
  await api.close();
});

it('refuses those whom nobody authenticated, in the words of upstream', async () => {
  const api = await startApi();
  const stranger = api.server.transport({ username: 'system:anonymous', groups: ['system:unauthenticated'] });
  const { status, body } = await stranger.request({ method: 'GET', path: inDefault('pods') });
  expect(status).toBe(403);
  expect(body).toMatchObject({
    reason: 'Forbidden',
    message:
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"',
  });
  expect(body).toHaveProperty('details', { kind: 'pods' });
  await api.close();
});

it.each([
  ['PUT', '/api/v1/namespaces', 405],
  ['POST', '/api/v1/pods', 405],
  ['DELETE', '/healthz', 405],
  ['GET', '/api/v1/namespaces/%zz', 400],
  ['POST', `${inDefault('pods', 'x')}/nothing`, 404],
] as const)('refuses %s %s with %d', async (method, path, code) => {
  const api = await startApi();
  expect(await api.refused(method, path, {})).toMatchObject({ code });
  await api.close();
});

/** Cannot be copied: a request that comes to its body is answered with 500. */
const unreadable = {
  get metadata(): never {
    throw new Error('the body was read');
  },
};

describe('a path or a method that is not served is refused before the body is read:', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  const x = inDefault('pods', 'x');
  const deployment = '/apis/apps/v1/namespaces/default/deployments/x';
  it('(a body that is read is answered with 500)', async () => {
    expect(await api.refused('POST', inDefault('pods'), unreadable)).toMatchObject({ code: 500 });
  });

  it.each([
    // What is not there.
    ['POST', '/nothing', 404],
    ['DELETE', '/nothing/at/all', 404],
    ['POST', '/openapi/v4', 404],
    ['PUT', '/apis/no.such.group/v1', 404],
    ['POST', '/apis/no.such.group/v1/things', 404],
    ['POST', `${x}/nothing`, 404],
    ['PUT', `${x}/nothing`, 404],
    ['POST', `${inDefault('configmaps', 'x')}/status`, 404],
    ['POST', `${inDefault('configmaps', 'x')}/scale`, 404],
    ['PUT', `${x}/status/more`, 404],
    ['GET', `${x}/log/more`, 404],
    ['POST', `${x}/binding/more`, 404],
    ['POST', '/api/v1/pods/x', 404],
    ['POST', '/api/v1/namespaces/default/nodes', 404],
    ['GET', '/api/v1/watch/namespaces/default/pods/x/status', 404],
    ['POST', '/apis/authorization.k8s.io/v1/namespaces/default/selfsubjectaccessreviews', 404],
    ['POST', '/apis/authorization.k8s.io/v1/localsubjectaccessreviews', 404],
    ['POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews/x', 404],
    ['POST', '/api/v1/bindings', 404],
    // What is there, and has no such method.
    ['POST', '/version', 405],
    ['DELETE', '/openid/v1/jwks', 405],
    ['POST', '/api/v1', 405],
    ['POST', '/apis', 405],
    ['PUT', inDefault('pods'), 405],
    ['POST', '/api/v1/pods', 405],
    ['DELETE', '/api/v1/pods', 405],
    ['DELETE', '/api/v1/namespaces', 405],
    ['POST', x, 405],
    ['POST', `${x}/status`, 405],
    ['DELETE', `${x}/status`, 405],
    ['POST', `${x}/ephemeralcontainers`, 405],
    ['GET', '/api/v1/namespaces/default/finalize', 405],
    ['POST', '/api/v1/namespaces/default/finalize', 405],
    ['POST', `${deployment}/scale`, 405],
    ['DELETE', `${deployment}/scale`, 405],
    ['GET', `${x}/binding`, 405],
    ['PUT', `${x}/eviction`, 405],
    ['GET', `${inDefault('serviceaccounts', 'default')}/token`, 405],
    ['POST', `${x}/log`, 405],
    ['PUT', `${x}/exec`, 405],
    ['DELETE', `${x}/portforward`, 405],
    ['POST', '/api/v1/watch/pods', 405],
    ['GET', '/apis/authorization.k8s.io/v1/subjectaccessreviews', 405],
    ['DELETE', '/api/v1/namespaces/default/bindings', 405],
  ] as const)('%s %s with %d', async (method, path, code) => {
    expect(await api.refused(method, path, unreadable)).toMatchObject({ code });
  });
});
