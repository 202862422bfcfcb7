import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { createKindRegistry } from '../../../../agent/api/registry.ts';
import { aWidget, widgets } from '../../../builders/widget.ts';
import { inDefault, pod, startApi, type TestApi } from './api.ts';

const maps = inDefault('configmaps');

const widgetsPath = '/apis/example.com/v1/namespaces/default/widgets';

const kinds = createKindRegistry(builtInKinds);
let api: TestApi;
beforeAll(async () => {
  api = await startApi({ kinds });
});
afterAll(() => api.close());

describe('an object of too many values is refused before anything walks over it:', () => {
  const message = 'Request entity too large: limit is 20000 values';
  const tooMany = { code: 413, reason: 'RequestEntityTooLarge', message };
  const labels = (count: number, from = 0) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${from + at}`, '']));

  it('a pod of 30,000 containers', async () => {
    const containers = Array.from({ length: 30_000 }, (_, at) => ({ name: `c${at}`, image: 'web:1.0' }));
    // The status of a pod of a thousand containers must fit.
    expect(await api.refused('POST', inDefault('pods'), pod('many', { containers }))).toMatchObject({
      code: 413,
      message: 'Request entity too large: limit is 40000 values',
    });
  });

  it('one that patches would make of one that is there, which can still be written', async () => {
    const merge = { 'content-type': 'application/merge-patch+json' };
    await api.create(maps, { metadata: { name: 'a', labels: labels(19_000) } });
    const more = { metadata: { labels: labels(2_000, 19_000) } };
    expect(await api.refused('PATCH', `${maps}/a`, more, merge)).toMatchObject(tooMany);
    // Who owns each of them stands in it too.
    const present = await api.get(`${maps}/a`);
    const written = await api.request('PUT', `${maps}/a`, { ...present, data: { a: 'b' } });
    expect(written.status).toBe(200);
  });

  it('one that defaults make of what was sent', async () => {
    await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
    const containers = Array.from({ length: 19_000 }, () => ({}));
    const grown = { code: 413, message: 'Request entity too large: limit is 200000 values' };
    expect(await api.refused('POST', inDefault('pods'), pod('grown', { containers }))).toMatchObject(grown);
  });

  it('of the number that its kind declares, where it does', async () => {
    kinds.register({ ...widgets, mostValues: 100 });
    const widget = (name: string, count: number) => ({ ...aWidget(name), metadata: { name, labels: labels(count) } });
    await api.create(widgetsPath, widget('most', 94));
    expect(await api.refused('POST', widgetsPath, widget('more', 95))).toMatchObject({
      code: 413,
      message: 'Request entity too large: limit is 100 values',
    });
  });
});
