import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AnyObject, meta } from '../../../../agent/api/types.ts';
import { definitions } from '../api/schema/definitions.ts';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi({ definitions });
});
afterEach(() => api.close());

const maps = inDefault('configmaps');
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const merge = 'application/merge-patch+json';
const by = (program: string, contentType = 'application/json') => ({
  'user-agent': `${program}/v1 (linux)`,
  'content-type': contentType,
});
const managers = ({ metadata: { managedFields = [] } }: AnyObject) =>
  managedFields.map(({ manager, subresource, apiVersion, fieldsV1 }: meta.ManagedFieldsEntry) => [
    manager,
    subresource,
    apiVersion,
    fieldsV1,
  ]);

async function send(method: 'POST' | 'PUT' | 'PATCH', path: string, body: object, headers: Record<string, string>) {
  const { status, body: answer } = await api.request(method, path, body, headers);
  expect(status).toBeLessThan(300);
  return structuredClone(answer) as AnyObject;
}

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1.0' }] } };
const deployment = {
  metadata: { name: 'web' },
  spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template },
};

it('names the program that created an object, and the fields that it and the defaults have set', async () => {
  const made = await send('POST', maps, { ...configMap('a'), data: { x: '1' } }, by('kubectl'));
  expect(managers(made)).toEqual([['kubectl', undefined, 'v1', { 'f:data': { '.': {}, 'f:x': {} } }]]);
});

it('names the manager that a request names', async () => {
  const made = await send('POST', `${maps}?fieldManager=me`, { ...configMap('a'), data: { x: '1' } }, by('kubectl'));
  expect(managers(made).map(([manager]) => manager)).toEqual(['me']);
});

it('gives a patched field to whoever patches it, and leaves the rest', async () => {
  await send('POST', maps, { ...configMap('a'), data: { x: '1', y: '1' } }, by('kubectl'));
  const patched = await send('PATCH', `${maps}/a`, { data: { y: '2', z: '1' } }, by('helm', merge));
  expect(managers(patched)).toEqual([
    ['helm', undefined, 'v1', { 'f:data': { 'f:y': {}, 'f:z': {} } }],
    ['kubectl', undefined, 'v1', { 'f:data': { '.': {}, 'f:x': {} } }],
  ]);
});

it('keeps the entries of an object that is put without them', async () => {
  const { metadata, ...rest } = await send('POST', maps, { ...configMap('a'), data: { x: '1' } }, by('kubectl'));
  const { managedFields, ...own } = metadata;
  const put = await send('PUT', `${maps}/a`, { ...rest, metadata: own }, by('other'));
  expect([put.metadata.managedFields, put.metadata.resourceVersion]).toEqual([managedFields, metadata.resourceVersion]);
});

it('forgets everybody where it is asked to', async () => {
  await send('POST', maps, { ...configMap('a'), data: { x: '1' } }, by('kubectl'));
  const reset = await send('PATCH', `${maps}/a`, { metadata: { managedFields: [{}] } }, by('other', merge));
  expect(reset.metadata).not.toHaveProperty('managedFields');
});

it('tracks a status apart, and nothing of what a write to it may not change', async () => {
  await send('POST', deployments, deployment, by('kubectl'));
  const body = {
    status: { observedGeneration: 1, replicas: 1 },
    spec: { replicas: 7 },
    metadata: { labels: { a: 'b' } },
  };
  const written = await send('PATCH', `${deployments}/web/status`, body, by('controller', merge));
  expect(managers(written).filter(([manager]) => manager === 'controller')).toEqual([
    ['controller', 'status', 'apps/v1', { 'f:status': { 'f:observedGeneration': {}, 'f:replicas': {} } }],
  ]);
});

it('gives nobody a status that a write to the object itself carries', async () => {
  const made = await send('POST', deployments, { ...deployment, status: { replicas: 9 } }, by('kubectl'));
  expect(JSON.stringify(made.metadata.managedFields)).not.toContain('f:status');
});

it('tracks a scale as the owner of the replicas alone', async () => {
  await send('POST', deployments, deployment, by('kubectl'));
  await send('PATCH', `${deployments}/web/scale`, { spec: { replicas: 3 } }, by('autoscaler', merge));
  const scaled = await api.get(`${deployments}/web`);
  const [first, ...others] = managers(scaled);
  expect([first, others.length]).toEqual([['autoscaler', 'scale', 'apps/v1', { 'f:spec': { 'f:replicas': {} } }], 1]);
  expect(JSON.stringify(others)).not.toContain('f:replicas');
});

it('has no owner for what admission adds', async () => {
  await send('POST', inDefault('serviceaccounts'), { metadata: { name: 'default' } }, by('kubectl'));
  const made = await send('POST', inDefault('pods'), { metadata: { name: 'web' }, spec: template.spec }, by('kubectl'));
  expect(JSON.stringify(made.metadata.managedFields)).toContain('f:image');
  expect(JSON.stringify(made.metadata.managedFields)).not.toContain('f:tolerations');
});

it('writes nothing on a dry run', async () => {
  await send('POST', maps, { ...configMap('a'), data: { x: '1' } }, by('kubectl'));
  const tried = await send('PATCH', `${maps}/a?dryRun=All`, { data: { x: '2' } }, by('helm', merge));
  const names = (object: AnyObject) => managers(object).map(([manager]) => manager);
  expect([names(tried), names(await api.get(`${maps}/a`))]).toEqual([['helm', 'kubectl'], ['kubectl']]);
});

it('gives a time that is not set to whoever adds what it is part of, as JSON has it', async () => {
  await send('POST', inDefault('serviceaccounts'), { metadata: { name: 'default' } }, by('kubectl'));
  const spec = { containers: [{ name: 'a', image: 'b' }] };
  await send('POST', inDefault('pods'), { metadata: { name: 'web' }, spec }, by('kubectl'));
  const status = { conditions: [{ type: 'example.com/ready', status: 'True' }] };
  const written = await send('PATCH', inDefault('pods', 'web/status'), { status }, by('gate', merge));
  expect(managers(written).find(([manager]) => manager === 'gate')?.[3]).toEqual({
    'f:status': {
      'f:conditions': {
        '.': {},
        'k:{"type":"example.com/ready"}': {
          '.': {},
          'f:lastProbeTime': {},
          'f:lastTransitionTime': {},
          'f:status': {},
          'f:type': {},
        },
      },
    },
  });
  const involvedObject = { namespace: 'default', name: 'web' };
  const event = { metadata: { name: 'a' }, involvedObject, lastTimestamp: '2026-01-01T00:00:00Z' };
  const made = await send('POST', inDefault('events'), event, by('recorder'));
  expect(Object.keys(managers(made)[0]?.[3] as object)).toEqual(['f:involvedObject', 'f:lastTimestamp', 'f:type']);
});

it('lets a JSON patch change the fields that are recorded of an object, and of no other', async () => {
  const data = { x: '1' };
  await send('POST', maps, { ...configMap('a'), data }, by('kubectl'));
  await send('POST', maps, { ...configMap('b'), data }, by('kubectl'));
  const add = [{ op: 'add', path: '/metadata/managedFields/0/fieldsV1/f:data/f:y', value: {} }];
  const patched = await send('PATCH', `${maps}/a`, add, by('kubectl', 'application/json-patch+json'));
  expect(managers(patched)[0]?.[3]).toEqual({ 'f:data': { '.': {}, 'f:x': {}, 'f:y': {} } });
  const other = (await api.request('GET', `${maps}/b`)).body as AnyObject;
  expect(managers(other)[0]?.[3]).toEqual({ 'f:data': { '.': {}, 'f:x': {} } });
});
