/** What clients send to do harm, or by a mistake of the same shape: answered in order, by a server that goes on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMap, inDefault, pod, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
});
afterAll(() => api.close());

const node = () => api.server.transport({ username: 'system:node:worker', groups: ['system:nodes'] });

describe.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])('the name %s', (name) => {
  it('in any place of a path is something that is not there', async () => {
    await api.create(inDefault('configmaps'), configMap(`of-${name.toLowerCase().replaceAll('_', '')}`));
    const paths = [
      `/api/v1/namespaces/x/${name}`,
      `/api/v1/${name}/x`,
      `/api/v1/${name}`,
      `/apis/${name}`,
      `/apis/${name}/v1/${name}/${name}`,
      `/apis/apps/${name}/deployments`,
      `/readyz/${name}`,
      `/${name}`,
      `${inDefault('configmaps')}/${name}`,
      `${inDefault('configmaps')}/x/${name}`,
      `${inDefault('pods')}/x/${name}`,
      `/openapi/v3/${name}`,
    ];
    for (const path of paths) {
      expect([path, (await api.request('GET', path)).status]).toEqual([path, 404]);
      expect((await node().request({ method: 'POST', path, body: {} })).status).toBeLessThan(500);
    }
  });

  it('is a key like any other in bodies and patches', async () => {
    const path = inDefault('configmaps');
    const own = `keys-${name.toLowerCase().replaceAll('_', '')}`;
    await api.create(path, JSON.parse(`{"metadata":{"name":"${own}"},"data":{"${name}":"body"}}`));
    const patches: [type: string, patch: string, expected: string][] = [
      ['application/merge-patch+json', `{"data":{"${name}":"merge"}}`, 'merge'],
      ['application/strategic-merge-patch+json', `{"data":{"${name}":"strategic"}}`, 'strategic'],
      ['application/json-patch+json', `[{"op":"replace","path":"/data/${name}","value":"json"}]`, 'json'],
    ];
    expect(Object.entries((await api.get(`${path}/${own}`)).data ?? {})).toEqual([[name, 'body']]);
    for (const [type, patch, expected] of patches) {
      const { status, body } = await api.request('PATCH', `${path}/${own}`, JSON.parse(patch), {
        'content-type': type,
      });
      expect([type, status, JSON.stringify(body).includes(`"data":{"${name}":"${expected}"}`)]).toEqual([
        type,
        200,
        true,
      ]);
    }
    const unknown = JSON.parse(`{"metadata":{"name":"unknown"},"${name}":{"polluted":true}}`);
    const answer = await api.request('POST', `${path}?dryRun=All`, unknown);
    expect([answer.status, answer.headers.warning]).toEqual([201, `299 - "unknown field \\"${name}\\""`]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('in fields that name something is refused in words', async () => {
    const secret = { metadata: { generateName: 'typed-' }, type: name };
    expect((await api.request('POST', inDefault('secrets'), secret)).status).toBe(201);
    expect(
      (await api.refused('POST', inDefault('pods'), pod('ranked', { priorityClassName: name }))).code,
    ).toBeLessThan(500);
    const accept = `application/json;as=${name};v=v1;g=meta.k8s.io`;
    expect((await api.refused('GET', inDefault('pods'), undefined, { accept })).code).toBe(406);
  });
});

describe('a form of answer that is not served', () => {
  it.each([
    ['POST', inDefault('configmaps'), configMap('unanswerable')],
    ['PUT', inDefault('configmaps', 'answered'), configMap('answered', { changed: 'yes' })],
    ['DELETE', inDefault('configmaps', 'answered'), undefined],
    ['DELETE', inDefault('configmaps'), undefined],
  ] as const)('is refused before %s %s has written anything', async (method, path, body) => {
    await api.request('POST', inDefault('configmaps'), configMap('answered'));
    const before = (await api.list(inDefault('configmaps'))).metadata?.resourceVersion;
    expect((await api.refused(method, path, body, { accept: 'application/cbor' })).code).toBe(406);
    expect((await api.list(inDefault('configmaps'))).metadata?.resourceVersion).toBe(before);
  });
});

describe('unknown fields', () => {
  it('are warned of in quotes, a hundred at the most', async () => {
    const fields = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`unknown${index}`, 1]));
    const body = { ...configMap('warned'), 'zeile\n日本': 1, ...fields };
    const { status, headers } = await api.request('POST', inDefault('configmaps'), body);
    const warnings = headers.warning?.split(', ') ?? [];
    expect([status, warnings.length]).toEqual([201, 100]);
    expect(warnings[0]).toBe('299 - "unknown field \\"zeile\\\\n日本\\""');
  });
});

it('a grace period of 64 bits is kept to the second, and ends at the end of time', async () => {
  const own = pod('patient', { nodeName: 'worker', terminationGracePeriodSeconds: 9007199254740993n });
  await api.create(inDefault('pods'), own);
  await api.request('DELETE', inDefault('pods', 'patient'));
  const { metadata } = await api.get(inDefault('pods', 'patient'));
  expect([metadata.deletionTimestamp, metadata.deletionGracePeriodSeconds]).toEqual([
    '9999-12-31T23:59:59Z',
    9007199254740993n,
  ]);
  expect((await api.request('DELETE', inDefault('pods', 'patient'), { gracePeriodSeconds: 0 })).status).toBe(200);
});
