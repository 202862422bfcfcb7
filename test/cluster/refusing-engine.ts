/** The real engine behind a socket that refuses some requests, as an engine in trouble would. */
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { findEngine } from '../../main/engine/find.ts';

export interface RefusingEngine {
  /** For `DOCKER_HOST`. */
  endpoint: string;
  close(): Promise<void>;
}

export interface Refusal {
  method: string;
  path: RegExp;
  message: string;
  /** How often; absent means always. */
  times?: number;
}

/** Listens on `socket`; requests that are not refused go to the engine of this machine and back. */
export async function startRefusingEngine(socket: string, refusal: Refusal): Promise<RefusingEngine> {
  const { engine } = await findEngine();
  if (!engine?.info.endpoint.startsWith('unix://')) throw new Error('needs an engine on a Unix socket');
  const socketPath = engine.info.endpoint.slice('unix://'.length);
  const pass = (incoming: IncomingMessage, answer: ServerResponse) => {
    const { method, url, headers } = incoming;
    const outgoing = forward({ socketPath, method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    outgoing.on('error', (error) => answer.destroy(error));
    answer.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  };
  let { times: left = Number.POSITIVE_INFINITY } = refusal;
  const server = createServer((incoming, answer) => {
    if (left === 0 || incoming.method !== refusal.method || !refusal.path.test(incoming.url ?? ''))
      return pass(incoming, answer);
    left -= 1;
    incoming.resume();
    answer.writeHead(500, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ message: refusal.message }));
  });
  server.on('upgrade', (incoming, client, head) => {
    const upstream = connect(socketPath, () => {
      const headers = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      upstream.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers.join('')}\r\n`);
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', (error) => client.destroy(error));
    client.on('error', (error: Error) => upstream.destroy(error));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, resolve));
  return {
    endpoint: `unix://${socket}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
