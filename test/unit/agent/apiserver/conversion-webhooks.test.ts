/** Custom resources whose versions only a webhook knows to convert. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isConditionTrue } from '../../../../agent/api/conditions.ts';
import type { AnyObject, CustomResourceDefinition, Status } from '../../../../agent/api/types.ts';
import { type Asked, allowed, startWebhookServer, type WebhookServer } from '../../../fakes/webhook-server.ts';
import { register, rule, webhook } from './admission/webhook-configurations.ts';
import { startApi, type TestApi } from './api.ts';

interface ConversionRequest {
  uid: string;
  desiredAPIVersion: string;
  objects: AnyObject[];
}

let api: TestApi;
let server: WebhookServer;
/** What becomes of each converted object, and of the response around them. */
let alter: (object: AnyObject) => unknown;
let respond: (response: object) => object;

/** Upstream's sample: `hostPort` in v1 is `host` and `port` in v2. */
function convert({ apiVersion: _before, hostPort, host, port, ...rest }: AnyObject, apiVersion: string): AnyObject {
  if (apiVersion === 'example.com/v1') return { apiVersion, ...rest, hostPort: `${host}:${port}` };
  const [name, number] = String(hostPort).split(':');
  return { apiVersion, ...rest, host: name, port: number };
}

const requestIn = ({ review }: Asked) => review.request as object as ConversionRequest;
const reviews = () => server.asked.filter(({ path }) => path.startsWith('/convert')).map(requestIn);

function answer(asked: Asked): object {
  if (!asked.path.startsWith('/convert')) return allowed(asked);
  const { uid, desiredAPIVersion, objects } = requestIn(asked);
  const convertedObjects = objects.map((object) => alter(convert(object, desiredAPIVersion)));
  const response = respond({ uid, result: { status: 'Success' }, convertedObjects });
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', response };
}

beforeEach(async () => {
  alter = (object) => object;
  respond = (response) => response;
  server = await startWebhookServer(answer);
  api = await startApi();
});
afterEach(async () => {
  await api.close();
  await server.close();
});

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const name = 'sites.example.com';
const sites = (version: string) => `/apis/example.com/${version}/namespaces/default/sites`;
const text = { type: 'string' };
const version = (versionName: string, storage: boolean, properties: object, required: string[]) => ({
  name: versionName,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: 'object', required, properties } },
});
const port = { type: 'string', pattern: '^[0-9]+$' };
const versions = (stored: 'v1' | 'v2') => [
  version('v1', stored === 'v1', { hostPort: text }, ['hostPort']),
  version('v2', stored === 'v2', { host: text, port, mode: { type: 'string', default: 'open' } }, ['host', 'port']),
];
const conversion = (clientConfig: object = { url: server.url('/convert'), caBundle: server.caBundle }) => ({
  strategy: 'Webhook',
  webhook: { conversionReviewVersions: ['v1', 'v1beta1'], clientConfig },
});

async function define(rest: object = {}): Promise<void> {
  const names = { plural: 'sites', kind: 'Site' };
  const spec = { group: 'example.com', scope: 'Namespaced', names, versions: versions('v1'), conversion: conversion() };
  await api.create(crds, { metadata: { name }, spec: { ...spec, ...rest } });
  const watch = await api.watch(`${crds}?watch=1&fieldSelector=metadata.name=${name}`);
  for (;;) {
    const { object } = await watch.event();
    if (isConditionTrue((object as AnyObject & CustomResourceDefinition).status?.conditions, 'Established')) return;
  }
}

const mergePatch = { 'content-type': 'application/merge-patch+json' };
const v1 = (site: string, hostPort = 'localhost:80') => ({ metadata: { name: site }, hostPort });
const v2 = (site: string) => ({ metadata: { name: site }, host: 'localhost', port: '443' });
const store = (stored: 'v1' | 'v2') =>
  api.request('PATCH', `${crds}/${name}`, { spec: { versions: versions(stored) } }, mergePatch);

