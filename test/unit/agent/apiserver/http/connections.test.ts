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
    connections = createConnections(clock, { unproven: 10, busy: 20, ofOneUser: 2 });
    const [ofBob, first, second, third] = await openMany(4);
    const use = (of: typeof first, username: string) =>
      connections.used({ remoteAddress: of?.socket.remoteAddress, remotePort: of?.socket.remotePort }, username);
    use(ofBob, 'bob');
    for (const each of [first, second, third]) use(each, 'ann');
    expect([ofBob, first, second, third].map((each) => each?.socket.destroyed)).toEqual([false, true, false, false]);
  });
});

describe('connections of nobody known, of which there are too many of one address,', () => {
  const limits = { unproven: 3, busy: 5, ofOneUser: 10 };
  const endOfTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  /** Sends a byte, and waits until it is there. */
  async function speak({ client, socket }: Awaited<ReturnType<typeof open>>) {
    const heard = once(socket, 'data');
    client.write('.');
    await heard;
  }
  const destroyed = (all: Awaited<ReturnType<typeof openMany>>) => all.map(({ socket }) => socket.destroyed);
  beforeEach(() => {
    connections.close();
    connections = createConnections(clock, limits);
  });

  it('stay for some seconds, until their handshake can be over', async () => {
    const all = await openMany(5);
    await clock.advance(2_999);
    await endOfTurn();
    expect(destroyed(all)).toEqual([false, false, false, false, false]);
  });

  it('go where nothing came on them for long: the longest silent first, and none of a known user', async () => {
    const [known] = await openMany(1);
    connections.used({ remoteAddress: known?.socket.remoteAddress, remotePort: known?.socket.remotePort }, 'ann');
    const first = await openMany(2);
    await clock.advance(1_000);
    const second = await openMany(1);
    await clock.advance(3_000);
    const newest = await openMany(1);
    await endOfTurn();
    expect(destroyed([...(known ? [known] : []), ...first, ...second, ...newest])).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  it('stay where something has come since the last look', async () => {
    const [quiet, ...speaking] = await openMany(4);
    await clock.advance(3_000);
    for (const each of speaking) await speak(each);
    const newest = await openMany(1);
    await endOfTurn();
    expect(destroyed([...(quiet ? [quiet] : []), ...speaking, ...newest])).toEqual([true, false, false, false, false]);
  });

  it('go all the same where no request has come in the time of a handshake', async () => {
    const all = await openMany(3);
    await clock.advance(10_000);
    for (const each of all) await speak(each);
    const newest = await openMany(1);
    await endOfTurn();
    expect(destroyed([...all, ...newest])).toEqual([true, false, false, false]);
  });

  it('are refused, the newest first, where all that are there are heard of', async () => {
    const all = await openMany(7);
    await endOfTurn();
    expect(destroyed(all)).toEqual([false, false, false, false, false, true, true]);
  });
});
