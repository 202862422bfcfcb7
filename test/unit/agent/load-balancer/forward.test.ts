import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Backend, createForwarder, type Forwarder } from '../../../../agent/load-balancer/forward.ts';
import { quietLog } from '../../../fakes/log.ts';

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function listening(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Says its name to whoever comes, and then whatever it hears. */
const named = (name: string) =>
  listening(
    createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.write(`${name} `);
      socket.pipe(socket);
    }),
  );

describe('the forwarder', () => {
  let servers: Server[];
  let forwarder: Forwarder;
  let unwell: Set<number>;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    servers = await Promise.all(['a', 'b', 'c'].map(named));
    unwell = new Set();
    const backends = servers.map((server): Backend => ({ host: '127.0.0.1', port: portOf(server) }));
    forwarder = createForwarder({ backends, isWell: async ({ port }) => !unwell.has(port), log: quietLog });
    await listening(forwarder.server);
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of [...servers, forwarder.server]) server.close();
  });

  const open = (): Socket => {
    const socket = connect({ host: '127.0.0.1', port: portOf(forwarder.server), allowHalfOpen: true });
    sockets.push(socket);
    return socket.setEncoding('utf8');
  };
  const greeting = async (): Promise<string> => {
    const [text] = await once(open(), 'data');
    return String(text).trim();
  };

  it('carries bytes both ways, and the end of one way alone', async () => {
    const socket = open();
    socket.end('hello');
    let heard = '';
    for await (const piece of socket) heard += piece;
    expect(heard).toMatch(/^[abc] hello$/);
  });

  it('takes its servers in turn', async () => {
    const heard = [await greeting(), await greeting(), await greeting()];
    expect(heard.sort()).toEqual(['a', 'b', 'c']);
  });

  it('passes over a server that nobody can reach', async () => {
    servers[1]?.close();
    const heard = [await greeting(), await greeting(), await greeting(), await greeting()];
    expect(new Set(heard)).toEqual(new Set(['a', 'c']));
  });

  it('ends the connections of a server that accepts them and is not well, and gives it no more', async () => {
    const socket = open();
    const [first] = await once(socket, 'data');
    const at = 'abc'.indexOf(String(first).trim());
    unwell.add(portOf(servers[at] as Server));
    const ended = once(socket, 'close');
    socket.resume();
    socket.once('end', () => socket.end());
    await forwarder.look();
    await ended;
    const heard = await Promise.all([greeting(), greeting(), greeting()]);
    expect(heard).not.toContain('abc'[at]);
  });

  it('still asks its servers where none is well', async () => {
    for (const server of servers) unwell.add(portOf(server));
    await forwarder.look();
    expect(await greeting()).toMatch(/^[abc]$/);
  });

  it('ends what it cannot forward', async () => {
    for (const server of servers) server.close();
    const socket = open();
    socket.resume();
    await once(socket, 'end');
  });
});
