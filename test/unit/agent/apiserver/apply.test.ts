import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject, meta, Status } from '../../../../agent/api/types.ts';
import { definitions } from '../api/schema/definitions.ts';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi({ definitions });
});
afterEach(() => api.close());

const maps = inDefault('configmaps');
const services = inDefault('services');
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const yaml = { 'content-type': 'application/apply-patch+yaml' };
const json = { 'content-type': 'application/json', 'user-agent': 'updater/v1' };
const merge = { 'content-type': 'application/merge-patch+json', 'user-agent': 'updater/v1' };

async function send(method: 'POST' | 'PATCH', path: string, sent: object, headers: Record<string, string>) {
  const { status, body } = await api.request(method, path, sent, headers);
  return { status, body: structuredClone(body) as AnyObject & Partial<Status> };
}

const apply = (path: string, manager: string, config: object, query = '') =>
  send('PATCH', `${path}?fieldManager=${manager}${query}`, config, yaml);

async function applied(path: string, manager: string, config: object, query = ''): Promise<AnyObject> {
  const { status, body } = await apply(path, manager, config, query);
  expect([body.message, status < 300]).toEqual([undefined, true]);
  return body;
}

const map = (data: Record<string, unknown>, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'default', ...metadata },
  data,
});

const container = (name: string, image = 'web:1.0', rest: object = {}) => ({ name, image, ...rest });
const deployment = (containers: object[], spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
    ...spec,
  },
});
const containersOf = (object: AnyObject) =>
  (object.spec as { template: { spec: { containers: { name: string; image: string }[] } } }).template.spec.containers;
const managers = ({ metadata: { managedFields = [] } }: AnyObject) =>
  managedFields.map(({ manager, operation, subresource }: meta.ManagedFieldsEntry) =>
    [manager, operation, subresource].filter(Boolean).join(' '),
  );
const fieldsOf = ({ metadata: { managedFields = [] } }: AnyObject, manager: string) =>
  managedFields.find((each: meta.ManagedFieldsEntry) => each.manager === manager)?.fieldsV1;

describe('who applies an object', () => {
  it('creates it where there is none, and owns what was applied', async () => {
    const { status, body } = await apply(`${maps}/a`, 'me', map({ x: '1' }));
    expect(status).toBe(201);
    expect(body.metadata.managedFields).toEqual([
      {
        manager: 'me',
        operation: 'Apply',
        apiVersion: 'v1',
        time: expect.any(String),
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:x': {} } },
      },
    ]);
  });

  it('changes nothing by applying the same again', async () => {
    const first = await applied(`${maps}/a`, 'me', map({ x: '1' }));
    const second = await applied(`${maps}/a`, 'me', map({ x: '1' }));
    expect(second).toEqual(first);
  });

  it('changes nothing by that either where somebody else has applied later, and defaults are put back', async () => {
    const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/hooks';
    const rules = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE'], resources: ['pods'] }];
    const config = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'hooks' },
    };
    const webhook = {
      name: 'a.example.com',
      rules,
      clientConfig: { url: 'https://example.com' },
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    };
    await applied(path, 'ann', { ...config, webhooks: [webhook] });
    await api.clock.advance(5_000);
    const before = await applied(path, 'bob', { ...config, metadata: { name: 'hooks', labels: { of: 'bob' } } });
    await api.clock.advance(5_000);
    expect(await applied(path, 'ann', { ...config, webhooks: [webhook] })).toEqual(before);
  });

  it('takes away what it applied before and does not apply now', async () => {
    await applied(`${maps}/a`, 'me', map({ x: '1', y: '1' }, { labels: { a: 'b' } }));
    const now = await applied(`${maps}/a`, 'me', map({ x: '1' }));
    expect([now.data, now.metadata.labels]).toEqual([{ x: '1' }, undefined]);
  });

  it('leaves what somebody else owns as well', async () => {
    await applied(`${maps}/a`, 'me', map({ x: '1', y: '1' }));
    await applied(`${maps}/a`, 'other', map({ y: '1' }));
    const now = await applied(`${maps}/a`, 'me', map({ x: '1' }));
    expect(now.data).toEqual({ x: '1', y: '1' });
    expect(fieldsOf(now, 'other')).toEqual({ 'f:data': { 'f:y': {} } });
  });

  it('leaves what nobody owns', async () => {
    await applied(`${maps}/a`, 'me', map({ x: '1' }));
    await send('PATCH', `${maps}/a`, { data: { z: '1' } }, merge);
    const now = await applied(`${maps}/a`, 'me', map({ x: '2' }));
    expect(now.data).toEqual({ x: '2', z: '1' });
  });

  it('loses the object of ownership once a field goes from both', async () => {
    await applied(`${maps}/a`, 'me', map({ x: '1', y: '1' }));
    await applied(`${maps}/a`, 'other', map({ y: '1' }));
    await applied(`${maps}/a`, 'me', map({ x: '1' }));
    const now = await applied(`${maps}/a`, 'other', map({}));
    expect(now.data).toEqual({ x: '1' });
    expect(managers(now)).toEqual(['me Apply', 'other Apply']);
  });

  it('may say another version of its kind', async () => {
    const config = { ...deployment([container('web')]), apiVersion: 'apps/v1beta2' };
    const made = await applied('/apis/apps/v1beta2/namespaces/default/deployments/web', 'me', config);
    expect(made.metadata.managedFields?.map(({ apiVersion }: meta.ManagedFieldsEntry) => apiVersion)).toEqual([
      'apps/v1beta2',
    ]);
    const now = await applied(`${deployments}/web`, 'me', deployment([container('web', 'web:2.0')]));
    expect([managers(now), containersOf(now)[0]?.image]).toEqual([['me Apply'], 'web:2.0']);
  });
});

