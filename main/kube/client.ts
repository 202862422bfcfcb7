/** Requests to the API server of any context; a connection is kept for each set of credentials. */

import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { parseExact } from '../../agent/api/json/parse.ts';
import { mediaType } from '../../agent/api/media-types.ts';
import type { KubeConnection } from './connection.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import type { Kubeconfig } from './kubeconfig.ts';
import { PacedAgent } from './paced-agent.ts';

/** A connection that its maker has to close. */
export interface OwnConnection extends KubeConnection {
  close(): void;
}

const tlsOf = (credentials: Credentials) => ({
  ...(credentials.certificateAuthority ? { ca: credentials.certificateAuthority } : {}),
  ...(credentials.clientCertificate ? { cert: credentials.clientCertificate, key: credentials.clientKey } : {}),
  ...(credentials.serverName ? { servername: credentials.serverName } : {}),
  rejectUnauthorized: !credentials.insecure,
});

const authorizationHeader = ({ authorization }: Credentials): Record<string, string> =>
  authorization ? { authorization } : {};

/** Node sends no length with the body of a DELETE: the server would take that body for the next request. */
const lengthOf = (body: string | undefined): Record<string, string> =>
  body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };

/** Keeps the path of the server's address, which a proxy such as Rancher's has. */
const addressOf = (server: string, path: string): URL => new URL(server.replace(/\/$/, '') + path);

/** A connection to one cluster as one user. Sockets stay open between requests. */
export function connectTo(credentials: Credentials): OwnConnection {
  const secure = credentials.server.startsWith('https:');
  const tls = tlsOf(credentials);
  const agent = secure ? new PacedAgent({ ...tls, keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const open = secure ? requestHttps : requestHttp;
  return {
    request: ({ method, path, headers, body, signal }) =>
      new Promise((resolve, reject) => {
        const request = open(
          addressOf(credentials.server, path),
          {
            method,
            agent,
            headers: {
              accept: mediaType.json,
              // The server records it as the field manager of what Skiff writes.
              'user-agent': 'skiff',
              ...authorizationHeader(credentials),
              ...lengthOf(body),
              ...headers,
            },
            ...(signal ? { signal } : {}),
          },
          (response: IncomingMessage) =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response }),
        );
        request.on('error', reject);
        request.end(body);
      }),
    async socket(path) {
      const url = addressOf(credentials.server, path).href.replace(/^http/, 'ws');
      return { url, options: { ...tls, headers: authorizationHeader(credentials) } };
    },
    close: () => agent.destroy(),
  };
}

/** The whole body, parsed if it is JSON. Throws the server's message if the status is not a success. */
export async function readJson<T>(connection: KubeConnection, path: string, signal?: AbortSignal): Promise<T> {
  const response = await connection.request({ method: 'GET', path, ...(signal ? { signal } : {}) });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  if (response.status >= 300) throw new Error(`GET ${path}: ${response.status} ${text.slice(0, 300)}`);
  return parseExact(text) as T;
}

interface Kept {
  connection: OwnConnection;
  credentials: Credentials;
}

/** One connection per context of the kubeconfig, renewed when the context's credentials change or expire. */
export class Connections {
  private readonly kubeconfig: Kubeconfig;
  private readonly kept = new Map<string, Kept>();
  private readonly stale = new Set<string>();
  private readonly stopWatching: () => void;

  constructor(kubeconfig: Kubeconfig) {
    this.kubeconfig = kubeconfig;
    this.stopWatching = kubeconfig.onChanged(() => {
      for (const context of this.kept.keys()) this.stale.add(context);
    });
  }

  async get(context: string): Promise<KubeConnection> {
    const kept = this.kept.get(context);
    if (kept && !this.stale.has(context) && !isExpired(kept.credentials)) return kept.connection;
    const credentials = await readCredentials(await this.kubeconfig.load(), context);
    this.stale.delete(context);
    if (kept && JSON.stringify(kept.credentials) === JSON.stringify(credentials)) return kept.connection;
    const connection = connectTo(credentials);
    this.kept.set(context, { connection, credentials });
    return connection;
  }

  close(): void {
    this.stopWatching();
    for (const { connection } of this.kept.values()) connection.close();
  }
}

/** Ten seconds early, so that a token does not expire while its request is on the way. */
const isExpired = ({ expires }: Credentials): boolean => expires !== undefined && expires - 10_000 < Date.now();
