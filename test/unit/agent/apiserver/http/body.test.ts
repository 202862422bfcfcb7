import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { questionLimits } from '../../../../../agent/api/json/limits.ts';
import { type Bodies, createBodies } from '../../../../../agent/apiserver/http/body.ts';
import { createYamlThread, type YamlThread } from '../../../../../agent/apiserver/http/yaml-thread.ts';
import { createTurns } from '../../../../../agent/apiserver/turns.ts';
import { createFakeClock, type FakeClock } from '../../../../fakes/clock.ts';

let clock: FakeClock;
let yaml: YamlThread;
let bodies: Bodies;
let server: Server;
beforeEach(async () => {
  clock = createFakeClock();
  yaml = createYamlThread(clock);
  bodies = createBodies({ clock, turns: createTurns(), yaml });
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  yaml.close();
  server.closeAllConnections();
  server.close();
});

/** A request whose headers have come, and what sends the rest of it. */
async function begin(headers: Record<string, string> = {}) {
  const { port } = server.address() as AddressInfo;
  const client = request({ port, host: '127.0.0.1', method: 'POST', headers }).on('error', () => {});
  client.flushHeaders();
  const [incoming]: IncomingMessage[] = await once(server, 'request');
  if (!incoming) throw new Error('no request came');
  return { client, incoming };
}
const reading = { limits: questionLimits, user: 'ann' };

describe('a body', () => {
  it('may take a minute to come', async () => {
    const { client, incoming } = await begin();
    const read = bodies.read(incoming, reading);
    client.write('{"a":');
    await clock.advance(59_999);
    client.end('1}');
    expect(await read).toEqual({ a: 1 });
    expect(clock.pending).toBe(0);
  });

  it('that has not come by then is answered with 504, and its connection ends', async () => {
    const { client, incoming } = await begin();
    const refused = expect(bodies.read(incoming, reading)).rejects.toMatchObject({ code: 504, reason: 'Timeout' });
    client.write('{"a":');
    await clock.advance(60_000);
    await refused;
    expect(incoming.destroyed).toBe(false);
    const closed = new Promise((resolve) => client.on('close', resolve));
    await clock.advance(1_000);
    await closed;
    expect(incoming.destroyed).toBe(true);
  });

  it('that is larger than its limit is refused as soon as that is known', async () => {
    const { client, incoming } = await begin();
    const refused = expect(bodies.read(incoming, reading)).rejects.toMatchObject({ code: 413 });
    client.write(' '.repeat(questionLimits.bytes + 1));
    await refused;
  });

  it('of a client that went away is no body', async () => {
    const { client, incoming } = await begin();
    const refused = expect(bodies.read(incoming, reading)).rejects.toThrow();
    client.destroy();
    await refused;
    expect(clock.pending).toBe(0);
  });
});

describe('a body that is called YAML', () => {
  const asked = { json: new TextEncoder().encode('"of the thread"'), repeated: [] };
  const thread: YamlThread = { read: async () => asked, write: async () => new Uint8Array(), close: () => {} };
  const headers = { 'content-type': 'application/yaml' };

  it.each([
    ['{"a":1,"b":[null,"x"]}', { a: 1, b: [null, 'x'] }],
    ['\n  {"a": 9223372036854775807}\n', { a: 9223372036854775807n }],
    // What else a text may be is for the parser of YAML to say.
    ['{"a":1,"a":2}', 'of the thread'],
    ['{a: 1}', 'of the thread'],
    ['{"a":1} # one', 'of the thread'],
    ['a: 1', 'of the thread'],
    ['[1]', 'of the thread'],
  ])('and is JSON needs no thread: %j is %j', async (text, value) => {
    bodies = createBodies({ clock, turns: createTurns(), yaml: thread });
    const { client, incoming } = await begin(headers);
    client.end(text);
    expect(await bodies.read(incoming, reading)).toEqual(value);
  });
});
