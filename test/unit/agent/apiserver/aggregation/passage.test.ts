/** Requests for what another server serves, from components in the API server's process. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import {
  type AggregationWorld,
  apiServices,
  flunderService,
  flunders,
  isAvailable,
  startAggregation,
} from './world.ts';

let world: AggregationWorld;
beforeEach(async () => {
  world = await startAggregation();
  await world.behindService();
  await world.register();
  await world.condition(isAvailable);
});
afterEach(() => world.close());

const flunder = (name: string) => ({
  metadata: { name, labels: { 'sample-label': 'true' } },
  spec: { reference: 'a' },
});
const lastSeen = () => world.extension.seen.at(-1);

describe('Aggregator', () => {
  it('Should be able to support the 1.17 Sample API Server using the current Aggregator', async () => {
    const { api } = world;
    const watch = await api.watch(`${flunders}?watch=true`);
    const made = await api.request('POST', flunders, flunder('rest-flunder'));
    expect([made.status, (made.body as AnyObject).metadata.name]).toEqual([201, 'rest-flunder']);
    expect((await api.list(flunders)).items.map(({ metadata }) => metadata.name)).toEqual(['rest-flunder']);
    expect((await api.get(`${flunders}/rest-flunder`)).spec).toEqual({ reference: 'a' });
    expect(await watch.next(1)).toEqual(['ADDED rest-flunder@2']);
    expect((await api.request('DELETE', `${flunders}/rest-flunder`)).status).toBe(200);
    expect(await watch.next(1)).toEqual(['DELETED rest-flunder@3']);
    expect((await api.list(flunders)).items).toEqual([]);
  });
});

describe('a request that is passed on', () => {
  it('is counted, and adds no series to the metrics for each name that somebody makes up', async () => {
    const statuses: number[] = [];
    for (const made of ['one', 'two', 'three']) {
      const path = `/apis/wardle.example.com/v1alpha1/namespaces/default/${made}/a/${made}`;
      statuses.push((await world.api.request('GET', path)).status);
    }
    expect(statuses).toEqual([404, 404, 404]);
    const { body } = await world.api.request('GET', '/metrics');
    const series = (body as string).split('\n').filter((line) => /^apiserver_request_total\{.*version="",/.test(line));
    const labels =
      'verb="GET",dry_run="",group="",version="",resource="",subresource="",scope="",component="apiserver"';
    expect(series).toEqual([`apiserver_request_total{${labels},code="200"} 3`]);
    expect(body).not.toContain('group="wardle.example.com",version="v1alpha1",resource="one"');
  });

  it('goes to an endpoint of the service and shows the certificate of the front proxy', async () => {
    await world.api.get(flunders);
    expect(world.reached.at(-1)).toBe('10.244.1.7:6443');
    expect(lastSeen()).toMatchObject({ method: 'GET', path: flunders, certificate: 'front-proxy-client' });
  });

  it('says who asks, whatever the client says of itself', async () => {
    const transport = world.api.server.transport({
      username: 'jürgen',
      uid: 'u-1',
      groups: ['dev', 'system:authenticated'],
      extra: { 'example.com/Team%': ['a', 'b'] },
    });
    await world.api.create('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
      metadata: { name: 'flunders' },
      rules: [{ apiGroups: ['wardle.example.com'], resources: ['flunders'], verbs: ['list'] }],
    });
    await world.api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name: 'flunders' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'flunders' },
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'dev' }],
    });
    const headers = {
      authorization: 'Bearer secret',
      'x-remote-user': 'admin',
      'x-remote-group': 'system:masters',
      'x-remote-extra-scopes': 'all',
      'impersonate-user': 'admin',
      'user-agent': 'tool',
    };
    expect((await transport.request({ method: 'GET', path: flunders, headers })).status).toBe(200);
    const { host: _host, connection: _connection, accept: _accept, ...sent } = lastSeen()?.headers ?? {};
    expect(sent).toEqual({
      'user-agent': 'tool',
      'x-remote-user': Buffer.from('jürgen').toString('latin1'),
      'x-remote-uid': 'u-1',
      'x-remote-group': 'dev, system:authenticated',
      'x-remote-extra-example.com%2fteam%25': 'a, b',
    });
  });

  it('must be allowed here first', async () => {
    const before = world.extension.seen.length;
    const { status, body } = await world.api.server
      .transport({ username: 'eve', groups: ['system:authenticated'] })
      .request({ method: 'GET', path: flunders });
    expect([status, (body as { message: string }).message]).toEqual([
      403,
      'flunders.wardle.example.com is forbidden: User "eve" cannot list resource "flunders" in API group "wardle.example.com" in the namespace "default"',
    ]);
    expect(world.extension.seen.length).toBe(before);
  });

  it('finds nothing any more once the registration is gone', async () => {
    await world.api.request('DELETE', `${apiServices}/${flunderService}`);
    expect((await world.api.request('GET', flunders)).status).toBe(404);
  });

  it('cannot take the place of what the server has at its core', async () => {
    const spec = {
      version: 'v1',
      service: { namespace: 'wardle', name: 'api' },
      groupPriorityMinimum: 1000,
      versionPriority: 10,
    };
    const { spec: _before, ...core } = await world.api.get(`${apiServices}/v1.`);
    await world.api.request('PUT', `${apiServices}/v1.`, { ...core, spec });
    expect((await world.api.get('/api/v1/namespaces/default')).kind).toBe('Namespace');
    await world.api.create(apiServices, {
      metadata: { name: 'v1.apiregistration.k8s.io' },
      spec: { ...spec, group: 'apiregistration.k8s.io' },
    });
    expect((await world.api.list(apiServices)).items.length).toBeGreaterThan(0);
  });
});

describe('a server that misbehaves', () => {
  const refusal = async () => {
    const { status, body } = await world.api.request('GET', flunders);
    return [status, body];
  };

  it('by never answering is given up after a minute, or after five seconds where it says what it has', async () => {
    world.extension.misbehave = () => true;
    const before = world.extension.seen.length;
    const waiting = world.api.request('GET', flunders);
    const discovering = world.api.request('GET', '/apis/wardle.example.com/v1alpha1');
    await world.extension.reached(before + 2);
    await world.api.clock.advance(5_000);
    expect(await discovering).toMatchObject({ status: 503, body: 'context deadline exceeded' });
    await world.api.clock.advance(55_000);
    expect((await waiting).status).toBe(503);
  });

  it('by closing midway fails that request alone', async () => {
    world.extension.misbehave = (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"kind":');
      response.flushHeaders();
      setImmediate(() => request.socket.destroy());
      return true;
    };
    expect((await refusal())[0]).toBe(503);
    world.extension.misbehave = () => undefined;
    expect((await refusal())[0]).toBe(200);
  });

  it('by sending without end is cut off', async () => {
    const chunk = Buffer.alloc(1 << 20, ' ');
    world.extension.misbehave = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const pour = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', pour);
      };
      pour();
      return true;
    };
    expect(await refusal()).toEqual([503, `the answer is too large: limit is ${32 << 20} bytes`]);
  });

  it('by sending an event without end has its watch ended', async () => {
    const watch = await world.api.request('GET', `${flunders}?watch=true`);
    const events = watch.events?.[Symbol.asyncIterator]();
    world.extension.misbehave = () => undefined;
    world.extension.pour('x'.repeat(5 << 20));
    await expect(events?.next()).rejects.toThrow(`an event is too large: limit is ${4 << 20} bytes`);
  });

  it('by sending what is no JSON is unavailable to who needs JSON', async () => {
    world.extension.misbehave = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"kind": nonsense');
      return true;
    };
    expect((await refusal())[0]).toBe(503);
  });
});

it('tells other servers whose certificates clients have, and how to know a request that is passed on', async () => {
  const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
  const { data, metadata } = await world.api.get(path);
  expect(data).toEqual({
    'client-ca-file': 'CLIENT CA',
    'requestheader-allowed-names': '["front-proxy-client"]',
    'requestheader-client-ca-file': expect.stringContaining('BEGIN CERTIFICATE'),
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-uid-headers': '["X-Remote-Uid"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  });
  await world.api.request('DELETE', path);
  const again = await world.api.watch(`/api/v1/namespaces/kube-system/configmaps?watch=true`);
  const { object } = await again.event();
  expect((object as AnyObject).metadata.uid).not.toBe(metadata.uid);
});
