import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inDefault, pod, startApi, type TestApi } from './api.ts';

const maps = inDefault('configmaps');

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe('an object of too many values is refused before anything walks over it:', () => {
  const message = 'Request entity too large: limit is 40000 values';
  const tooMany = { code: 413, reason: 'RequestEntityTooLarge', message };
  const labels = (count: number, from = 0) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${from + at}`, '']));

  it('a pod of 30,000 containers', async () => {
    const containers = Array.from({ length: 30_000 }, (_, at) => ({ name: `c${at}`, image: 'web:1.0' }));
    expect(await api.refused('POST', inDefault('pods'), pod('many', { containers }))).toMatchObject(tooMany);
  });

  it('one that patches would make of one that is there, which can still be written', async () => {
    const merge = { 'content-type': 'application/merge-patch+json' };
    await api.create(maps, { metadata: { name: 'a', labels: labels(39_000) } });
    const more = { metadata: { labels: labels(2_000, 39_000) } };
    expect(await api.refused('PATCH', `${maps}/a`, more, merge)).toMatchObject(tooMany);
    // Who owns each of them stands in it too.
    const present = await api.get(`${maps}/a`);
    const written = await api.request('PUT', `${maps}/a`, { ...present, data: { a: 'b' } });
    expect(written.status).toBe(200);
  });
});
