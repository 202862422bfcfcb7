/** Pods that are servers of this process, and clients that ask a proxy in front of them. */
import { type ClientRequest, createServer, type IncomingMessage, request, type Server } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const piece of response) text += piece;
  return text;
}

/** A pod: says its name and what it was asked for. */
export function startPod(name: string): Promise<Server> {
  const server = createServer((asked, response) => {
    const { url, method, headers } = asked;
    void textOf(asked).then((body) => {
      const seen = [headers['x-forwarded-proto'], headers['x-forwarded-host'], headers.host].join(' ');
      response.end(`${name} ${method} ${url} ${seen} ${body.length}`);
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, { url }) =>
    socket.on('message', (data) => socket.send(`${name} ${url} heard ${String(data)}`)),
  );
  return new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve(server)));
}

export async function closeAll(servers: readonly Server[]): Promise<void> {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
}

const answered = (asked: ClientRequest, body: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    asked.on('response', resolve).on('error', reject);
    asked.end(body);
  });

interface Ask {
  /** The address of the proxy. */
  at?: string | undefined;
  host?: string;
  method?: string;
  body?: string;
  headers?: Record<string, string>;
}

export async function ask(
  port: number,
  path: string,
  { at = '127.0.0.1', host = 'shop.localhost', method = 'GET', body = '', headers: more = {} }: Ask = {},
) {
  const headers = { host, ...(body ? { 'content-length': body.length } : {}), ...more };
  const options = { host: at, port, path, method, headers, agent: false };
  const response = await answered(request(options), body);
  return {
    status: response.statusCode,
    text: (await textOf(response)).trim(),
    location: response.headers.location,
    headers: response.headers,
  };
}

/** The common name of the certificate that is shown for a host, and what was said then. */
export async function askTls(port: number, host: string, path = '/', at = '127.0.0.1') {
  const options = { host: at, port, path, servername: host, headers: { host }, agent: false };
  const response = await answered(tlsRequest({ ...options, rejectUnauthorized: false }), '');
  const shown = response.socket instanceof TLSSocket ? response.socket.getPeerCertificate().subject.CN : undefined;
  return { shown, text: (await textOf(response)).trim() };
}

/** As a node has one: an endpoint may not be on a loopback address. */
export const ownAddress = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
