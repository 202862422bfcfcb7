/** What other servers serve, in the documents of this one. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  type AggregationWorld,
  apiServices,
  eventually,
  flunderService,
  isAvailable,
  startAggregation,
} from './world.ts';

let world: AggregationWorld;
const start = async (options?: Parameters<typeof startAggregation>[0]) => {
  world = await startAggregation(options);
};
afterEach(() => world.close());

const accept = (version: string) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
type Item = { metadata: { name: string }; versions: Record<string, unknown>[] };
const aggregated = async (version = 'v2') => {
  const { body, headers } = await world.api.request('GET', '/apis', undefined, { accept: accept(version) });
  return { items: (body as { items: Item[] }).items, etag: headers.etag };
};
const flundersIn = ({ items }: { items: Item[] }) =>
  items.find(({ metadata }) => metadata.name === 'wardle.example.com');
const discovered = (freshness: string) =>
  eventually(async () => {
    const found = flundersIn(await aggregated());
    return found?.versions[0]?.freshness === freshness ? found : undefined;
  });
const groups = async () => {
  const { body } = await world.api.request('GET', '/apis');
  return (body as { groups: { name: string; versions: { version: string }[] }[] }).groups;
};

describe('AggregatedDiscovery', () => {
  it('should support aggregated discovery interface', async () => {
    await start();
    const before = await aggregated();
    await world.behindService();
    await world.register();
    expect(await discovered('Current')).toEqual({
      metadata: { name: 'wardle.example.com', creationTimestamp: null },
      versions: [
        {
          version: 'v1alpha1',
          freshness: 'Current',
          resources: [
            {
              resource: 'flunders',
              responseKind: { group: 'wardle.example.com', version: 'v1alpha1', kind: 'Flunder' },
              scope: 'Namespaced',
              singularResource: 'flunder',
              verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
              shortNames: ['fl'],
            },
          ],
        },
      ],
    });
    const after = await aggregated();
    expect(after.etag).not.toBe(before.etag);
    expect(flundersIn(await aggregated('v2beta1'))).toEqual(flundersIn(after));
  });

  it('calls stale whatever cannot be asked, and current again afterwards', async () => {
    await start();
    await world.register();
    expect((await discovered('Stale')).versions).toEqual([{ version: 'v1alpha1', freshness: 'Stale' }]);
    await world.behindService();
    await world.condition(isAvailable);
    await discovered('Current');
  });

  it('asks servers that have only the older documents for these', async () => {
    await start({ old: true });
    await world.behindService();
    await world.register();
    expect((await discovered('Current')).versions[0]).toMatchObject({
      resources: [
        {
          resource: 'flunders',
          scope: 'Namespaced',
          subresources: [{ subresource: 'status', responseKind: { kind: 'Flunder' }, verbs: ['get', 'update'] }],
        },
      ],
    });
  });

  it('asks every minute what a server has by then', async () => {
    await start();
    await world.behindService();
    await world.register();
    await discovered('Current');
    const asked = () => world.extension.seen.filter(({ path }) => path === '/apis').length;
    const before = asked();
    await world.api.clock.advance(60_000);
    await eventually(async () => (asked() > before ? true : undefined));
  });
});

describe('the list of groups', () => {
  it('has those of other servers by their priority, from the moment of their registration on', async () => {
    await start();
    const definition = (group: string) => ({
      metadata: { name: `widgets.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    });
    await world.api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition('a.example.com'));
    await eventually(async () => ((await groups()).some(({ name }) => name === 'a.example.com') ? true : undefined));
    await world.register();
    const names = (await groups()).map(({ name }) => name);
    expect(names[0]).toBe('apiregistration.k8s.io');
    const shown = ['apps', 'resource.k8s.io', 'wardle.example.com', 'a.example.com'];
    expect(names.filter((name) => shown.includes(name))).toEqual(shown);
    expect((await groups()).find(({ name }) => name === 'wardle.example.com')).toMatchObject({
      preferredVersion: { groupVersion: 'wardle.example.com/v1alpha1', version: 'v1alpha1' },
    });
    expect(await world.api.get('/apis/wardle.example.com')).toMatchObject({
      kind: 'APIGroup',
      name: 'wardle.example.com',
    });
  });

  it('names the versions of a group by their priority, then as upstream orders versions', async () => {
    await start();
    const register = (version: string, versionPriority: number) =>
      world.api.create(apiServices, {
        metadata: { name: `${version}.b.example.com` },
        spec: {
          group: 'b.example.com',
          version,
          service: { namespace: 'wardle', name: 'api' },
          groupPriorityMinimum: 1000,
          versionPriority,
        },
      });
    for (const [version, priority] of [
      ['v1alpha1', 10],
      ['v1', 10],
      ['v1beta1', 20],
    ] as const) {
      await register(version, priority);
    }
    const found = (await groups()).find(({ name }) => name === 'b.example.com');
    expect(found?.versions.map(({ version }) => version)).toEqual(['v1beta1', 'v1', 'v1alpha1']);
  });

  it('forgets a group with its registration', async () => {
    await start();
    await world.behindService();
    await world.register();
    await discovered('Current');
    await world.api.request('DELETE', `${apiServices}/${flunderService}`);
    expect((await groups()).map(({ name }) => name)).not.toContain('wardle.example.com');
    await eventually(async () => (flundersIn(await aggregated()) ? undefined : true));
    expect((await world.api.request('GET', '/apis/wardle.example.com/v1alpha1')).status).toBe(404);
  });
});

describe('kinds of other servers', () => {
  const served = () => world.api.server.kinds.find('wardle.example.com', 'v1alpha1', 'flunders')?.kind;

  it('are followed by who follows every kind, while they can be asked for', async () => {
    await start();
    await world.behindService();
    await world.register();
    expect(world.api.server.kinds.unknown).toEqual(['wardle.example.com/v1alpha1']);
    const kind = await eventually(async () => served());
    expect(kind).toMatchObject({ kind: 'Flunder', namespaced: true, isRemote: true });
    expect(world.api.server.kinds.unknown).toEqual([]);
    world.extension.misbehave = (request) => {
      request.socket.destroy();
      return true;
    };
    await world.api.clock.advance(60_000);
    await eventually(async () => (served() ? undefined : true));
    expect(world.api.server.kinds.unknown).toEqual(['wardle.example.com/v1alpha1']);
  });
});
