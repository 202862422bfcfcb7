/**
 * Serves the window to a browser, for headless machines, remote hosts and tests. It listens on 127.0.0.1 only. A random
 * token opens it and is exchanged for a cookie that scripts cannot read (`access.ts`). The server checks Host and
 * Origin, which stops DNS rebinding and requests from other sites' pages.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Services } from '../calls/services.ts';
import { createAccess, newToken } from './access.ts';
import { keepAlive } from './keep-alive.ts';
import { createPageSession, type PageSession } from './page-session.ts';
import { securityHeaders, sendAsset } from './static-files.ts';

export interface WebShell {
  /** Address with the token: opening it in a browser is enough. */
  url: string;
  port: number;
  token: string;
  /** An address that works once, for a program that opens browsers. */
  addressOnce(): string;
  close(): Promise<void>;
}

export interface WebShellOptions {
  services: Services;
  /** The built window: `dist/renderer`. */
  root: string;
  /** 0 means any free port. */
  port?: number;
  token?: string;
}

/** Pages open at the same time; each may hold a terminal, a log and a hundred lists. */
const maxPages = 64;

const cookieOf = (request: IncomingMessage, name: string): string =>
  new Map((request.headers.cookie ?? '').split(/;\s*/).map((pair) => pair.split('=') as [string, string])).get(name) ??
  '';

/** A request target is whatever the client wrote; `//`, for example, is not a URL. */
const urlOf = (request: IncomingMessage, host: string): URL | undefined => {
  const [target, base] = [request.url ?? '/', `http://${host}`];
  return URL.canParse(target, base) ? new URL(target, base) : undefined;
};

export async function startWebShell({
  services,
  root,
  port = 0,
  token = newToken(),
}: WebShellOptions): Promise<WebShell> {
  const access = createAccess(token);
  const sessions = new Map<string, PageSession>();
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 64 * 1024 * 1024 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const hosts = [`127.0.0.1:${bound}`, `localhost:${bound}`];
  const cookie = `skiff-${bound}`;
  const isOurs = (request: IncomingMessage) => hosts.includes(request.headers.host ?? '');
  const isAllowed = (request: IncomingMessage) => access.knows(cookieOf(request, cookie));

  server.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error('the web shell could not answer a request', error);
      response.destroy();
    });
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refuse = (status: number, text: string) =>
      void response
        .writeHead(status, { ...securityHeaders, 'content-type': 'text/plain; charset=utf-8' })
        .end(`${text}\n`);
    if (!isOurs(request)) return refuse(403, 'This address is not served here.');
    if (request.method !== 'GET') return refuse(405, 'Only GET is served here.');
    const url = urlOf(request, `127.0.0.1:${bound}`);
    if (!url) return refuse(400, 'This is not a valid address.');
    const given = url.searchParams.get('token');
    const allowed = isAllowed(request);
    const admission = given === null || allowed ? undefined : access.admit(given);
    if (admission === 'later') return refuse(429, 'Too many wrong tokens. Try again in a minute.');
    if (admission === 'wrong' || (!admission && !allowed))
      return refuse(401, 'Open Skiff with the address that it printed: `skiff dashboard` prints it again.');
    if (given !== null) {
      const set = admission ? { 'set-cookie': `${cookie}=${admission.cookie}; HttpOnly; SameSite=Strict; Path=/` } : {};
      // The redirect drops the token from the address, and leads nowhere else.
      return void response.writeHead(303, { ...securityHeaders, location: '/', ...set }).end();
    }
    await sendAsset(root, url.pathname, response);
  };

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const complain = (error: Error) => console.error('could not open the socket of a page', error.message);
    socket.on('error', complain);
    const refuse = (status: string) => void socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
    const origin = request.headers.origin ?? '';
    const allowed = isOurs(request) && hosts.some((host) => origin === `http://${host}`) && isAllowed(request);
    if (!allowed) return refuse('403 Forbidden');
    const url = urlOf(request, `127.0.0.1:${bound}`);
    if (!url) return refuse('400 Bad Request');
    const id = url.searchParams.get('session') ?? '';
    if (url.pathname !== '/socket' || !/^[\w-]{16,64}$/.test(id)) return refuse('403 Forbidden');
    if (!sessions.has(id) && sessions.size >= maxPages) return refuse('503 Service Unavailable');
    sockets.handleUpgrade(request, socket, head, (page) => {
      // From here on, any error of the socket counts as a closed page.
      socket.off('error', complain);
      const known = sessions.get(id);
      const session = known ?? createPageSession(services, () => sessions.delete(id));
      sessions.set(id, session);
      page.on('error', (error) => console.error('the socket of a page failed', error.message));
      keepAlive(page);
      page.send(JSON.stringify({ hello: { resumed: known !== undefined } }));
      session.attach(page, Number(url.searchParams.get('have') ?? 0));
    });
  });

  return {
    url: `http://127.0.0.1:${bound}/?token=${token}`,
    port: bound,
    token,
    addressOnce: () => `http://127.0.0.1:${bound}/?token=${access.key()}`,
    close: async () => {
      for (const session of [...sessions.values()]) session.dispose('Skiff has ended');
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