describe('a conflict', () => {
  it('is refused, naming field and manager', async () => {
    await applied(`${maps}/a`, 'me', map({ x: '1' }));
    const { status, body } = await apply(`${maps}/a`, 'other', map({ x: '2' }));
    expect(status).toBe(409);
    expect(body.message).toBe('Apply failed with 1 conflict: conflict with "me": .data.x');
    expect(body).toMatchObject({
      reason: 'Conflict',
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "me"', field: '.data.x' }] },
    });
  });

  it('names all fields of all managers', async () => {
    await applied(`${deployments}/web`, 'me', deployment([container('web')], { replicas: 1 }));
    await send('PATCH', `${deployments}/web`, { spec: { replicas: 2 } }, merge);
    const { body } = await apply(`${deployments}/web`, 'b', deployment([container('web', 'web:2.0')], { replicas: 3 }));
    expect(body.message).toBe(
      [
        'Apply failed with 2 conflicts: conflicts with "me":',
        '- .spec.template.spec.containers[name="web"].image',
        'conflicts with "updater" using apps/v1:',
        '- .spec.replicas',
      ].join('\n'),
    );
  });

  it('is won by force, and the field changes hands', async () => {
    await applied(`${maps}/a`, 'me', map({ x: '1', y: '1' }));
    const now = await applied(`${maps}/a`, 'other', map({ x: '2' }), '&force=true');
    expect(now.data).toEqual({ x: '2', y: '1' });
    expect([fieldsOf(now, 'me'), fieldsOf(now, 'other')]).toEqual([
      { 'f:data': { 'f:y': {} } },
      { 'f:data': { 'f:x': {} } },
    ]);
  });

  it('is none where both apply the same value', async () => {
    await applied(`${maps}/a`, 'me', map({ x: '1' }));
    const now = await applied(`${maps}/a`, 'other', map({ x: '1' }));
    expect(managers(now)).toEqual(['other Apply', 'me Apply']);
  });

  it('does not come of an update, which takes what it changes', async () => {
    await applied(`${maps}/a`, 'me', map({ x: '1' }));
    const { body } = await send('PATCH', `${maps}/a`, { data: { x: '2' } }, merge);
    expect(managers(body)).toEqual(['updater Update']);
  });
});

describe('lists', () => {
  it('are merged by their keys, and keep the order that was applied', async () => {
    await applied(`${deployments}/web`, 'me', deployment([container('b'), container('a')]));
    const now = await applied(`${deployments}/web`, 'other', deployment([container('c'), container('a')]));
    expect(containersOf(now).map(({ name }) => name)).toEqual(['b', 'c', 'a']);
  });

  it('tell a port without a protocol from one with another', async () => {
    const service = (ports: object[]) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'dns', namespace: 'default' },
      spec: { selector: { app: 'dns' }, ports },
    });
    await applied(
      `${services}/dns`,
      'me',
      service([
        { name: 'tcp', port: 53 },
        { name: 'udp', port: 53, protocol: 'UDP' },
      ]),
    );
    const now = await applied(`${services}/dns`, 'me', service([{ name: 'udp', port: 53, protocol: 'UDP' }]));
    expect((now.spec as { ports: object[] }).ports).toEqual([
      { name: 'udp', port: 53, protocol: 'UDP', targetPort: 53 },
    ]);
  });

  it('lose the items that were applied and are not now', async () => {
    await applied(`${deployments}/web`, 'me', deployment([container('a'), container('b')]));
    const now = await applied(`${deployments}/web`, 'me', deployment([container('b')]));
    expect(containersOf(now).map(({ name }) => name)).toEqual(['b']);
  });

  it('of finalizers are sets', async () => {
    await applied(`${maps}/a`, 'me', map({ x: '1' }, { finalizers: ['example.com/a', 'example.com/b'] }));
    await applied(`${maps}/a`, 'other', map({ y: '1' }, { finalizers: ['example.com/b', 'example.com/c'] }));
    const now = await applied(`${maps}/a`, 'me', map({ x: '1' }));
    expect(now.metadata.finalizers).toEqual(['example.com/b', 'example.com/c']);
  });
});

