/** Bodies at the edge of what upstream takes, and beyond it. What is nested too deep is in `test/integration`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';
import { createWireBodies, type WireBodies } from './wire-body.ts';

const mebibyte = 2 ** 20;
const maps = inDefault('configmaps');

let api: TestApi;
let bodies: WireBodies;
beforeAll(async () => {
  api = await startApi();
  bodies = createWireBodies(api.clock);
});
afterAll(async () => {
  bodies.close();
  await api.close();
});

/** A body of so many bytes. */
function sized(bytes: number): Buffer {
  const [before = '', after = ''] = JSON.stringify(configMap('large', { text: '|' })).split('|');
  return Buffer.from(`${before}${'x'.repeat(bytes - before.length - after.length)}${after}`);
}
/** What JSON says, with bytes that are not UTF-8 in the place of `|`. */
const broken = (json: string): Buffer => Buffer.from(json.replace('|', '\xff\xc3'), 'latin1');

describe('the size of a request', () => {
  it('may be 3 MiB, which is more than is stored', async () => {
    const body = await bodies.read('POST', sized(3 * mebibyte));
    const { code, message } = await api.refused('POST', maps, body);
    expect([code, message]).toEqual([422, expect.stringContaining('may not be more than 1048576 bytes')]);
  });

  it('may not be a byte more', async () => {
    await expect(bodies.read('POST', sized(3 * mebibyte + 1))).rejects.toMatchObject({
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: 'Request entity too large: limit is 3145728',
    });
  });
});

describe('ten thousand labels', () => {
  const labels = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`example.com/label-${at}`, `v${at}`]));

  it('are stored, selected by and removed again', async () => {
    const made = await api.create(maps, configMap('labelled', {}, labels));
    expect(Object.keys(made.metadata.labels ?? {})).toHaveLength(10_000);
    const found = await api.list(`${maps}?labelSelector=example.com%2Flabel-9999%3Dv9999`);
    expect(found.items.map(({ metadata }) => metadata.name)).toEqual(['labelled']);
    const merge = { 'content-type': 'application/merge-patch+json' };
    const { body } = await api.request('PATCH', `${maps}/labelled`, { metadata: { labels: null } }, merge);
    expect((body as AnyObject).metadata.labels).toBeUndefined();
  });

  it('that are wrong are named, as far as an answer may be long', async () => {
    const wrong = Object.fromEntries(Object.keys(labels).map((key) => [`${key}/x`, 'not a value!']));
    const { code, message = '' } = await api.refused('POST', maps, configMap('wrong', {}, wrong));
    expect([code, message.length < 300_000]).toEqual([422, true]);
    expect(message).toContain('metadata.labels: Invalid value: "example.com/label-0/x"');
  });

  it('that are annotations have 256 KiB', async () => {
    const annotations = Object.fromEntries(Object.keys(labels).map((key) => [key, 'x'.repeat(20)]));
    const { message } = await api.refused('POST', maps, { metadata: { name: 'annotated', annotations } });
    expect(message).toContain('metadata.annotations: Too long: may not be more than 262144 bytes');
  });
});

describe('bytes that are no UTF-8', () => {
  it('are the replacement character, as in Go', async () => {
    const body = await bodies.read('POST', broken('{"metadata":{"name":"utf8"},"data":{"a":"x|y"}}'));
    const made = await api.create(maps, body);
    expect(made.data).toEqual({ a: 'x\ufffd\ufffdy' });
  });

  it.each(['{"metadata":{"name":"x|"}}', '{"metadata":{"name":"x"},"data":{"a|":""}}'])(
    'are refused where names stand: %s',
    async (json) => {
      expect((await api.refused('POST', maps, await bodies.read('POST', broken(json)))).code).toBe(422);
    },
  );

  it('are the replacement character too where only half of a character is escaped', async () => {
    const body = await bodies.read('POST', Buffer.from('{"metadata":{"name":"half"},"data":{"a":"\\ud800"}}'));
    await api.create(maps, body);
    expect((await api.get(`${maps}/half`)).data).toEqual({ a: '\ufffd' });
  });
});
