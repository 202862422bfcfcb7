/** Over TLS: what a client without any rights, or with those of a pod, may send, and how it is answered. */
import http2 from 'node:http2';
import https from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Credential } from '../../main/cluster/pki.ts';
import { startTestApiServer, type TestApiServer } from './harness.ts';

let api: TestApiServer;
beforeAll(async () => {
  api = await startTestApiServer();
});
afterAll(() => api.close());

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: Buffer;
}

interface Options extends https.RequestOptions {
  credential?: Credential;
  body?: string | Buffer;
}

function request(path: string, { credential, body, ...options }: Options = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const client = { ca: api.ca, cert: credential?.certificate, key: credential?.key, agent: false as const };
    const sent = https.request(`${api.url}${path}`, { ...client, ...options }, (response) => {
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

const maps = '/api/v1/namespaces/default/configmaps';
const asJson = { 'content-type': 'application/json' };

describe('before it is known who somebody is', () => {
  it.each(['/api/v1/namespaces/x/__proto__', '/api/v1/constructor/x', '/api/v1/toString/x/exec'])(
    '%s is a path like any other',
    async (path) => {
      expect((await request(path)).status).toBe(403);
      expect((await request(path, { headers: { authorization: 'Bearer none' } })).status).toBe(401);
      expect((await request(path, { credential: api.admin })).status).toBe(404);
    },
  );
});

describe('a warning of a name that no header can carry as it is', () => {
  const body = (name: string) => JSON.stringify({ metadata: { name }, 'zeile\n日本\u0000': 1 });
  const text = '299 - "unknown field \\"zeile\\\\n日本\\\\x00\\""';
  const utf8 = (header: unknown) => Buffer.from(String(header), 'latin1').toString('utf8');

  it('comes in escapes and UTF-8 over HTTP/1.1', async () => {
    const made = await request(maps, {
      credential: api.admin,
      method: 'POST',
      body: body('warned'),
      headers: asJson,
    });
    expect([made.status, utf8(made.headers.warning)]).toEqual([201, text]);
  });

  it('comes in escapes and UTF-8 over HTTP/2', async () => {
    const session = http2.connect(api.url, { ca: api.ca, cert: api.admin.certificate, key: api.admin.key });
    const headers = await new Promise<http2.IncomingHttpHeaders>((resolve, reject) => {
      const stream = session.request({ ':path': maps, ':method': 'POST', ...asJson });
      stream.on('response', resolve).on('error', reject).resume().end(body('warned-too'));
    });
    expect([headers[':status'], utf8(headers.warning)]).toEqual([201, text]);
    session.destroy();
  });
});

describe('a body that is nested 100,000 levels deep', () => {
  const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

  it.each([
    ['POST', maps, 'application/json'],
    ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', 'application/json'],
    ['PATCH', `${maps}/kube-root-ca.crt`, 'application/merge-patch+json'],
    ['PATCH', `${maps}/kube-root-ca.crt`, 'application/strategic-merge-patch+json'],
    ['PATCH', `${maps}/kube-root-ca.crt`, 'application/json-patch+json'],
  ])('is refused with 400: %s %s as %s', async (method, path, type) => {
    const refused = await request(path, {
      credential: api.admin,
      method,
      body: nested(100_000),
      headers: { 'content-type': type },
    });
    expect([refused.status, JSON.parse(refused.body.toString()).reason]).toEqual([400, 'BadRequest']);
  });
});
