/**
 * The kubelet's HTTPS server: logs, exec, attach and port forwarding for the API server.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/server/server.go
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { messageOf } from '../../api/errors.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { type ApiAccess, authenticate } from './authentication.ts';
import type { StreamBackend } from './backend.ts';
import { HttpError } from './http-error.ts';
import { answer } from './requests.ts';
import { serveUpgrade } from './upgrades.ts';

export interface KubeletServerOptions {
  /**
   * PEM: the cluster's CA (client certificates must be signed by it) and this node's serving certificate. Without one
   * nobody can connect until `renew`.
   */
  tls: { ca: string | Buffer; cert?: string | Buffer; key?: string | Buffer };
  backend: StreamBackend;
  /** Absent: only the API server and members of system:masters are served. */
  access?: ApiAccess;
  clock: Clock;
  log: Logger;
}

export interface KubeletServer {
  /** Resolves with the port that the server listens on; port 0 picks a free one. */
  listen(options: { host: string; port: number }): Promise<number>;
  /** New connections are served with this certificate. */
  renew(credential: { cert: string; key: string }): void;
  /** Closes open connections. */
  close(): Promise<void>;
}

/** Creates the server; it serves after `listen`. */
export function createKubeletServer({ tls, backend, access, clock, log }: KubeletServerOptions): KubeletServer {
  const upgraded = new Set<Duplex>();
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });

  server.on('request', (request, response) => {
    respond(request, response).catch((error: unknown) => fail(response, error, log));
  });
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    // The user of the connection sees its end by 'close'. Without a listener an error would end the process.
    socket.on('error', () => socket.destroy());
    upgrade(request, socket, head).catch((error: unknown) => refuse(socket, error, log));
  });

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    await authenticate(request, access);
    await answer({ backend, clock }, request, response);
  };
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    await authenticate(request, access);
    await serveUpgrade({ backend, clock, log }, { request, socket, head });
  };

  return {
    listen: ({ host, port }) => listen(server, host, port),
    renew: (credential) => server.setSecureContext({ ca: tls.ca, ...credential }),
    close: () => {
      for (const socket of upgraded) socket.destroy();
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeAllConnections();
      return promise;
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(port, host, () => {
    server.off('error', reject);
    resolve((server.address() as AddressInfo).port);
  });
  return promise;
}

function fail(response: ServerResponse, error: unknown, log: Logger): void {
  const { status, headers } = describe(error, log);
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(messageOf(error));
}

/** Answers an upgrade with an error. A client that receives anything but 101 reads the reason from the body. */
function refuse(socket: Duplex, error: unknown, log: Logger): void {
  const { status, headers } = describe(error, log);
  if (!socket.writable) return;
  const body = Buffer.from(messageOf(error));
  const lines = Object.entries({ 'Content-Type': 'text/plain', Connection: 'close', ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 ${status} \r\n${head}Content-Length: ${body.length}\r\n\r\n`);
  socket.end(body);
}

function describe(error: unknown, log: Logger): { status: number; headers: Record<string, string> } {
  if (error instanceof HttpError) return { status: error.status, headers: error.headers };
  log.error('Request failed', { error: messageOf(error) });
  return { status: 500, headers: {} };
}
