/**
 * What upstream asks of watches, discovery and answers, in the words of its own tests.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/apimachinery/watch.go; discovery.go,
 * server_version.go, table_conversion.go and watchlist.go beside it
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyObject, WatchEvent } from '../../../agent/api/types.ts';
import { type Conformance, nameOf, startConformance } from './conformance.ts';
import type { ResourceClient, Watch } from './go-client.ts';

let world: Conformance;
let namespace: string;
let maps: ResourceClient;
beforeAll(async () => {
  world = await startConformance();
  namespace = await world.namespace('watch');
  maps = world.typed('v1', 'ConfigMap', 'configmaps', namespace);
});
afterAll(() => world.close());

const label = 'watch-this-configmap';
const watchOf = (values: string[], resourceVersion = '') =>
  maps.watch({ labelSelector: `${label} in (${values.join(',')})`, ...(resourceVersion ? { resourceVersion } : {}) });
const create = (name: string, value: string) => maps.create({ metadata: { name, labels: { [label]: value } } });
const mutate = (name: string, mutation: string) =>
  maps.updateOnConflict(name, (object) => {
    object.data = { mutation };
  });
const relabel = (name: string, value: string) =>
  maps.updateOnConflict(name, ({ metadata }) => {
    metadata.labels = { [label]: value };
  });
const seen = ({ type, object }: WatchEvent): string => {
  const { metadata, data } = object as AnyObject & { data?: { mutation?: string } };
  return [type, metadata.name, ...(data?.mutation ? [data.mutation] : [])].join(' ');
};
const next = async (watch: Watch, count: number): Promise<string[]> => {
  const events: string[] = [];
  while (events.length < count) events.push(seen(await watch.next()));
  return events;
};

describe('Watchers', () => {
  it('should observe add, update, and delete watch notifications on configmaps', async () => {
    const watches = { a: await watchOf(['A']), b: await watchOf(['B']), both: await watchOf(['A', 'B']) };
    await create('map-a', 'A');
    await mutate('map-a', '1');
    await mutate('map-a', '2');
    await maps.delete('map-a');
    await create('map-b', 'B');
    await maps.delete('map-b');
    const ofA = ['ADDED map-a', 'MODIFIED map-a 1', 'MODIFIED map-a 2', 'DELETED map-a 2'];
    const ofB = ['ADDED map-b', 'DELETED map-b'];
    expect(await next(watches.a, 4)).toEqual(ofA);
    expect(await next(watches.b, 2)).toEqual(ofB);
    expect(await next(watches.both, 6)).toEqual([...ofA, ...ofB]);
  });

  it('should be able to start watching from a specific resource version', async () => {
    await create('from-version', 'from');
    const { metadata } = await mutate('from-version', '1');
    await mutate('from-version', '2');
    await maps.delete('from-version');
    const watch = await watchOf(['from'], metadata.resourceVersion);
    expect(await next(watch, 2)).toEqual(['MODIFIED from-version 2', 'DELETED from-version 2']);
  });

  it('should be able to restart watching from the last resource version observed by the previous watch', async () => {
    const broken = await watchOf(['restarted']);
    await create('restarted', 'restarted');
    await mutate('restarted', '1');
    await broken.next();
    const { object } = await broken.next();
    broken.stop();
    await mutate('restarted', '2');
    const restarted = await watchOf(['restarted'], (object as AnyObject).metadata.resourceVersion);
    await maps.delete('restarted');
    expect(await next(restarted, 2)).toEqual(['MODIFIED restarted 2', 'DELETED restarted 2']);
  });

  it('should observe an object deletion if it stops meeting the requirements of the selector', async () => {
    const watch = await watchOf(['changed']);
    await create('changed', 'changed');
    await mutate('changed', '1');
    await relabel('changed', 'wrong-value');
    await mutate('changed', '2');
    await relabel('changed', 'changed');
    await mutate('changed', '3');
    await maps.delete('changed');
    expect(await next(watch, 6)).toEqual([
      'ADDED changed',
      'MODIFIED changed 1',
      'DELETED changed 1',
      'ADDED changed 2',
      'MODIFIED changed 3',
      'DELETED changed 3',
    ]);
  });

  it('should receive events on concurrent watches in same order', async () => {
    const { metadata } = await maps.list();
    const all = await maps.watch({ resourceVersion: metadata.resourceVersion ?? '' });
    const versionOf = (event: WatchEvent) => (event.object as AnyObject).metadata.resourceVersion ?? '';
    const names = ['order-0', 'order-1', 'order-2'];
    for (const name of names) await maps.create({ metadata: { name } });
    for (const name of names) await mutate(name, '1');
    for (const name of names) await maps.delete(name);
    const versions: string[] = [];
    while (versions.length < 9) versions.push(versionOf(await all.next()));
    for (const [index, version] of versions.slice(0, -1).entries()) {
      const later = await maps.watch({ resourceVersion: version });
      expect(versionOf(await later.next())).toBe(versions[index + 1]);
      later.stop();
    }
  });
});

describe('API Streaming (aka. WatchList)', () => {
  it.each(['typed', 'dynamic'] as const)('should be requested by a %s client', async (client) => {
    const of = await world.namespace('watchlist');
    const secrets = world[client]('v1', 'Secret', 'secrets', of);
    for (const name of ['secret-1', 'secret-2'])
      await secrets.create({ metadata: { name, labels: { watchlist: 'true' } } });
    const watch = await secrets.watch({
      labelSelector: 'watchlist=true',
      resourceVersionMatch: 'NotOlderThan',
      sendInitialEvents: true,
      allowWatchBookmarks: true,
    });
    const events = [await watch.next(), await watch.next(), await watch.next()];
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'ADDED', 'BOOKMARK']);
    expect(events.slice(0, 2).map(({ object }) => nameOf(object as AnyObject))).toEqual(['secret-1', 'secret-2']);
    expect(events[2]?.object).toMatchObject({
      kind: 'Secret',
      metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
    });
    await secrets.create({ metadata: { name: 'secret-3', labels: { watchlist: 'true' } } });
    expect(nameOf((await watch.next()).object as AnyObject)).toBe('secret-3');
    watch.stop();
  });
});

describe('Discovery', () => {
  interface Group {
    name: string;
    preferredVersion: { groupVersion: string; version: string };
    versions: { groupVersion: string; version: string }[];
  }

  it('should validate PreferredVersion for each APIGroup', async () => {
    const { groups } = (await world.client.read('/apis')) as object as { groups: Group[] };
    expect(groups.length).toBeGreaterThan(10);
    for (const { name, preferredVersion } of groups) {
      const group = (await world.client.read(`/apis/${name}`)) as object as Group;
      expect([group.name, group.preferredVersion]).toEqual([name, preferredVersion]);
      expect(group.versions).toContainEqual(preferredVersion);
    }
  });

  it('should locate the groupVersion and a resource within each APIGroup', async () => {
    const { groups } = (await world.client.read('/apis')) as object as { groups: Group[] };
    for (const { versions } of groups) {
      for (const { groupVersion } of versions) {
        const { resources, ...list } = (await world.client.read(`/apis/${groupVersion}`)) as object as {
          groupVersion: string;
          resources: { name: string; singularName: string; kind: string; verbs: string[] }[];
        };
        expect(list).toMatchObject({ kind: 'APIResourceList', groupVersion });
        expect(resources.length).toBeGreaterThan(0);
      }
    }
  });

  it('should find the server version', async () => {
    expect(await world.client.read('/version')).toMatchObject({
      major: expect.stringMatching(/^\d+$/),
      minor: expect.stringMatching(/^\d+\+?$/),
    });
  });
});

describe('Servers with support for Table transformation', () => {
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

  it('should return pod details', async () => {
    const pods = world.typed('v1', 'Pod', 'pods', namespace);
    await pods.create({ metadata: { name: 'pod-1' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } });
    const path = `/api/v1/namespaces/${namespace}/pods/pod-1`;
    const { columnDefinitions, rows } = (await world.client.read(path, { accept: table })) as object as {
      columnDefinitions: object[];
      rows: { cells: unknown[] }[];
    };
    expect(columnDefinitions.length).toBeGreaterThan(2);
    expect([rows.length, rows[0]?.cells[0], rows[0]?.cells.length]).toEqual([1, 'pod-1', columnDefinitions.length]);
  });

  it('should return generic metadata details across all namespaces for nodes', async () => {
    const { columnDefinitions, rows } = (await world.client.read('/api/v1/nodes', { accept: table })) as object as {
      columnDefinitions: object[];
      rows: { cells: unknown[]; object: AnyObject }[];
    };
    expect(columnDefinitions.length).toBeGreaterThanOrEqual(2);
    expect(rows.length).toBe(3);
    for (const { cells, object } of rows)
      expect([cells[0], object.kind]).toEqual([nameOf(object), 'PartialObjectMetadata']);
  });

  it('should return a 406 for a backend which does not implement metadata', async () => {
    const body = JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb: 'list', resource: 'pods' } },
    });
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const headers = { accept: table, 'content-type': 'application/json' };
    const answer = await world.client.send('POST', path, headers, body);
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([
      406,
      {
        reason: 'NotAcceptable',
        message:
          'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
      },
    ]);
  });
});
