/** What other servers document, in the documents of this one. */
import { afterEach, describe, expect, it } from 'vitest';
import { type AggregationWorld, apiServices, flunderService, isAvailable, startAggregation } from './world.ts';

let world: AggregationWorld;
const start = async (options?: Parameters<typeof startAggregation>[0]) => {
  world = await startAggregation(options);
  await world.behindService();
};
afterEach(() => world.close());

const registered = async () => {
  await world.register();
  await world.condition(isAvailable);
};
const definition = 'com.example.wardle.v1alpha1.Flunder';
const own = 'io.k8s.api.core.v1.Pod';
const documentV2 = async (headers?: Record<string, string>) => {
  const { status, body, headers: answered } = await world.api.request('GET', '/openapi/v2', undefined, headers);
  const { paths, definitions } = body as { paths: object; definitions: object };
  return { status, paths, definitions, etag: String(answered.etag) };
};
const index = async () => {
  const { body } = await world.api.request('GET', '/openapi/v3');
  return (body as { paths: Record<string, { serverRelativeURL: string }> }).paths;
};

describe('OpenAPI v2', () => {
  it('has what other servers document of their APIs, and nothing else of them', async () => {
    await start();
    const before = await documentV2();
    await registered();
    const { paths, definitions, etag } = await documentV2();
    expect(definitions).toMatchObject({ [own]: {}, [definition]: { description: 'Flunder is what the sample has.' } });
    expect(paths).toMatchObject({ '/apis/wardle.example.com/v1alpha1/namespaces/{namespace}/flunders': {} });
    expect(Object.keys(paths)).not.toContain('/apis/');
    expect(etag).not.toBe(before.etag);
    const { status } = await world.api.request('GET', '/openapi/v2', undefined, { 'if-none-match': etag });
    expect(status).toBe(304);
    await world.api.request('DELETE', `${apiServices}/${flunderService}`);
    expect((await documentV2()).etag).toBe(before.etag);
  });

  it('asks another server once a minute at most', async () => {
    await start();
    await registered();
    const asked = () => world.extension.seen.filter(({ path }) => path === '/openapi/v2').length;
    await Promise.all([documentV2(), documentV2()]);
    expect(asked()).toBe(1);
    await world.api.clock.advance(60_000);
    await documentV2();
    expect(asked()).toBe(2);
  });

  it('is whole without a server that documents nothing', async () => {
    await start({ old: true });
    await registered();
    const { definitions } = await documentV2();
    expect(Object.keys(definitions)).toContain(own);
    expect(Object.keys(definitions)).not.toContain(definition);
  });
});

describe('OpenAPI v3', () => {
  it('names the documents of other servers, but only of their own APIs, and passes them on', async () => {
    await start();
    const before = await index();
    await registered();
    const paths = await index();
    expect(paths['apis/wardle.example.com/v1alpha1']).toEqual({
      serverRelativeURL: '/openapi/v3/apis/wardle.example.com/v1alpha1?hash=F00',
    });
    expect(paths['apis/apps/v1']).toEqual(before['apis/apps/v1']);
    const { status, body } = await world.api.request('GET', '/openapi/v3/apis/wardle.example.com/v1alpha1?hash=F00');
    expect([status, body]).toMatchObject([200, { components: { schemas: { [definition]: {} } } }]);
    expect(world.extension.seen.at(-1)).toMatchObject({
      path: '/openapi/v3/apis/wardle.example.com/v1alpha1?hash=F00',
      headers: { 'x-remote-user': 'admin' },
    });
  });

  it('converts the documents of a server that has them in version 2 alone', async () => {
    await start({ onlyV2: true });
    await registered();
    const address = (await index())['apis/wardle.example.com/v1alpha1']?.serverRelativeURL ?? '';
    const { status, body, headers } = await world.api.request('GET', address);
    const schema = { $ref: `#/components/schemas/${definition}` };
    expect([status, body]).toMatchObject([
      200,
      {
        openapi: '3.0.0',
        paths: {
          '/apis/wardle.example.com/v1alpha1/namespaces/{namespace}/flunders': {
            post: {
              'x-kubernetes-action': 'post',
              parameters: [
                { in: 'path', name: 'namespace', required: true, schema: { type: 'string', uniqueItems: true } },
              ],
              requestBody: { required: true, content: { '*/*': { schema } } },
              responses: {
                200: {
                  description: 'OK',
                  content: { 'application/json': { schema }, 'application/yaml': { schema } },
                },
              },
            },
          },
        },
        components: { schemas: { [definition]: { description: 'Flunder is what the sample has.' } } },
      },
    ]);
    expect(headers['cache-control']).toBe('public, immutable');
    const again = { 'if-none-match': String(headers.etag) };
    expect((await world.api.request('GET', address, undefined, again)).status).toBe(304);
  });

  it('names no documents of a server that has none', async () => {
    await start({ old: true });
    await registered();
    expect(Object.keys(await index())).not.toContain('apis/wardle.example.com/v1alpha1');
  });
});
