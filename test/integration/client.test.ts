import { afterEach, describe, expect, it } from 'vitest';
import { configMaps } from '../../agent/api/core/config-map.ts';
import { builtInKinds } from '../../agent/api/kinds.ts';
import { createKindRegistry } from '../../agent/api/registry.ts';
import type { ConfigMap } from '../../agent/api/types.ts';
import { createApiServer } from '../../agent/apiserver/server.ts';
import { createClient } from '../../agent/client/client.ts';
import { createHttpsTransport, type HttpsTransport } from '../../agent/client/https-transport.ts';
import { createInformer } from '../../agent/client/informer.ts';
import { systemClock } from '../../agent/clock.ts';
import { createMemoryStore } from '../../agent/store/memory.ts';
import { createSigningKey } from '../../main/cluster/pki.ts';
import { quietLog } from '../fakes/log.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

async function connect(): Promise<{ api: TestApiServer; transport: HttpsTransport }> {
  const api = await startTestApiServer();
  undo.push(api.close);
  const { certificate: cert, key } = api.admin;
  const transport = createHttpsTransport({ server: api.url, ca: api.ca, cert, key });
  undo.push(transport.close);
  return { api, transport };
}

const aMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});

describe('the client over HTTPS', () => {
  it('creates, reads, changes, lists and deletes', async () => {
    const { transport } = await connect();
    const resource = createClient(transport).resource(configMaps);
    const created = await resource.create(aMap('a', { k: 'v' }));
    expect(created.metadata.uid).toBeTruthy();
    const updated = await resource.update({ ...created, data: { k: 'w' } });
    expect((await resource.get('a', 'default')).data).toEqual({ k: 'w' });
    await expect(resource.update(created)).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
    const patched = await resource.patch('a', 'default', 'application/merge-patch+json', { data: { more: 'x' } });
    expect(patched.data).toEqual({ k: 'w', more: 'x' });
    expect(Number(patched.metadata.resourceVersion)).toBeGreaterThan(Number(updated.metadata.resourceVersion));
    const { items } = await resource.list({ namespace: 'default', fieldSelector: 'metadata.name=a' });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['a']);
    await resource.delete('a', 'default', { preconditions: { uid: created.metadata.uid } });
    await expect(resource.get('a', 'default')).rejects.toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'configmaps "a" not found',
    });
  });

  it('carries a big body both ways', async () => {
    const { transport } = await connect();
    const resource = createClient(transport).resource(configMaps);
    const text = 'ü'.repeat(400_000);
    await resource.create(aMap('big', { text }));
    expect((await resource.get('big', 'default')).data?.text).toBe(text);
  });

  it('watches until it is told to stop', async () => {
    const { transport } = await connect();
    const resource = createClient(transport).resource(configMaps);
    const { metadata } = await resource.list({ namespace: 'default' });
    const stop = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      const options = { namespace: 'default', resourceVersion: metadata.resourceVersion };
      for await (const event of resource.watch(options, stop.signal)) {
        seen.push(`${event.type} ${event.object.metadata.name}`);
        if (seen.length === 2) stop.abort();
      }
    })();
    await resource.create(aMap('a'));
    await resource.delete('a', 'default');
    await watching;
    expect(seen).toEqual(['ADDED a', 'DELETED a']);
  });

  it('rejects where nobody listens, and works again when somebody does', async () => {
    const transport = createHttpsTransport({ server: 'https://127.0.0.1:1', ca: '' });
    undo.push(transport.close);
    const resource = createClient(transport).resource(configMaps);
    await expect(resource.get('a', 'default')).rejects.toThrow('ECONNREFUSED');
    await expect(resource.get('a', 'default')).rejects.toThrow('ECONNREFUSED');
  });

  it('goes to whichever of several servers can be reached', async () => {
    const { api } = await connect();
    const { certificate: cert, key } = api.admin;
    const server = api.url.replace('127.0.0.1', 'localhost');
    const transport = createHttpsTransport({ server, addresses: ['127.0.0.2', '127.0.0.1'], ca: api.ca, cert, key });
    undo.push(transport.close);
    const created = await createClient(transport)
      .resource(configMaps)
      .create(aMap('a', { k: 'v' }));
    expect(created.data).toEqual({ k: 'v' });
  });

  it('rejects a request that was aborted', async () => {
    const { transport } = await connect();
    const resource = createClient(transport).resource(configMaps);
    await expect(resource.list({}, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });
});

/** A server on a store and a port that outlive it. */
async function restartable() {
  const { api } = await connect();
  const store = createMemoryStore();
  undo.push(() => store.close());
  const serving = await api.authority.issue({ commonName: 'kube-apiserver', hosts: ['127.0.0.1'], usages: ['server'] });
  const serviceAccountKey = await createSigningKey();
  let port = 0;
  const start = async () => {
    const kinds = createKindRegistry(builtInKinds);
    const server = await createApiServer({ kinds, store, clock: systemClock, log: quietLog, serviceAccountKey });
    const tls = { cert: serving.certificate, key: serving.key, ca: api.ca };
    ({ port } = await server.listen({ host: '127.0.0.1', port, tls }));
    return server;
  };
  let server = await start();
  undo.push(() => server.close());
  const { certificate: cert, key } = api.admin;
  const transport = createHttpsTransport({ server: `https://127.0.0.1:${port}`, ca: api.ca, cert, key });
  undo.push(transport.close);
  return {
    transport,
    stop: () => server.close(),
    /** Resolves with a client in process. */
    start: async () => {
      server = await start();
      return createClient(server.transport({ username: 'kubernetes-admin', groups: ['system:masters'] }));
    },
  };
}

describe('an informer over HTTPS', () => {
  it('loses nothing when the server restarts', async () => {
    const server = await restartable();
    const stop = new AbortController();
    undo.push(() => stop.abort());
    const client = createClient(server.transport);
    const scope = { namespace: 'default' };
    const deps = { clock: systemClock, log: quietLog, signal: stop.signal };
    const informer = createInformer<ConfigMap>(client, configMaps, scope, deps);
    await informer.synced;
    await client.resource(configMaps).create(aMap('before'));
    await expect.poll(() => informer.get('default/before')?.metadata.name).toBe('before');
    await server.stop();
    const restarted = await server.start();
    await restarted.resource(configMaps).create(aMap('after'));
    await expect.poll(() => informer.get('default/after')?.metadata.name).toBe('after');
    expect(informer.get('default/before')).toBeDefined();
  });
});