describe('parts of an object', () => {
  it('have managers of their own', async () => {
    await applied(`${deployments}/web`, 'me', deployment([container('web')]));
    const status = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, status: { replicas: 3 } };
    const now = await applied(`${deployments}/web/status`, 'me', status);
    expect(now.status).toEqual({ replicas: 3 });
    expect(managers(now)).toEqual(['me Apply', 'me Apply status']);
  });

  it('are the replicas of a scale, which whoever applies it owns', async () => {
    await applied(`${deployments}/web`, 'me', deployment([container('web')], { replicas: 1 }));
    const scale = (replicas: number) => ({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'web', namespace: 'default' },
      spec: { replicas },
    });
    const { body } = await apply(`${deployments}/web/scale`, 'scaler', scale(3));
    expect(body.message).toBe('Apply failed with 1 conflict: conflict with "me": .spec.replicas');
    const now = await applied(`${deployments}/web/scale`, 'scaler', scale(3), '&force=true');
    expect(now.spec).toEqual({ replicas: 3 });
    const object = await api.get(`${deployments}/web`);
    expect(managers(object)).toEqual(['me Apply', 'scaler Apply scale']);
    expect(fieldsOf(object, 'scaler')).toEqual({ 'f:spec': { 'f:replicas': {} } });
  });

  it('are left alone by an apply of the object', async () => {
    const { status: _status, ...config } = { ...deployment([container('web')]), status: { replicas: 3 } };
    const now = await applied(`${deployments}/web`, 'me', { ...config, status: { replicas: 3 } });
    expect(now.status).toEqual({});
    expect(JSON.stringify(fieldsOf(now, 'me'))).not.toContain('f:status');
  });

  it('are not there to be applied where the object is not', async () => {
    const status = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, status: { replicas: 3 } };
    expect((await apply(`${deployments}/web/status`, 'me', status)).status).toBe(404);
  });
});

describe('an object that was created otherwise', () => {
  it('belongs to whoever created it', async () => {
    await send('POST', maps, { ...configMap('a'), data: { x: '1' } }, json);
    const { body } = await apply(`${maps}/a`, 'me', map({ x: '2' }));
    expect(body.message).toBe('Apply failed with 1 conflict: conflict with "updater" using v1: .data.x');
  });

  it('belongs to before-first-apply where nobody is known to own it', async () => {
    await send('POST', maps, { ...configMap('a'), data: { x: '1' } }, json);
    await send('PATCH', `${maps}/a`, { metadata: { managedFields: [{}] } }, merge);
    const now = await applied(`${maps}/a`, 'me', map({ y: '1' }));
    expect(managers(now)).toEqual(['me Apply', 'before-first-apply Update']);
  });
});

describe('kubectl', () => {
  const note = 'kubectl.kubernetes.io/last-applied-configuration';
  const text = (data: object) =>
    `${JSON.stringify({ apiVersion: 'v1', data, kind: 'ConfigMap', metadata: { annotations: {}, name: 'a', namespace: 'default' } })}\n`;
  const clientSide = (data: Record<string, string>) =>
    send('POST', maps, map(data, { annotations: { [note]: text(data) } }), {
      'content-type': 'application/json',
      'user-agent': 'kubectl-client-side-apply/v1',
    });

  it('takes over what it has applied client-side, without force', async () => {
    await clientSide({ x: '1' });
    const now = await applied(`${maps}/a`, 'kubectl', map({ x: '2' }));
    expect(now.data).toEqual({ x: '2' });
  });

  it('keeps its annotation up to date', async () => {
    await clientSide({ x: '1' });
    const now = await applied(`${maps}/a`, 'kubectl', map({ x: '2' }));
    expect(JSON.parse(now.metadata.annotations?.[note] ?? '')).toEqual(map({ x: '2' }));
  });

  it('has a conflict where somebody has changed the field since', async () => {
    await clientSide({ x: '1' });
    await send('PATCH', `${maps}/a`, { data: { x: '3' } }, merge);
    const { status, body } = await apply(`${maps}/a`, 'kubectl', map({ x: '2' }));
    expect([status, body.message]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "updater" using v1: .data.x',
    ]);
  });
});

