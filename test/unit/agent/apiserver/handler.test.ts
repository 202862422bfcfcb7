import { expect, it } from 'vitest';
import { configMaps } from '../../../../agent/api/core/config-map.ts';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { createKindRegistry } from '../../../../agent/api/registry.ts';
import { configMap, inDefault, startApi } from './api.ts';

it('answers 500 and goes on where the code behind a request fails, and says so in the log', async () => {
  const lines: string[] = [];
  const broken = {
    ...configMaps,
    validate: () => {
      throw new TypeError('oh no');
    },
  };
  const log = {
    info: () => {},
    warn: () => {},
    error: (message: string, fields?: Record<string, unknown>) => lines.push(`${message} ${fields?.error}`),
  };
  const kinds = builtInKinds.map((kind) => (kind.plural === 'configmaps' ? broken : kind));
  const api = await startApi({ kinds: createKindRegistry(kinds), log });
  expect(await api.refused('POST', inDefault('configmaps'), configMap('a'))).toMatchObject({
    code: 500,
    reason: 'InternalError',
    message: 'Internal error occurred: oh no',
  });
  expect(lines).toEqual(['Request failed TypeError: oh no']);
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
