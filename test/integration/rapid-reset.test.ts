/** What a client may do with the frames of HTTP/2, and what others notice of it. */
import { once } from 'node:events';
import http2 from 'node:http2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApiServer, type TestApiServer } from './harness.ts';

let api: TestApiServer;
beforeAll(async () => {
  api = await startTestApiServer();
});
afterAll(() => api.close());

const connect = () => http2.connect(api.url, { ca: api.ca, cert: api.admin.certificate, key: api.admin.key });

async function statusOf(session: http2.ClientHttp2Session, path: string): Promise<unknown> {
  const [headers] = await once(session.request({ ':path': path }).resume(), 'response');
  return headers[':status'];
}

it('a client that opens streams and resets them at once, by the thousand, loses its connection, and nobody else does', async () => {
  const [eve, ann] = [connect(), connect()];
  await once(eve, 'connect');
  const failed = new Promise((resolve) => eve.on('error', resolve));
  const others = new Set<unknown>();
  for (let batch = 0; batch < 30 && !eve.destroyed; batch += 1) {
    for (let count = 0; count < 100; count += 1) {
      const stream = eve.request({ ':path': '/api/v1/namespaces' }).on('error', () => {});
      stream.close(http2.constants.NGHTTP2_CANCEL);
    }
    // Others are served in between, and the client reads what it is told.
    others.add(await statusOf(ann, '/readyz'));
  }
  expect(await failed).toMatchObject({ code: 'ERR_HTTP2_SESSION_ERROR' });
  expect(others).toEqual(new Set([200]));
  ann.destroy();
});
