import { describe, expect, test } from 'vitest';
import { relayDiscovery } from '../../../../main/calls/discovery/relay.ts';
import { resourcesOf } from '../../../../main/calls/discovery/server-resources.ts';
import type { ContextResources } from '../../../../main/contract/streams.ts';
import { type Answer, fakeConnection } from './fake-connection.ts';

const resource = (plural: string, kind: string, extra = {}) => ({
  resource: plural,
  responseKind: { group: '', version: '', kind },
  scope: 'Namespaced',
  singularResource: kind.toLowerCase(),
  verbs: ['list', 'watch'],
  ...extra,
});
const aggregated = (etag: string, ...groups: { name: string; versions: unknown[] }[]): Answer => ({
  headers: { etag },
  body: [
    JSON.stringify({
      kind: 'APIGroupDiscoveryList',
      apiVersion: 'apidiscovery.k8s.io/v2',
      items: groups.map(({ name, versions }) => ({ metadata: { name }, versions })),
    }),
  ],
});
const version = (name: string, ...resources: unknown[]) => ({ version: name, resources, freshness: 'Current' });
const json = (value: unknown, status = 200): Answer => ({ status, body: [JSON.stringify(value)] });
const unchanged: Answer = { status: 304, body: [] };

const core = aggregated('"c"', { name: '', versions: [version('v1', resource('pods', 'Pod'))] });
const widgets = (etag: string, ...kinds: string[]) =>
  aggregated(etag, {
    name: 'example.com',
    versions: [version('v1', ...kinds.map((kind) => resource(`${kind.toLowerCase()}s`, kind)))],
  });

describe('what a server serves', () => {
  test('is read from its aggregated documents, each resource in the version that comes first', async () => {
    const apis = aggregated('"a"', {
      name: 'example.com',
      versions: [
        version('v2', resource('widgets', 'Widget', { subresources: [{ subresource: 'scale' }], shortNames: ['wd'] })),
        version('v1', resource('widgets', 'Widget'), resource('gadgets', 'Gadget', { scope: 'Cluster' })),
        { version: 'v0', freshness: 'Stale' },
      ],
    });
    const { resources, silent } = await resourcesOf(fakeConnection([core, apis])).refresh();
    expect(resources.map(({ plural, version, namespaced }) => [plural, version, namespaced])).toEqual([
      ['pods', 'v1', true],
      ['widgets', 'v2', true],
      ['gadgets', 'v1', false],
    ]);
    expect(resources[1]).toMatchObject({ kind: 'Widget', subresources: ['scale'], shortNames: ['wd'] });
    expect(silent).toEqual(['example.com/v0']);
  });

  test('is asked for with the tag of the last answer, and stays the same object where nothing has changed', async () => {
    const connection = fakeConnection([core, widgets('"a"', 'Widget'), unchanged, unchanged]);
    const server = resourcesOf(connection);
    const first = await server.refresh();
    expect(await server.refresh()).toBe(first);
    expect(connection.asked.map(({ headers }) => headers?.['if-none-match'])).toEqual([
      undefined,
      undefined,
      '"c"',
      '"a"',
    ]);
    expect(server.isCheap).toBe(true);
  });

  test('is asked of an older server group by group, its preferred version first', async () => {
    const group = {
      name: 'example.com',
      versions: [{ version: 'v1' }, { version: 'v2' }],
      preferredVersion: { version: 'v2' },
    };
    const listing = (...names: string[]) =>
      json({ resources: names.map((name) => ({ name, kind: 'Any', namespaced: true, verbs: ['list'] })) });
    const connection = fakeConnection([
      json({ kind: 'APIVersions', versions: ['v1'] }),
      json({ kind: 'APIGroupList', groups: [group, { name: 'down.example.com', versions: [{ version: 'v1' }] }] }),
      listing('pods', 'pods/log'),
      listing('widgets'),
      listing('widgets', 'gadgets'),
      json({ kind: 'Status', message: 'no endpoints' }, 503),
    ]);
    const { resources, silent } = await resourcesOf(connection).refresh();
    expect(connection.asked.slice(2).map(({ path }) => path)).toEqual([
      '/api/v1',
      '/apis/example.com/v2',
      '/apis/example.com/v1',
      '/apis/down.example.com/v1',
    ]);
    expect(resources.map(({ plural, version }) => `${plural} ${version}`)).toEqual([
      'pods v1',
      'widgets v2',
      'gadgets v1',
    ]);
    expect(resources[0]?.subresources).toEqual(['log']);
    expect(silent).toEqual(['down.example.com/v1']);
  });

  test('is asked for again before a resource is said not to be served', async () => {
    const connection = fakeConnection([
      core,
      widgets('"a"'),
      unchanged,
      widgets('"b"', 'Widget'),
      unchanged,
      unchanged,
    ]);
    const server = resourcesOf(connection);
    await server.refresh();
    expect(await server.find({ group: 'example.com', plural: 'widgets' })).toMatchObject({
      version: 'v1',
      kind: 'Widget',
    });
    await expect(server.find({ group: '', plural: 'gadgets' })).rejects.toMatchObject({ code: 'NotServed' });
  });
});

/** Runs until the answers are used up, and gives what was told to the window and how long was rested between. */
async function relay(answers: (Answer | Error)[]) {
  const connection = fakeConnection(answers);
  const told: ContextResources[] = [];
  const slept: number[] = [];
  const stop = new AbortController();
  const running = relayDiscovery({
    id: 'd',
    connect: async () => connection,
    emit: (resources) => told.push(resources),
    sleep: async (milliseconds, signal) => {
      slept.push(milliseconds);
      if (answers.length === 0) await new Promise((_, reject) => signal.addEventListener('abort', reject));
    },
    signal: stop.signal,
  });
  while (answers.length > 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await running;
  return { told, slept };
}
const plurals = ({ served }: ContextResources) => served?.resources.map(({ plural }) => plural);

describe('the relay of what is served', () => {
  test('tells only what has changed, and asks more than once a second where that is cheap', async () => {
    const answers = [
      core,
      widgets('"a"', 'Widget'),
      unchanged,
      unchanged,
      unchanged,
      widgets('"b"', 'Widget', 'Gadget'),
    ];
    const { told, slept } = await relay(answers);
    expect(told.slice(0, 2).map(plurals)).toEqual([
      ['pods', 'widgets'],
      ['pods', 'widgets', 'gadgets'],
    ]);
    expect(slept.slice(0, 2)).toEqual([750, 750]);
  });

  test('says what the server refused, and tells what is served once it answers again', async () => {
    const broken = new Error('socket hang up');
    const { told } = await relay([core, widgets('"a"'), broken, broken, unchanged, unchanged]);
    expect(told[1]).toMatchObject({ error: { message: 'socket hang up' } });
    expect(plurals(told[2] ?? { id: '' })).toEqual(['pods']);
  });
});