describe('a custom resource in a version that is not stored', () => {
  it('is read as the webhook converts it, with the defaults of that version', async () => {
    await define();
    await api.create(sites('v1'), v1('a'));
    expect(reviews()).toEqual([]);
    const read = await api.get(`${sites('v2')}/a`);
    expect(read).toMatchObject({
      apiVersion: 'example.com/v2',
      kind: 'Site',
      host: 'localhost',
      port: '80',
      mode: 'open',
    });
    expect(read).not.toHaveProperty('hostPort');
    expect(read.metadata).toEqual((await api.get(`${sites('v1')}/a`)).metadata);
    expect(reviews()).toMatchObject([{ desiredAPIVersion: 'example.com/v2', objects: [{ hostPort: 'localhost:80' }] }]);
  });

  it('is converted once, however often it is read', async () => {
    await define();
    await api.create(sites('v1'), v1('a'));
    for (let count = 0; count < 3; count += 1) await api.get(`${sites('v2')}/a`);
    expect(reviews()).toHaveLength(1);
  });

  it('is written as the webhook converts it back', async () => {
    await define();
    expect(await api.create(sites('v2'), v2('a'))).toMatchObject({ apiVersion: 'example.com/v2', port: '443' });
    expect(await api.get(`${sites('v1')}/a`)).toMatchObject({ hostPort: 'localhost:443' });
    const { body } = await api.request('PATCH', `${sites('v2')}/a`, { port: '8443' }, mergePatch);
    expect(body).toMatchObject({ apiVersion: 'example.com/v2', host: 'localhost', port: '8443' });
    expect(await api.get(`${sites('v1')}/a`)).toMatchObject({ hostPort: 'localhost:8443' });
  });

  it('is validated in the version in which it is written', async () => {
    await define();
    expect(await api.refused('POST', sites('v2'), { ...v2('a'), port: 'http' })).toMatchObject({
      code: 422,
      message: 'Site.example.com "a" is invalid: port: Invalid value: "http": port in body should match \'^[0-9]+$\'',
    });
  });

  it('has managers who own the fields of their version', async () => {
    await define();
    const { metadata } = await api.create(`${sites('v2')}?fieldManager=me`, v2('a'));
    expect(metadata.managedFields).toMatchObject([
      { manager: 'me', apiVersion: 'example.com/v2', fieldsV1: { 'f:host': {}, 'f:port': {} } },
    ]);
  });

  it('is watched, in the order of its changes', async () => {
    await define();
    const { metadata } = await api.create(sites('v1'), v1('a'));
    const watch = await api.watch(`${sites('v2')}?watch=1`);
    expect((await watch.event()).object).toMatchObject({ apiVersion: 'example.com/v2', port: '80' });
    await api.request('PUT', `${sites('v1')}/a`, {
      apiVersion: 'example.com/v1',
      kind: 'Site',
      ...v1('a', 'localhost:81'),
      metadata,
    });
    await api.create(sites('v1'), v1('b'));
    await api.request('DELETE', `${sites('v1')}/a`);
    const events = [await watch.event(), await watch.event(), await watch.event()];
    expect(
      events.map(({ type, object }) => [type, (object as AnyObject).apiVersion, (object as AnyObject).port]),
    ).toEqual([
      ['MODIFIED', 'example.com/v2', '81'],
      ['ADDED', 'example.com/v2', '80'],
      ['DELETED', 'example.com/v2', '81'],
    ]);
  });

  it('is applied with what others own in another version in mind', async () => {
    await define();
    const applied = (served: 'v1' | 'v2', manager: string, fields: object, force = false) =>
      api.request(
        'PATCH',
        `${sites(served)}/a?fieldManager=${manager}&force=${force}`,
        { apiVersion: `example.com/${served}`, kind: 'Site', metadata: { name: 'a' }, ...fields },
        { 'content-type': 'application/apply-patch+yaml' },
      );
    expect((await applied('v1', 'old', { hostPort: 'localhost:80' })).status).toBe(201);
    const refused = await applied('v2', 'new', { host: 'elsewhere', port: '80' });
    expect([refused.status, (refused.body as Status).message]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "old": .hostPort',
    ]);
    const { status, body } = await applied('v2', 'new', { host: 'elsewhere', port: '80' }, true);
    expect([status, body]).toMatchObject([200, { host: 'elsewhere', port: '80' }]);
    expect((body as AnyObject).metadata.managedFields).toMatchObject([
      { manager: 'new', apiVersion: 'example.com/v2', fieldsV1: { 'f:host': {}, 'f:port': {} } },
    ]);
  });

  it('is seen by admission webhooks in the version of their rules', async () => {
    await define();
    const rules = [rule(['sites'], ['CREATE'], { apiGroups: ['example.com'], apiVersions: ['v2'] })];
    await register(api, 'validating', 'sites', [webhook(server, '/check', { rules })]);
    await api.create(sites('v1'), v1('a'));
    const [seen] = server.asked.filter(({ path }) => path.startsWith('/check'));
    expect(seen?.review.request).toMatchObject({ kind: { version: 'v2' }, object: { host: 'localhost', port: '80' } });
  });
});

describe('custom resources that are stored in several versions', () => {
  it('are listed in each of them, all in one review', async () => {
    await define();
    await api.create(sites('v1'), v1('a'));
    await api.create(sites('v1'), v1('b'));
    await store('v2');
    await api.create(sites('v2'), v2('c'));
    const listed = async (which: string) => (await api.list(sites(which))).items;
    expect(await listed('v1')).toMatchObject([
      { apiVersion: 'example.com/v1', hostPort: 'localhost:80' },
      { hostPort: 'localhost:80' },
      { hostPort: 'localhost:443' },
    ]);
    expect(reviews().map(({ objects }) => objects.length)).toEqual([1]);
    expect(await listed('v2')).toMatchObject([
      { apiVersion: 'example.com/v2', host: 'localhost', port: '80' },
      { port: '80' },
      { port: '443' },
    ]);
    expect(reviews().map(({ objects }) => objects.length)).toEqual([1, 2]);
  });

  it('are brought to the stored version by their next write', async () => {
    await define();
    await api.create(sites('v1'), v1('a'));
    await store('v2');
    await api.request('PATCH', `${sites('v1')}/a`, { metadata: { labels: { seen: 'yes' } } }, mergePatch);
    const { entries } = await api.store.list('/registry/sites.example.com/');
    expect(entries.map(({ value }) => JSON.parse(Buffer.from(value).toString()))).toMatchObject([
      { apiVersion: 'example.com/v2', host: 'localhost', port: '80', metadata: { labels: { seen: 'yes' } } },
    ]);
  });
});

