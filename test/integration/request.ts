/** One HTTPS request to a test API server, as any client on the network could send it. */
import https from 'node:https';
import type { Credential } from '../../main/cluster/pki.ts';
import type { TestApiServer } from './harness.ts';

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: Buffer;
}

export interface RequestOptions extends https.RequestOptions {
  /** Absent: the client is anonymous. */
  credential?: Credential;
  body?: string | Buffer;
}

/** On a connection of its own. Resolves with any answer, whatever its status; rejects where the connection breaks. */
export function sendRequest(
  { url, ca }: Pick<TestApiServer, 'url' | 'ca'>,
  path: string,
  { credential, body, ...options }: RequestOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const client = { ca, cert: credential?.certificate, key: credential?.key, agent: false as const };
    const sent = https.request(`${url}${path}`, { ...client, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
