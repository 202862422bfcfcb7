/** A real HTTPS server on localhost that answers reviews, and remembers what it was asked. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { AnyObject } from '../../agent/api/types.ts';
import { createAuthority } from '../../main/cluster/pki.ts';

export interface AdmissionRequest {
  uid: string;
  operation: string;
  kind: { group: string; version: string; kind: string };
  object: AnyObject | null;
  oldObject: AnyObject | null;
  [field: string]: unknown;
}

export interface Asked {
  path: string;
  headers: IncomingMessage['headers'];
  review: { apiVersion: string; kind: string; request: AdmissionRequest };
}

/** The body of a 200; or whatever it does with the response itself, in which case it resolves with undefined. */
export type AnswerReview = (asked: Asked, response: ServerResponse) => object | undefined | Promise<object | undefined>;

export interface WebhookServer {
  port: number;
  /** PEM in base64, of the authority that signed its certificate. */
  caBundle: string;
  url(path: string): string;
  /** All of them, in order. */
  asked: Asked[];
  /** Connections that it has accepted so far. */
  readonly connections: number;
  /** Ends the connections that are open now; it still listens. */
  disconnect(): void;
  close(): Promise<void>;
}

export interface WebhookServerOptions {
  /** Whom the certificate names. */
  hosts?: string[];
}

/** Answers as `answers` says for the path; nothing where it says nothing. They may change between requests. */
export const byPath =
  (answers: () => Readonly<Record<string, AnswerReview>>): AnswerReview =>
  (asked, response) =>
    answers()[asked.path.replace(/\?.*/, '')]?.(asked, response) ?? undefined;

export async function startWebhookServer(
  answer: AnswerReview,
  options: WebhookServerOptions = {},
): Promise<WebhookServer> {
  const authority = await createAuthority('webhooks');
  const hosts = options.hosts ?? ['127.0.0.1'];
  const { certificate, key } = await authority.issue({ commonName: 'webhook', hosts, usages: ['server'] });
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const one: Asked = { path: request.url ?? '', headers: request.headers, review: JSON.parse(await text(request)) };
    asked.push(one);
    const body = await answer(one, response);
    if (!body) return;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  };
  const server = createServer({ cert: certificate, key }, (request, response) => void respond(request, response));
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const disconnect = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    caBundle: Buffer.from(authority.certificate).toString('base64'),
    url: (path) => `https://127.0.0.1:${port}${path}`,
    asked,
    get connections() {
      return connections;
    },
    disconnect,
    close: async () => {
      disconnect();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An AdmissionReview that answers, in the version of the question. */
export const verdict = ({ review }: Asked, response: object): object => ({
  apiVersion: review.apiVersion,
  kind: 'AdmissionReview',
  response: { uid: review.request.uid, ...response },
});

export const allowed = (asked: Asked): object => verdict(asked, { allowed: true });

export const patching = (asked: Asked, operations: unknown): object =>
  verdict(asked, {
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
  });