describe('a conversion that fails', () => {
  const what = 'conversion webhook for example.com/v1, Kind=Site ';
  const failure = async () => {
    const { code, reason, message } = await api.refused('GET', `${sites('v2')}/a`);
    expect([code, reason]).toEqual([500, undefined]);
    return message;
  };
  const metadata = (change: object) => (object: AnyObject) => ({
    ...object,
    metadata: { ...object.metadata, ...change },
  });

  it.each<[string, (object: AnyObject) => unknown, string]>([
    ['another name', metadata({ name: 'b' }), 'returned invalid object: must have the same name: a != b'],
    [
      'another namespace',
      metadata({ namespace: 'b' }),
      'returned invalid object: must have the same namespace: default != b',
    ],
    [
      'another kind',
      (object) => ({ ...object, kind: 'Other' }),
      'returned invalid object at index 0: invalid kind (expected Site, received Other)',
    ],
    [
      'another version',
      (object) => ({ ...object, apiVersion: 'example.com/v3' }),
      'returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v3)',
    ],
    [
      'no metadata',
      ({ metadata: _metadata, ...object }) => object,
      'returned invalid metadata: missing metadata in converted object',
    ],
    [
      'an invalid label',
      metadata({ labels: { a: '-' } }),
      expect.stringMatching(/metadata\.labels: Invalid value: "-": a valid label must be/),
    ],
    [
      'a label that is a number',
      metadata({ labels: { a: 1 } }),
      expect.stringMatching(/metadata\.labels\[a\] must be a string, but is number in converted object/),
    ],
  ])('is told: %s', async (_what, change, message) => {
    await define();
    await api.create(sites('v1'), v1('a'));
    alter = change;
    expect((await failure())?.replace(what, '')).toEqual(message);
  });

  it.each<[string, (response: object) => object, string]>([
    ['its own reason', () => ({ result: { status: 'Failure', message: 'no' } }), 'failed: no'],
    [
      'no reason',
      () => ({ result: { status: 'Failure' } }),
      "failed: response.result.status was 'Failure', not 'Success'",
    ],
    ['too few objects', (response) => ({ ...response, convertedObjects: [] }), 'returned 0 objects, expected 1'],
  ])('is told: %s', async (_what, change, message) => {
    await define();
    await api.create(sites('v1'), v1('a'));
    respond = (response) => change({ ...response }) && { uid: Reflect.get(response, 'uid'), ...change(response) };
    expect((await failure())?.replace(what, '')).toEqual(message);
  });

  it('is told: nobody answers', async () => {
    await define({ conversion: conversion({ service: { namespace: 'default', name: 'hooks', path: '/convert' } }) });
    await api.create(sites('v1'), v1('a'));
    expect(await failure()).toBe(
      `${what}failed: Post "https://hooks.default.svc:443/convert?timeout=30s": service "hooks" not found`,
    );
  });

  it('keeps what is not in the stored version from being written, and nothing else', async () => {
    await define({ conversion: conversion({ service: { namespace: 'default', name: 'hooks', path: '/convert' } }) });
    expect(await api.refused('POST', sites('v2'), v2('a'))).toMatchObject({
      code: 500,
      message: expect.stringMatching(/^conversion webhook for example\.com\/v2, Kind=Site failed: /),
    });
    await api.create(sites('v1'), v1('a'));
    expect((await api.request('DELETE', `${sites('v1')}/a`)).status).toBe(200);
  });

  it('ends a watch with an error', async () => {
    await define();
    const watch = await api.watch(`${sites('v2')}?watch=1`);
    respond = (response) => ({ ...response, result: { status: 'Failure', message: 'no' } });
    await api.create(sites('v1'), v1('a'));
    expect(await watch.event()).toMatchObject({ type: 'ERROR', object: { code: 500, message: `${what}failed: no` } });
  });

  it('changes nothing of the metadata but labels and annotations', async () => {
    await define();
    await api.create(sites('v1'), v1('a'));
    alter = metadata({
      labels: { a: 'b' },
      annotations: { c: 'd' },
      finalizers: ['x/y'],
      generation: 7,
      ownerReferences: [],
    });
    const { metadata: before } = await api.get(`${sites('v1')}/a`);
    const { metadata: after } = await api.get(`${sites('v2')}/a`);
    expect(after).toEqual({ ...before, labels: { a: 'b' }, annotations: { c: 'd' } });
  });
});
