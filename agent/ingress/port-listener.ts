/**
 * One port of the proxy: HTTP/1.1 and HTTP/2, with TLS by ALPN, without it by the client's first bytes (which is how
 * gRPC clients without TLS begin).
 */
import { createServer } from 'node:http';
import { createServer as createHttp2Server, createSecureServer } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { forHost } from './match.ts';
import type { Passing } from './pass.ts';
import type { Listener } from './table.ts';

export interface PortListener {
  /** Where it listens. */
  port: number;
  update(listener: Listener): void;
  close(): Promise<void>;
}

export interface PortOptions {
  /** The address to listen on, at a free port. */
  host: string;
  /** PEM of certificate and key, for hosts without one of their own. */
  fallbackCertificate: { certificate: string; key: string };
  passing: Passing;
  log(message: string): void;
}

/** An upload may take any time; only its headers are waited for no longer than Node's default. */
const noLimit = { requestTimeout: 0 };

/** https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const preface = Buffer.from('PRI * HTTP/2.0\r\n');

type Accept = (socket: Socket) => void;

/** The contexts of certificates, by host; a certificate that cannot be read is said once and left out. */
function contextsOf({ certificates }: Listener, log: (message: string) => void): Record<string, SecureContext> {
  const contexts: Record<string, SecureContext> = Object.create(null);
  for (const { hosts, certificate, key } of certificates) {
    try {
      const context = createSecureContext({ cert: certificate, key });
      for (const host of hosts) contexts[host] ??= context;
    } catch (error) {
      log(`The certificate for ${hosts.filter(Boolean).join(', ') || 'any host'} cannot be used: ${String(error)}`);
    }
  }
  return contexts;
}

/** Waits for the first bytes, which say the version. */
function createPlain(passing: Passing, current: () => Listener): Accept {
  const http1 = createServer(noLimit, (request, response) => passing.serve(current(), request, response));
  http1.on('upgrade', (request, socket: Socket, head) => passing.upgrade(current(), request, socket, head));
  const http2 = createHttp2Server((request, response) => passing.serve(current(), request, response));
  return (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      const isHttp2 = first.subarray(0, preface.length).equals(preface.subarray(0, first.length));
      (isHttp2 ? http2 : http1).emit('connection', socket);
      // A session of HTTP/2 takes what was read from the paused socket by itself; flowing on, it would be lost.
      if (!isHttp2) socket.resume();
    });
  };
}

function createSecure(
  { passing, fallbackCertificate }: PortOptions,
  current: () => Listener,
  contextFor: (name: string) => SecureContext | undefined,
): Accept {
  const server = createSecureServer(
    {
      ...noLimit,
      allowHTTP1: true,
      cert: fallbackCertificate.certificate,
      key: fallbackCertificate.key,
      SNICallback: (name, done) => done(null, contextFor(name)),
    },
    (request, response) => passing.serve(current(), request, response),
  );
  server.on('upgrade', (request, socket: Socket, head: Buffer) => passing.upgrade(current(), request, socket, head));
  return (socket) => server.emit('connection', socket);
}

const listen = (server: Server, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host }, () => resolve((server.address() as AddressInfo).port));
  });

/** Resolves when it listens. */
export async function openPort(first: Listener, options: PortOptions): Promise<PortListener> {
  const { host, passing, log } = options;
  let listener = first;
  let contexts = contextsOf(first, log);
  const current = () => listener;
  const accept =
    first.scheme === 'https'
      ? createSecure(options, current, (name) => forHost(contexts, name))
      : createPlain(passing, current);
  const sockets = new Set<Socket>();
  const server = createTcpServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    accept(socket);
  });
  return {
    port: await listen(server, host),
    update(next) {
      listener = next;
      contexts = contextsOf(next, log);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
