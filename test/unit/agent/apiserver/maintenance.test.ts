import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../../agent/store/memory.ts';
import { CompactedError, type Store } from '../../../../agent/store/store.ts';
import { createAuthority } from '../../../../main/cluster/pki.ts';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());
const minutes = 60_000;

it('forgets events an hour after they last happened', async () => {
  const event = (name: string, lastTimestamp: string) => ({
    metadata: { name },
    involvedObject: { kind: 'Pod', name: 'web', namespace: 'default' },
    reason: 'Started',
    type: 'Normal',
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp,
  });
  await api.create(inDefault('events'), event('old', '2026-01-01T00:00:00Z'));
  await api.create(inDefault('events'), event('again', '2026-01-01T00:50:00Z'));
  await api.clock.advance(55 * minutes);
  expect((await api.list(inDefault('events'))).items).toHaveLength(2);
  await api.clock.advance(10 * minutes);
  expect((await api.list(inDefault('events'))).items.map(({ metadata }) => metadata.name)).toEqual(['again']);
});

it('compacts what was written before the last interval', async () => {
  await api.create(inDefault('configmaps'), configMap('a'));
  await api.clock.advance(10 * minutes);
  const changes = api.store.watch('/', 0, new AbortController().signal)[Symbol.asyncIterator]();
  await expect(changes.next()).rejects.toThrow(CompactedError);
});

it('leaves the compaction of a shared store to the first server that is alive', async () => {
  const store = createMemoryStore();
  const compactions: number[] = [];
  const shared: Store = {
    ...store,
    isShared: true,
    compact: async (revision) => {
      compactions.push(revision);
    },
  };
  const authority = await createAuthority();
  const { certificate: cert, key } = await authority.issue({ commonName: 'api', hosts: [], usages: ['server'] });
  const tls = { cert, key, ca: authority.certificate };
  const second = await startApi({
    store: shared,
    listen: { host: '127.0.0.1', port: 0, advertise: '192.0.2.2', tls },
  });
  const rounds = async (count: number) => {
    for (let round = 0; round < count; round += 1) await second.clock.advance(5_000);
  };
  const lease = { holderIdentity: 'first', leaseDurationSeconds: 15 };
  const metadata = {
    name: 'apiserver-first',
    labels: { 'apiserver.kubernetes.io/identity': 'kube-apiserver' },
    annotations: { 'skiff.dev/advertise-address': '192.0.2.1' },
  };
  const path = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
  await second.create(path, { metadata, spec: lease });
  for (let beat = 0; beat < 60; beat += 1) {
    await rounds(1);
    await second.request('PUT', `${path}/apiserver-first`, { metadata, spec: { ...lease, leaseTransitions: beat } });
  }
  expect(compactions).toEqual([]);
  // The first one is gone: its lease stays as it is.
  await rounds(60);
  expect(compactions).toHaveLength(1);
  await second.close();
});

it('ends the tokens of lists that began before the last interval, though nothing of the kind has changed since', async () => {
  for (const name of ['a', 'b', 'c']) await api.create(inDefault('configmaps'), configMap(name));
  const list = await api.list(`${inDefault('configmaps')}?limit=1`);
  const rest = `${inDefault('configmaps')}?limit=1&continue=${list.metadata.continue}`;
  await api.clock.advance(4 * minutes);
  await api.create(inDefault('secrets'), { metadata: { name: 'other' } });
  expect((await api.list(rest)).items).toHaveLength(1);
  await api.clock.advance(6 * minutes);
  const refused = await api.refused('GET', rest);
  expect([refused.code, refused.reason]).toEqual([410, 'Expired']);
  const again = await api.list(`${inDefault('configmaps')}?limit=1&continue=${refused.metadata?.continue}`);
  expect(again.items.map(({ metadata }) => metadata.name)).toEqual(['b']);
  expect(again.metadata.resourceVersion).not.toBe(list.metadata.resourceVersion);
});

it('lets go of old history where nothing happens any more', async () => {
  const first = await api.create(inDefault('configmaps'), configMap('a'));
  await api.create(inDefault('configmaps'), configMap('b'));
  await api.clock.advance(10 * minutes);
  const watch = await api.watch(
    `${inDefault('configmaps')}?watch=true&resourceVersion=${first.metadata.resourceVersion}`,
  );
  expect(await watch.next(1)).toEqual(['ERROR 410']);
});

