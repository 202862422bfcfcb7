import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { createKindRegistry } from '../../../../agent/api/registry.ts';
import { aWidget, widgets } from '../../../builders/widget.ts';
import { configMap, inDefault, pod, startApi, type TestApi } from './api.ts';

const mebibyte = 2 ** 20;
const maps = inDefault('configmaps');

let api: TestApi;
beforeEach(async () => {
  const kinds = createKindRegistry(builtInKinds);
  kinds.register(widgets);
  api = await startApi({ kinds });
});
afterEach(() => api.close());

/** As upstream answers: code and message alone say what it is. */
const tooLarge = { code: 500, status: 'Failure', message: 'etcdserver: request is too large' };

describe('an object is taken as long as upstream would store it:', () => {
  it('a secret of 1 MiB, which is more in base64', async () => {
    const data = { key: Buffer.alloc(mebibyte).toString('base64') };
    const made = await api.create(inDefault('secrets'), { metadata: { name: 'large' }, data });
    expect(made.metadata.name).toBe('large');
  });

  it.each([
    ['quotes, which JSON escapes', '"'],
    ['text of three bytes a letter', '\u20ac'],
  ])('a ConfigMap of 1 MiB of %s', async (_, letter) => {
    const text = letter.repeat(Math.floor(mebibyte / Buffer.byteLength(letter)));
    expect((await api.create(maps, configMap('large', { text }))).metadata.name).toBe('large');
  });

  it('containers by the thousand', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    const containers = Array.from({ length: 5000 }, (_, at) => ({ name: `c${at}`, image: 'web:1.0' }));
    expect((await api.create(inDefault('pods'), pod('many', { containers }))).metadata.name).toBe('many');
  });
});

describe('an object that upstream would not store is refused:', () => {
  it('a pod of containers with 1.5 MiB of arguments', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    const args = ['x'.repeat(1000)];
    const containers = Array.from({ length: 1600 }, (_, at) => ({ name: `c${at}`, image: 'web:1.0', args }));
    const status = await api.refused('POST', inDefault('pods'), pod('many', { containers }));
    expect(status).toMatchObject(tooLarge);
    expect(status).not.toHaveProperty('reason');
    expect(await api.refused('GET', inDefault('pods', 'many'))).toMatchObject({ code: 404 });
  });

  it('one that grows, by update, patch or status, and stays as it was', async () => {
    await api.create(maps, { ...configMap('a', { first: 'x'.repeat(mebibyte) }), binaryData: {} });
    const finalizers = Array.from({ length: 10_000 }, (_, at) => `example.com/finalizer-${'x'.repeat(40)}-${at}`);
    const merge = { 'content-type': 'application/merge-patch+json' };
    const grown = { metadata: { finalizers } };
    expect(await api.refused('PATCH', `${maps}/a`, grown, merge)).toMatchObject(tooLarge);
    const present = await api.get(`${maps}/a`);
    const put = { ...present, metadata: { ...present.metadata, finalizers } };
    expect(await api.refused('PUT', `${maps}/a`, put)).toMatchObject(tooLarge);
    const namespace = { status: { conditions: [{ type: 'A', status: 'True', message: 'x'.repeat(2 * mebibyte) }] } };
    const status = '/api/v1/namespaces/default/status';
    expect(await api.refused('PATCH', status, namespace, merge)).toMatchObject(tooLarge);
    expect(await api.get(`${maps}/a`)).toEqual(present);
  });

  it('but not in a dry run, which stores nothing', async () => {
    const finalizers = Array.from({ length: 10_000 }, (_, at) => `example.com/finalizer-${'x'.repeat(40)}-${at}`);
    const large = configMap('a', { first: 'x'.repeat(mebibyte) });
    const body = { ...large, metadata: { ...large.metadata, finalizers } };
    expect(await api.refused('POST', maps, body)).toMatchObject(tooLarge);
    expect((await api.request('POST', `${maps}?dryRun=All`, body)).status).toBe(201);
  });

  it('a custom resource by its JSON, which is how upstream stores it', async () => {
    const path = '/apis/example.com/v1/namespaces/default/widgets';
    const painted = (bytes: number) => ({ ...aWidget('a'), spec: { size: 1, colour: 'x'.repeat(bytes) } });
    expect(await api.refused('POST', path, painted(1.5 * mebibyte))).toMatchObject(tooLarge);
    expect((await api.create(path, painted(1.5 * mebibyte - 4096))).metadata.name).toBe('a');
  });
});
