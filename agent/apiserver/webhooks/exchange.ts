/** One POST over TLS, with its answer bounded in bytes. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { Answer } from './answers.ts';

export interface Outgoing {
  agent: Agent;
  /** Where to connect to. */
  host: string;
  port: number;
  /** Whom the certificate must name; absent: the host. */
  serverName?: string | undefined;
  /** Of the `Host` header. */
  authority: string;
  /** With the query. */
  path: string;
  /** PEM; absent: the roots of this machine. */
  ca?: string | undefined;
  body: Buffer;
  /** Bytes of the answer. */
  most: number;
  signal: AbortSignal;
}

const optionsOf = ({ agent, host, port, serverName, authority, path, ca, body, signal }: Outgoing): RequestOptions => ({
  agent,
  host,
  port,
  path,
  method: 'POST',
  signal,
  ...(serverName ? { servername: serverName } : {}),
  ...(ca ? { ca } : {}),
  headers: {
    host: authority,
    'user-agent': 'kube-apiserver-admission',
    accept: 'application/json, */*',
    'content-type': 'application/json',
    'content-length': body.length,
  },
});

function gather(response: IncomingMessage, most: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    chunks.push(chunk);
    if (size > most) response.destroy(new Error(`the answer is too large: limit is ${most} bytes`));
  });
  response.once('end', () => resolve(Buffer.concat(chunks, size)));
  response.once('error', reject);
  response.once('close', () => reject(new Error('unexpected EOF')));
  return promise;
}

/** The other end had closed the connection before it got the request. */
const wasStale = (request: ClientRequest, error: unknown): boolean => {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
};

/** Rejects with what Node says. */
export function exchange(outgoing: Outgoing): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = httpsRequest(optionsOf(outgoing), (response) => {
    gather(response, outgoing.most).then(
      (body) =>
        resolve({ status: response.statusCode ?? 0, contentType: response.headers['content-type'] ?? '', body }),
      reject,
    );
  });
  // Nobody has asked for another protocol. After such an answer, the signal would end nothing any more.
  request.once('upgrade', ({ statusCode = 0 }, socket) => {
    socket.destroy();
    resolve({ status: statusCode, contentType: '', body: Buffer.alloc(0) });
  });
  request.once('error', (error) => {
    if (wasStale(request, error)) exchange(outgoing).then(resolve, reject);
    else reject(error);
  });
  request.end(outgoing.body);
  return promise;
}
