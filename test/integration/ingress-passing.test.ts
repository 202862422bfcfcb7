/** What becomes of requests and answers on their way through the ingress proxy, byte for byte, on real sockets. */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfSigned } from '../../agent/certificates/self-signed.ts';
import { plainRoute } from '../../agent/ingress/listeners.ts';
import { type IngressServer, startIngressServer } from '../../agent/ingress/server.ts';
import { closeAll, portOf } from './http-pods.ts';

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

describe('through the ingress proxy', () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let proxy: IngressServer;
  let pod: Server;
  let port = 0;
  let answerWith: Answering = (_request, response) => response.end();

  /** Makes the pod answer so, at once or by way of the proxy of another address. */
  const answering = (answer: Answering): void => {
    answerWith = answer;
  };
  const route = async (address: string, timeout?: number): Promise<void> => {
    const target = { protocol: 'http' as const, addresses: [address] };
    const backends = [{ weight: 1, target, request: [], response: [] }];
    const limit = timeout === undefined ? {} : { timeout };
    const hosts = { '': [{ ...plainRoute({ type: 'Prefix', value: '/' }), ...limit, backends }] };
    const ports = await proxy.update([{ port: 80, scheme: 'http', hosts, certificates: [] }]);
    port = ports[80] ?? 0;
  };
  const podAddress = (): string => `127.0.0.1:${portOf(pod)}`;
  const ask = (
    { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string | string[]> } = {},
    body?: string | Buffer,
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      request({ port, path: '/', method, headers, agent }, resolve).on('error', reject).end(body);
    });

  beforeAll(async () => {
    pod = createServer((incoming, response) => answerWith(incoming, response)).listen(0, '127.0.0.1');
    await once(pod, 'listening');
    const fallbackCertificate = await selfSigned('fallback', Date.now());
    proxy = startIngressServer({ host: '127.0.0.1', fallbackCertificate, log: () => {} });
    await route(podAddress());
  });
  afterAll(async () => {
    agent.destroy();
    await proxy.close();
    await closeAll([pod]);
  });

  test('headers of a connection stay with their connection, both ways; all others pass, also those that are no ASCII', async () => {
    let seen: IncomingMessage['headers'] = {};
    answering((incoming, response) => {
      seen = incoming.headers;
      response.writeHead(201, 'Made', {
        'set-cookie': ['a=1', 'b=2'],
        'x-name': Buffer.from('Zoë 中').toString('latin1'),
        connection: 'x-own, keep-alive',
        'x-own': 'for the proxy',
      });
      response.end();
    });
    const headers = {
      'x-twice': ['1', '2'],
      'x-name': 'Zo\u00eb',
      connection: 'x-hop',
      'x-hop': 'mine',
      te: 'trailers',
    };
    const answer = await ask({ headers });
    await text(answer);
    expect(seen).toMatchObject({ 'x-twice': '1, 2', 'x-name': 'Zo\u00eb', 'x-forwarded-proto': 'http' });
    expect([seen['x-hop'], seen.te]).toEqual([undefined, undefined]);
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(Buffer.from(String(answer.headers['x-name']), 'latin1').toString()).toBe('Zoë 中');
    expect(answer.headers['x-own']).toBeUndefined();
  });

  test('the headers of a stream come before its first piece, and its trailers after its last', async () => {
    let send: (piece: string) => void = () => {};
    answering((_incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', trailer: 'x-sum' });
      response.flushHeaders();
      send = (piece) => {
        response.addTrailers({ 'x-sum': '7' });
        response.end(piece);
      };
    });
    const answer = await ask();
    expect(answer.headers['content-type']).toBe('text/event-stream');
    send('data: hello\n\n');
    expect(await text(answer)).toBe('data: hello\n\n');
    expect(answer.trailers).toEqual({ 'x-sum': '7' });
  });

  test('bodies of many megabytes come whole, by length or in pieces', async () => {
    answering((incoming, response) => incoming.pipe(response));
    const body = Buffer.alloc(8_000_000, 'skiff ');
    const lengths: Record<string, string>[] = [
      { 'content-length': String(body.length) },
      { 'transfer-encoding': 'chunked' },
    ];
    for (const headers of lengths) {
      const chunks: Buffer[] = [];
      for await (const chunk of await ask({ method: 'POST', headers }, body)) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).equals(body)).toBe(true);
    }
  });

  test('a HEAD has the length of the body and none', async () => {
    answering((_incoming, response) => response.writeHead(200, { 'content-length': '12' }).end());
    const answer = await ask({ method: 'HEAD' });
    expect([answer.headers['content-length'], await text(answer)]).toEqual(['12', '']);
  });

  test('a request is cancelled at the pod when its client leaves', async () => {
    const left = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    answering((incoming) => {
      incoming.on('close', left.resolve);
      arrived.resolve();
    });
    const asked = request({ port, agent: false }).on('error', () => {});
    asked.end();
    await arrived.promise;
    asked.destroy();
    await left.promise;
  });

  test('an answer that breaks off breaks off for the client', async () => {
    answering((_incoming, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('some', () => response.destroy());
    });
    await expect(ask().then((answer) => text(answer))).rejects.toThrow();
  });

  test('a body that no pod takes is answered with 502, and the next request on the connection is served', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const nobody = `127.0.0.1:${(gone.address() as AddressInfo).port}`;
    await closeAll([gone]);
    await route(nobody);
    const refused = await ask({ method: 'POST' }, Buffer.alloc(500_000));
    expect([refused.statusCode, await text(refused)]).toEqual([502, expect.stringContaining('does not answer')]);
    await route(podAddress());
    answering((_incoming, response) => response.end('here'));
    expect(await text(await ask())).toBe('here');
  });

  test('an answer that comes after the time of its route is 504', async () => {
    await route(podAddress(), 1);
    answering((_incoming, response) => void response);
    expect((await ask()).resume().statusCode).toBe(504);
    await route(podAddress());
  });
});
