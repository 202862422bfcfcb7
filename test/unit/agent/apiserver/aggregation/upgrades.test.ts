/** Requests for another protocol, over the wire: those that mean something to whoever serves the path, and the others. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createFrameDecoder, dataHead, encodeSynStream, type Frame } from '../../../../../agent/streams/spdy/frames.ts';
import { createHeaderEncoder } from '../../../../../agent/streams/spdy/header-block.ts';
import { serveSpdy } from '../../../../../agent/streams/spdy/session.ts';
import { createAuthority } from '../../../../../main/cluster/pki.ts';
import { configMap } from '../api.ts';
import { type AggregationWorld, isAvailable, startAggregation } from './world.ts';

let world: AggregationWorld;
let port: number;
let credentials: { ca: string; cert: string; key: string };

const maps = '/api/v1/namespaces/default/configmaps';
const flunder = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders/a/exec';

beforeAll(async () => {
  world = await startAggregation();
  await world.behindService();
  await world.register();
  await world.condition(isAvailable);
  const authority = await createAuthority('kubernetes');
  const hosts = ['127.0.0.1'];
  const { certificate: cert, key } = await authority.issue({ commonName: 'api', hosts, usages: ['server'] });
  const admin = await authority.issue({ commonName: 'admin', organizations: ['system:masters'], usages: ['client'] });
  credentials = { ca: authority.certificate, cert: admin.certificate, key: admin.key };
  const tls = { cert, key, ca: authority.certificate };
  ({ port } = await world.api.server.listen({ host: '127.0.0.1', port: 0, tls }));
});
afterAll(() => world.close());

const upgrading = (upgrade: string) => ({
  connection: 'Upgrade, HTTP2-Settings',
  upgrade,
  'http2-settings': 'AAMAAABk',
});

async function ask(method: string, path: string, headers: object, body?: object): Promise<[number, string]> {
  const sent = body && JSON.stringify(body);
  const type = sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': sent.length };
  const options = { ...credentials, host: '127.0.0.1', port, method, path, headers: { ...headers, ...type } };
  const request = httpsRequest(options).end(sent);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return [response.statusCode ?? 0, await text(response)];
}

/** Resolves with the status and, where the protocol has changed, both ends' connection. */
async function switchTo(upgrade: string, path = flunder): Promise<{ status: number; socket: Duplex; head: Buffer }> {
  const headers = { connection: 'Upgrade', upgrade };
  const request = httpsRequest({ ...credentials, host: '127.0.0.1', port, method: 'POST', path, headers }).end();
  const [response, socket, head] = (await once(request, 'upgrade')) as [IncomingMessage, Duplex, Buffer];
  return { status: response.statusCode ?? 0, socket, head };
}

describe('a request that nobody can upgrade is served like any other', () => {
  it.each(['h2c', 'websocket', 'SPDY/3.1'])('a read that offers %s', async (protocol) => {
    const [status, body] = await ask('GET', maps, upgrading(protocol));
    expect([status, JSON.parse(body)]).toMatchObject([200, { kind: 'ConfigMapList' }]);
  });

  it('a write that offers HTTP/2', async () => {
    const [status, body] = await ask('POST', maps, upgrading('h2c'), configMap('offered', { a: 'b' }));
    expect([status, JSON.parse(body)]).toMatchObject([201, { data: { a: 'b' } }]);
  });

  it('a read and a write of what another server serves', async () => {
    const list = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders';
    expect((await ask('GET', list, upgrading('h2c')))[0]).toBe(200);
    const made = { kind: 'Flunder', apiVersion: 'wardle.example.com/v1alpha1', metadata: { name: 'a' } };
    expect((await ask('POST', list, upgrading('h2c'), made))[0]).toBe(201);
  });

  it('a path that there is not, and one that does not parse', async () => {
    const of = async (path: string) => (await ask('GET', path, upgrading('websocket')))[0];
    expect([await of('/nothing'), await of('/api/v1/namespaces/%zz/pods')]).toEqual([404, 400]);
  });

  it('a stream says what it needs', async () => {
    const [status, body] = await ask('GET', '/api/v1/namespaces/default/pods/a/exec?command=a', upgrading('h2c'));
    expect([status, (JSON.parse(body) as { reason?: string }).reason]).toEqual([404, 'NotFound']);
  });
});

describe('another server', () => {
  it('speaks WebSocket, with the subprotocol that both know', async () => {
    const server = new WebSocketServer({ noServer: true, handleProtocols: () => 'v5.channel.k8s.io' });
    world.extension.takeUpgrade = (request, socket, head) =>
      server.handleUpgrade(request, socket, head, (connected) => {
        connected.on('message', (data) => connected.send(data));
      });
    const client = new WebSocket(
      `wss://127.0.0.1:${port}${flunder}`,
      ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
      credentials,
    );
    await once(client, 'open');
    expect(client.protocol).toBe('v5.channel.k8s.io');
    const sent = [Buffer.from('\0hello'), Buffer.alloc(300_000, 'x'), Buffer.from('\x04{"Width":80}')];
    for (const message of sent) {
      client.send(message);
      const [echoed] = (await once(client, 'message')) as [Buffer];
      expect(echoed.equals(message)).toBe(true);
    }
    client.close(1000, 'done');
    expect((await once(client, 'close'))[0]).toBe(1000);
  });

  it('speaks SPDY, stream by stream', async () => {
    world.extension.takeUpgrade = (_request, socket, head) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: SPDY/3.1\r\n\r\n');
      serveSpdy(socket, head, { onStream: (stream) => void stream.pipe(stream) });
    };
    const { status, socket, head } = await switchTo('SPDY/3.1');
    const frames: Frame[] = [];
    const decode = createFrameDecoder((frame) => frames.push(frame));
    decode(head);
    socket.on('data', decode);
    const encode = createHeaderEncoder();
    const said = Buffer.from('hello');
    for (const id of [1, 3]) {
      socket.write(encodeSynStream(id, encode({ streamtype: 'data' })));
      socket.write(Buffer.concat([dataHead(id, said.length, true), said]));
    }
    const heard = (id: number) =>
      frames.flatMap((frame) => (frame.type === 'data' && frame.streamId === id ? [frame.data] : []));
    await expect.poll(() => [1, 3].map((id) => Buffer.concat(heard(id)).toString())).toEqual(['hello', 'hello']);
    expect(status).toBe(101);
    socket.destroy();
  });

  it('that never answers is waited for no longer than for an answer', async () => {
    world.extension.takeUpgrade = () => {};
    const count = world.extension.seen.length;
    const asked = ask('GET', flunder, { connection: 'Upgrade', upgrade: 'websocket' });
    await world.extension.reached(count + 1);
    await world.api.clock.advance(60_000);
    expect(await asked).toEqual([504, 'the backend did not answer in time\n']);
  });
});
