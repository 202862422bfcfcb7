/** Over TLS: who keeps a connection where one address opens very many. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFakeClock, type FakeClock, settle } from '../fakes/clock.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';

let clock: FakeClock;
let api: TestApiServer;
let sockets: Socket[];
beforeEach(async () => {
  clock = createFakeClock();
  sockets = [];
  api = await startTestApiServer({ server: { clock } });
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await api.close();
});

const port = () => Number(new URL(api.url).port);
const kept = <T extends Socket>(socket: T): T => {
  sockets.push(socket);
  return socket.on('error', () => {});
};

/** A connection on which nothing is said, once the server has it. */
async function openSilent(): Promise<Socket> {
  const socket = kept(connect(port(), '127.0.0.1')).resume();
  await once(socket, 'connect');
  return socket;
}

async function shakeHands(): Promise<tls.TLSSocket> {
  const { certificate: cert, key } = api.admin;
  const socket = kept(tls.connect({ port: port(), host: '127.0.0.1', ca: api.ca, cert, key }));
  await once(socket, 'secureConnect');
  return socket;
}

/** The first line of the answer. */
async function ask(socket: tls.TLSSocket): Promise<string | undefined> {
  const answered = once(socket, 'data');
  socket.write('GET /livez HTTP/1.1\r\nhost: a\r\n\r\n');
  const [bytes] = await answered;
  return String(bytes).split('\r\n')[0];
}

const times = <T>(count: number, open: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, open));

it('three hundred clients that connect at once are all answered', async () => {
  const clients = await times(300, shakeHands);
  const answers = await Promise.all(clients.map(ask));
  expect(new Set(answers)).toEqual(new Set(['HTTP/1.1 200 OK']));
});

it('connections that say nothing go for those that shake hands, and not one whose handshake goes on', async () => {
  const slow = await openSilent();
  const silent = await times(120, openSilent);
  await ask(await shakeHands());
  await clock.advance(3_000);
  // The first byte of a handshake, which a request after it shows to be read.
  slow.write(Buffer.from([0x16]));
  await ask(await shakeHands());
  const clients = await times(20, shakeHands);
  const answers = await Promise.all(clients.map(ask));
  expect(new Set(answers)).toEqual(new Set(['HTTP/1.1 200 OK']));
  await settle();
  const gone = silent.filter(({ destroyed }) => destroyed);
  expect([gone.length >= 13, gone.length < 120, slow.destroyed]).toEqual([true, true, false]);
});
