import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connections, createConnections } from '../../../../../agent/apiserver/http/connections.ts';
import { createFakeClock, type FakeClock } from '../../../../fakes/clock.ts';

let clock: FakeClock;
let connections: Connections;
let server: Server;
let accepted: Socket[];
beforeEach(async () => {
  clock = createFakeClock();
  connections = createConnections(clock);
  accepted = [];
  server = createServer((socket) => {
    socket.on('error', () => {});
    accepted.push(socket);
    connections.opened(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  connections.close();
  server.close();
});

async function open(): Promise<{ client: Socket; socket: Socket }> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
  client.resume();
  const [socket] = await once(server, 'connection');
  return { client, socket };
}
const openMany = async (count: number) => {
  const all: Awaited<ReturnType<typeof open>>[] = [];
  for (let index = 0; index < count; index += 1) all.push(await open());
  return all;
};

describe('a connection', () => {
  it('on which no request comes ends in time', async () => {
    const { client } = await open();
    const closed = once(client, 'close');
    await clock.advance(32_000);
    await closed;
  });

  it('on which a request came stays', async () => {
    const { client, socket } = await open();
    connections.used(socket, '');
    await clock.advance(320_000);
    expect([client.destroyed, socket.destroyed, clock.pending]).toEqual([false, false, 0]);
  });

  it('of a user goes where that user has too many: the oldest first, and none of anybody else', async () => {
    connections.close();
    connections = createConnections(clock, { unproven: 10, ofOneUser: 2 });
    const [ofBob, first, second, third] = await openMany(4);
    const use = (of: typeof first, username: string) =>
      connections.used({ remoteAddress: of?.socket.remoteAddress, remotePort: of?.socket.remotePort }, username);
    use(ofBob, 'bob');
    for (const each of [first, second, third]) use(each, 'ann');
    expect([ofBob, first, second, third].map((each) => each?.socket.destroyed)).toEqual([false, true, false, false]);
  });

  it('of nobody known goes where there are too many of one address: the oldest first, and none of a known user', async () => {
    const [known, first, second] = await openMany(3);
    connections.used({ remoteAddress: known?.socket.remoteAddress, remotePort: known?.socket.remotePort }, 'ann');
    await openMany(127);
    expect([known?.socket.destroyed, first?.socket.destroyed, second?.socket.destroyed]).toEqual([false, true, false]);
  });
});
