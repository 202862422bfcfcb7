import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import dnsPacket, { type Answer } from 'dns-packet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUpstream } from '../../../../agent/dns/upstream.ts';
import { createFakeClock } from '../../../fakes/clock.ts';

const nxdomain = 3;
const authority = (ttl: number, minimum: number): Answer => ({
  type: 'SOA',
  name: 'example',
  ttl,
  data: { mname: 'ns.example', rname: 'root.example', serial: 1, refresh: 1, retry: 1, expire: 1, minimum },
});
const address = (ttl: number): Answer => ({ type: 'A', name: 'a.example', ttl, data: '192.0.2.7' });

let server: Socket;
let asked = 0;
let content: { flags?: number; answers?: Answer[]; authorities?: Answer[] } = {};

beforeAll(async () => {
  server = createSocket('udp4', (bytes, { port, address: from }) => {
    asked += 1;
    const { id, questions } = dnsPacket.decode(bytes);
    server.send(dnsPacket.encode({ type: 'response', id, questions, ...content }), port, from);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

/** `ask` tells how often the server has been asked by then. */
function start(next: typeof content) {
  content = next;
  const clock = createFakeClock();
  const servers = [`127.0.0.1:${server.address().port}`];
  const { forward } = createUpstream({ servers, clock, maxLifetime: 30_000 });
  const question = { type: 'A' as const, name: 'a.example' };
  const query = dnsPacket.encode({ type: 'query', id: 5, questions: [question] });
  const before = asked;
  const ask = async (): Promise<number> => {
    await forward(query, question, 'udp');
    return asked - before;
  };
  return { clock, ask };
}

test.each([
  ['an answer for its time to live', { answers: [address(10)] }, 10],
  ['an answer for no longer than the settings say', { answers: [address(3600)] }, 30],
  ['several records for the shortest time among theirs', { answers: [address(20), address(7)] }, 7],
  [
    "a denial for the time that the zone's authority gives denials",
    { flags: nxdomain, authorities: [authority(900, 4)] },
    4,
  ],
  ['a denial for no longer than its authority lives', { flags: nxdomain, authorities: [authority(3, 900)] }, 3],
  ['a name without such a record as a denial', { authorities: [authority(900, 6)] }, 6],
])('the cache keeps %s', async (_, next, seconds) => {
  const { clock, ask } = start(next);
  await ask();
  await clock.advance(seconds * 1000 - 1);
  expect(await ask()).toBe(1);
  await clock.advance(1);
  expect(await ask()).toBe(2);
});

test.each([
  ['a failure', { flags: 2 }],
  ['an answer that is cut off', { flags: dnsPacket.TRUNCATED_RESPONSE, answers: [address(10)] }],
])('the cache does not keep %s', async (_, next) => {
  const { ask } = start(next);
  await ask();
  expect(await ask()).toBe(2);
});