describe('what cannot be applied', () => {
  const cases: [name: string, config: object, status: number, message: string][] = [
    [
      'another kind',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } },
      400,
      'invalid object type: /v1, Kind=Secret',
    ],
    [
      'another version',
      { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'a' } },
      400,
      'invalid object type: /v2, Kind=ConfigMap',
    ],
    ['managed fields', map({}, { managedFields: [{ manager: 'me' }] }), 400, 'metadata.managedFields must be nil'],
    [
      'an unknown field',
      { ...map({}), dada: {} },
      500,
      'failed to create typed patch object (default/a; /v1, Kind=ConfigMap): .dada: field not declared in schema',
    ],
    [
      'a value of the wrong type',
      map({ x: 8080 }),
      500,
      'failed to create typed patch object (default/a; /v1, Kind=ConfigMap): .data.x: expected string, got &value.valueUnstructured{Value:8080}',
    ],
    [
      'a map and a list where there should be a text',
      map({ x: { b: ['c', 1.5], a: null }, y: [true] }),
      500,
      [
        'failed to create typed patch object (default/a; /v1, Kind=ConfigMap): errors:',
        '  .data.x: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":interface {}(nil), "b":[]interface {}{"c", 1.5}}}',
        '  .data.y: expected string, got &value.valueUnstructured{Value:[]interface {}{true}}',
      ].join('\n'),
    ],
    [
      'texts where there should be a map and a truth',
      { ...map({}), data: 'text', immutable: { a: [1, 'b'] } },
      500,
      [
        'failed to create typed patch object (default/a; /v1, Kind=ConfigMap): errors:',
        '  .data: expected map, got &{text}',
        '  .immutable: expected boolean, got &{map[a:[1 b]]}',
      ].join('\n'),
    ],
    [
      'an item twice',
      map({}, { finalizers: ['a.b/c', 'a.b/c'] }),
      500,
      'failed to create typed patch object (default/a; /v1, Kind=ConfigMap): .metadata.finalizers: duplicate entries for key [="a.b/c"]',
    ],
  ];
  it.each(cases)('%s', async (_name, config, status, message) => {
    const { body, ...answer } = await apply(`${maps}/a`, 'me', config);
    expect([answer.status, body.message]).toEqual([status, message]);
  });

  it.each([
    [
      'a map',
      [{ port: { a: 1, b: ['x'] } }],
      '.spec.ports[port=a=1b=["x"],protocol="TCP"].port: expected numeric (int or float), got map[string]interface {}',
    ],
    [
      'a list, twice',
      [{ port: [1, null] }, { port: [1, null] }],
      '.spec.ports: duplicate entries for key [port=[1,null],protocol="TCP"]',
    ],
    [
      'a text',
      [{ port: '80' }],
      '.spec.ports[port="80",protocol="TCP"].port: expected numeric (int or float), got string',
    ],
    [
      'a number',
      [{ port: 80, protocol: 6 }],
      '.spec.ports[port=80,protocol=6].protocol: expected string, got &value.valueUnstructured{Value:6}',
    ],
  ])('%s where the key of an item should be', async (_name, ports, problem) => {
    const config = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports } };
    const { status, body } = await apply(`${services}/a`, 'me', config);
    expect([status, body.message?.split('; /v1, Kind=Service): ')[1]]).toEqual([500, expect.stringContaining(problem)]);
  });

  it('a configuration without a manager', async () => {
    const { status, body } = await send('PATCH', `${maps}/a`, map({}), yaml);
    expect([status, body.message]).toEqual([
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ]);
  });

  it('force with a patch of another type', async () => {
    await applied(`${maps}/a`, 'me', map({}));
    const { status, body } = await send('PATCH', `${maps}/a?force=true`, {}, merge);
    expect([status, body.message]).toEqual([
      422,
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    ]);
  });

  it('in a dry run is not stored, and answered all the same', async () => {
    expect((await apply(`${maps}/a`, 'me', map({ x: '1' }), '&dryRun=All')).status).toBe(201);
    expect((await api.request('GET', `${maps}/a`)).status).toBe(404);
  });
});
