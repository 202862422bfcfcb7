import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { fromYaml } from '../../../../../agent/apiserver/http/yaml.ts';
import { createYamlThread } from '../../../../../agent/apiserver/http/yaml-thread.ts';
import { createFakeClock } from '../../../../fakes/clock.ts';

const jsonOf = ({ json }: { json: Uint8Array }): string => new TextDecoder().decode(json);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a YAML body', () => {
  it.each([
    ['a: 1\nb: [x, "1", true, null, 1.5]\n', '{"a":1,"b":["x","1",true,null,1.5]}'],
    ['a: 9223372036854775807\n', '{"a":9223372036854775807}'],
    ['a: &a {b: 1}\nc: *a\n', '{"a":{"b":1},"c":{"b":1}}'],
    ['__proto__: {a: 1}\n', '{"__proto__":{"a":1}}'],
    ['', 'null'],
  ])('%j is %s', (text, json) => {
    expect(jsonOf(fromYaml(text))).toBe(json);
  });

  it('keeps the last of keys that stand twice, and tells of the others by their lines', () => {
    const content = fromYaml('a: 1\nb:\n  c: 1\n  c: 2\na: 3\n1: x\n1: y\n');
    expect(jsonOf(content)).toBe('{"1":"y","a":3,"b":{"c":2}}');
    expect(content.repeated.sort()).toEqual([
      'line 4: key "c" already set in map',
      'line 5: key "a" already set in map',
      'line 7: key 1 already set in map',
    ]);
  });

  it.each(['a: [', 'a: *none', '['.repeat(50_000)])('that is none is refused', (text) => {
    expect(() => fromYaml(text)).toThrow();
  });

  it('with aliases that multiply is refused', () => {
    const letters = 'abcdefghi';
    const lines = Array.from(letters.slice(1), (letter, index) => {
      return `${letter}: &${letter} [${Array.from({ length: 9 }, () => `*${letters[index]}`).join()}]`;
    });
    expect(() => fromYaml(['a: &a [x,x,x,x,x,x,x,x,x]', ...lines].join('\n'))).toThrow('Excessive alias count');
  });
});

describe('the threads of YAML', () => {
  const clock = createFakeClock();
  const thread = createYamlThread(clock);
  afterAll(() => thread.close());
  const endless = bytes(`a: &a\n${Array.from({ length: 100_000 }, (_, index) => `- &b${index} x`).join('\n')}\n`);

  it('answers as this one would, in turn', async () => {
    const texts = ['a: 1', 'b: 2', 'a: 1\na: 2'];
    const contents = await Promise.all(texts.map((text) => thread.read(bytes(text), 'ann')));
    expect(contents.map(jsonOf)).toEqual(['{"a":1}', '{"b":2}', '{"a":2}']);
    expect(contents[2]?.repeated).toEqual(['line 2: key "a" already set in map']);
    await expect(thread.read(bytes('a: ['), 'ann')).rejects.toMatchObject({
      code: 400,
      message: expect.stringMatching(/^error converting YAML to JSON: /),
    });
  });

  it('end when there has been no work for a while, and start again', async () => {
    const started: Worker[] = [];
    const onWorker = (worker: Worker) => started.push(worker);
    process.on('worker', onWorker);
    await clock.advance(10_000);
    await thread.read(bytes('a: 1'), 'ann');
    expect(started).toHaveLength(1);
    const ended = Promise.all(started.map((worker) => once(worker, 'exit')));
    await clock.advance(10_000);
    await ended;
    expect(jsonOf(await thread.read(bytes('a: 2'), 'ann'))).toBe('{"a":2}');
    expect(started).toHaveLength(2);
    process.off('worker', onWorker);
  });

  it('gives up on a body that takes too long, lets others wait only so long, and goes on', async () => {
    const slow = expect(thread.read(endless, 'eve')).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('more than 10 s'),
    });
    const waiting = Array.from({ length: 32 }, () => thread.read(bytes('eve: 1'), 'eve'));
    await expect(thread.read(bytes('a: 1'), 'eve')).rejects.toMatchObject({ code: 429, reason: 'TooManyRequests' });
    const ann = thread.read(bytes('ann: 1'), 'ann');
    await clock.advance(10_000);
    await slow;
    expect(jsonOf(await ann)).toBe('{"ann":1}');
    expect((await Promise.all(waiting)).map(jsonOf)).toEqual(Array.from({ length: 32 }, () => '{"eve":1}'));
  });

  it('write what is exact in JSON', async () => {
    const yaml = await thread.write(bytes('{"a":9007199254740993,"b":["1",{"c":null}]}'), 'ann');
    expect(new TextDecoder().decode(yaml)).toBe('a: 9007199254740993\nb:\n  - "1"\n  - c: null\n');
    await expect(thread.write(bytes('{'), 'ann')).rejects.toMatchObject({ code: 406, reason: 'NotAcceptable' });
  });

  it('starts again after it was idle', async () => {
    await clock.advance(10_000);
    expect(jsonOf(await thread.read(bytes('again: 1'), 'ann'))).toBe('{"again":1}');
  });
});