describe('metrics', () => {
  it('count objects and watches', async () => {
    await api.create(inDefault('configmaps'), configMap('a'));
    await api.watch(`${inDefault('configmaps')}?watch=true`);
    const { body } = await api.request('GET', '/metrics');
    // With the settings of the name server.
    expect(body).toContain('apiserver_storage_objects{resource="configmaps"} 2\n');
    expect(body).toContain(
      'apiserver_longrunning_requests{verb="WATCH",group="",resource="configmaps",component="apiserver"} 1\n',
    );
  });

  // The server itself makes no object of this kind.
  const podTemplate = { metadata: { name: 'a' }, template: { spec: { containers: [{ name: 'a', image: 'a' }] } } };
  const core = 'group="",version="v1",resource="podtemplates"';
  it.each<[method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body: unknown, labels: string, code: number]>([
    [
      'GET',
      inDefault('podtemplates/a'),
      undefined,
      `verb="GET",dry_run="",${core},subresource="",scope="resource"`,
      404,
    ],
    [
      'GET',
      inDefault('podtemplates'),
      undefined,
      `verb="LIST",dry_run="",${core},subresource="",scope="namespace"`,
      200,
    ],
    ['GET', '/api/v1/podtemplates', undefined, `verb="LIST",dry_run="",${core},subresource="",scope="cluster"`, 200],
    [
      'POST',
      inDefault('podtemplates'),
      podTemplate,
      `verb="POST",dry_run="",${core},subresource="",scope="resource"`,
      201,
    ],
    [
      'POST',
      `${inDefault('podtemplates')}?dryRun=All`,
      podTemplate,
      `verb="POST",dry_run="All",${core},subresource="",scope="resource"`,
      201,
    ],
    [
      'DELETE',
      inDefault('podtemplates'),
      undefined,
      `verb="DELETECOLLECTION",dry_run="",${core},subresource="",scope="namespace"`,
      200,
    ],
    [
      'GET',
      '/apis/apps/v1/namespaces/default/deployments/web/scale',
      undefined,
      'verb="GET",dry_run="",group="apps",version="v1",resource="deployments",subresource="scale",scope="resource"',
      404,
    ],
    [
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } },
      'verb="POST",dry_run="",group="authorization.k8s.io",version="v1",resource="selfsubjectaccessreviews",subresource="",scope="resource"',
      201,
    ],
    [
      'GET',
      '/apis/made.up/v1/things/a',
      undefined,
      'verb="GET",dry_run="",group="",version="",resource="",subresource="",scope=""',
      404,
    ],
    [
      'POST',
      `${inDefault('pods', 'a')}/made-up`,
      undefined,
      'verb="POST",dry_run="",group="",version="",resource="",subresource="",scope=""',
      404,
    ],
    [
      'GET',
      '/version',
      undefined,
      'verb="GET",dry_run="",group="",version="",resource="",subresource="",scope=""',
      200,
    ],
  ])('count and time %s %s', async (method, path, body, labels, code) => {
    expect((await api.request(method, path, body)).status).toBe(code);
    const { body: told } = await api.request('GET', '/metrics');
    expect(told).toContain(`apiserver_request_total{${labels},component="apiserver",code="${code}"} 1\n`);
    expect(told).toContain(`apiserver_request_duration_seconds_count{${labels},component="apiserver"} 1\n`);
  });

  it('count a watch when it begins, and do not time it', async () => {
    await api.watch(`${inDefault('podtemplates')}?watch=true`);
    const { body } = await api.request('GET', '/metrics');
    const labels = `verb="WATCH",dry_run="",${core},subresource="",scope="namespace",component="apiserver"`;
    expect(body).toContain(`apiserver_request_total{${labels},code="200"} 1\n`);
    expect(body).not.toContain('apiserver_request_duration_seconds_count{verb="WATCH"');
  });

  // https://github.com/kubernetes/kubernetes/blob/release-1.36/test/instrumentation/testdata/stable-metrics-list.yaml
  it('time requests in the buckets of upstream', async () => {
    await api.get('/version');
    const { body } = await api.request('GET', '/metrics');
    const bounds = [
      ...String(body).matchAll(/^apiserver_request_duration_seconds_bucket\{.*\bresource="",.*le="([^"]*)"\} 1$/gm),
    ];
    expect(bounds.map(([, bound]) => bound).join(' ')).toBe(
      '0.005 0.025 0.05 0.1 0.2 0.4 0.6 0.8 1 1.25 1.5 2 3 4 5 6 8 10 15 20 30 45 60 +Inf',
    );
  });
});
