/**
 * The ingress proxy: two servers, for http and https, that pass requests on as the current table says. http-proxy-3
 * does the passing on: streams, WebSockets, hop-by-hop headers.
 * https://github.com/sagemathinc/http-proxy-3
 */
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, Agent as TlsAgent } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { createProxyServer } from 'http-proxy-3';
import { findMatch, forHost, hostNameOf, type Match } from './match.ts';
import { emptyTable, type RoutingTable, type Target } from './table.ts';

export interface IngressPorts {
  http: number;
  https: number;
}

export interface IngressServer {
  update(table: RoutingTable): void;
  ports: IngressPorts;
  close(): Promise<void>;
}

export interface IngressServerOptions {
  /** The address to listen on, at free ports. */
  host: string;
  /** PEM of certificate and key, for hosts without one of their own. */
  fallbackCertificate: { certificate: string; key: string };
  log(message: string): void;
}

type Scheme = 'http' | 'https';

/** How often a request without a body is tried, each time at another address. */
const mostAttempts = 3;
const connectTimeout = 5_000;
/** An upload may take any time; only its headers are waited for no longer than Node's default. */
const noLimit = { requestTimeout: 0 };

const answer = (response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`);
};

const refuseUpgrade = (socket: Socket, status: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
};

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;

/** Requests take the addresses in turn; each further attempt takes the next one. */
const addressAt = ({ addresses }: Target, turn: number): string | undefined => addresses[turn % addresses.length];

/** The contexts of the table's certificates, by host; a certificate that cannot be read is said once and left out. */
function contextsOf({ certificates }: RoutingTable, log: (message: string) => void): Record<string, SecureContext> {
  const contexts: Record<string, SecureContext> = Object.create(null);
  for (const { hosts, certificate, key } of certificates) {
    try {
      const context = createSecureContext({ cert: certificate, key });
      for (const host of hosts.length > 0 ? hosts : ['']) contexts[host] ??= context;
    } catch (error) {
      log(`The certificate for ${hosts.join(', ') || 'any host'} cannot be used: ${String(error)}`);
    }
  }
  return contexts;
}

const listen = (server: Server, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host }, () => resolve((server.address() as AddressInfo).port));
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Resolves when both servers listen. */
export async function startIngressServer(options: IngressServerOptions): Promise<IngressServer> {
  const { host, fallbackCertificate, log } = options;
  let table = emptyTable;
  let contexts: Record<string, SecureContext> = {};
  let turn = 0;
  const agents = { http: new Agent({ keepAlive: true }), https: new TlsAgent({ keepAlive: true }) };
  const proxy = createProxyServer({ xfwd: true, secure: false, connectTimeout, ws: true });

  const matchOf = ({ headers, url = '/' }: IncomingMessage): Match | undefined =>
    findMatch(table, hostNameOf(headers.host), url);

  const pass = (
    request: IncomingMessage,
    response: ServerResponse,
    target: Target,
    first: number,
    attempt = 0,
  ): void => {
    const address = addressAt(target, first + attempt);
    if (!address) {
      answer(response, 503, 'no pod of the service is ready');
      return;
    }
    const agent = agents[target.protocol];
    proxy.web(request, response, { target: `${target.protocol}://${address}`, agent }, (error) => {
      if (response.headersSent || response.destroyed) response.destroy();
      else if (!hasBody(request) && attempt + 1 < mostAttempts) pass(request, response, target, first, attempt + 1);
      else answer(response, 502, `the service does not answer at ${address}: ${error.message}`);
    });
  };

  const serve = (scheme: Scheme) => (request: IncomingMessage, response: ServerResponse) => {
    const found = matchOf(request);
    if (!found) return answer(response, 404, 'no ingress has a path for this request');
    if (found.onlyTls && scheme === 'http') {
      const location = `https://${hostNameOf(request.headers.host)}${request.url}`;
      return answer(response, 308, 'this host is served over https', { location });
    }
    request.url = found.url;
    pass(request, response, found.target, turn++);
  };

  const upgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    socket.on('error', () => socket.destroy());
    const found = matchOf(request);
    const address = found && addressAt(found.target, turn++);
    if (!found || !address) {
      refuseUpgrade(socket, found ? '503 Service Unavailable' : '404 Not Found');
      return;
    }
    request.url = found.url;
    proxy.ws(request, socket, head, { target: `${found.target.protocol}://${address}` }, () =>
      refuseUpgrade(socket, '502 Bad Gateway'),
    );
  };

  const servers = {
    http: createServer(noLimit, serve('http')).on('upgrade', upgrade),
    https: createTlsServer(
      {
        ...noLimit,
        cert: fallbackCertificate.certificate,
        key: fallbackCertificate.key,
        SNICallback: (name, done) => done(null, forHost(contexts, name)),
      },
      serve('https'),
    ).on('upgrade', upgrade),
  };
  const [http, https] = await Promise.all([listen(servers.http, host), listen(servers.https, host)]);
  return {
    update(next) {
      table = next;
      contexts = contextsOf(next, log);
    },
    ports: { http, https },
    async close() {
      for (const agent of Object.values(agents)) agent.destroy();
      await Promise.all([close(servers.http), close(servers.https)]);
    },
  };
}
