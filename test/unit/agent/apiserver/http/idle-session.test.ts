/** Sessions of HTTP/2 that do nothing. */
import { once } from 'node:events';
import http2 from 'node:http2';
import { describe, expect, it } from 'vitest';
import { createConnections, idleTimeout } from '../../../../../agent/apiserver/http/connections.ts';
import { createFakeClock } from '../../../../fakes/clock.ts';

describe('a session', () => {
  it('without a stream ends in time, and one with a stream does not', async () => {
    const clock = createFakeClock();
    const connections = createConnections(clock);
    const server = http2.createServer();
    server.on('session', (session) => connections.session(session));
    const streams: http2.ServerHttp2Stream[] = [];
    server.on('stream', (stream) => streams.push(stream));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const client = http2.connect(`http://127.0.0.1:${port}`);
    const request = client.request({ ':path': '/' });
    await once(server, 'stream');
    await clock.advance(10 * idleTimeout);
    expect(client.closed).toBe(false);
    const [stream] = streams;
    stream?.respond({ ':status': 200 });
    stream?.end();
    await Promise.all([once(request.resume(), 'close'), stream && once(stream, 'close')]);
    expect(client.closed).toBe(false);
    const closed = once(client, 'close');
    await clock.advance(idleTimeout);
    await closed;
    expect(clock.pending).toBe(0);
    server.close();
  });
});
