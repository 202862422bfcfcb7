/** A log that is cut at every possible place, and read on. */
import { describe, expect, test } from 'vitest';
import { followLog } from '../../../../main/calls/logs.ts';
import { wake } from '../../../../main/calls/wake.ts';
import type { DesktopEvents } from '../../../../main/contract.ts';
import type { KubeConnection } from '../../../../main/kube/connection.ts';

type News = Omit<DesktopEvents['log.lines'], 'id'>;
const encoder = new TextEncoder();
const request = { id: 'l', context: 'c', namespace: 'n', pod: 'p', container: 'x', follow: true };

/**
 * The log as the API server gives it: from a whole second on, or its tail; each connection breaks where it is told to.
 */
function server(lines: readonly string[], cuts: (number | undefined)[]) {
  const asked: URLSearchParams[] = [];
  const selected = (query: URLSearchParams): readonly string[] => {
    const since = query.get('sinceTime')?.replace('Z', '');
    if (since) return lines.filter((line) => line.slice(0, since.length) >= since);
    const tail = Number(query.get('tailLines') ?? lines.length);
    return lines.slice(-tail);
  };
  async function* body(text: string, cut: number | undefined) {
    yield encoder.encode(text.slice(0, cut));
    if (cut !== undefined && cut < text.length) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  }
  const connection: KubeConnection = {
    async request({ path }) {
      const url = new URL(path, 'http://x');
      if (!url.pathname.endsWith('/log')) return { status: 200, headers: {}, body: body('{}', undefined) };
      asked.push(url.searchParams);
      const text = selected(url.searchParams).map((line) => `${line}\n`);
      return { status: 200, headers: {}, body: body(text.join(''), cuts.shift()) };
    },
    socket: () => Promise.reject(new Error('not asked for')),
  };
  return { connection, asked };
}

/** What a window gets to read, in order. */
async function read(connection: KubeConnection, options: Partial<typeof request> & Record<string, unknown> = {}) {
  const news: News[] = [];
  await followLog({
    request: { ...request, timestamps: true, ...options },
    connect: async () => connection,
    emit: (event) => news.push(event),
    sleep: async () => undefined,
    signal: new AbortController().signal,
  });
  return { lines: news.flatMap(({ lines }) => lines), news };
}

const log = [
  '2026-01-01T00:00:00.9Z zero',
  '2026-01-01T00:00:01.000000001Z one',
  '2026-01-01T00:00:01.000000001Z two',
  '2026-01-01T00:00:01.000000001Z two',
  '2026-01-01T00:00:01.500000000Z stderr is ahead',
  '2026-01-01T00:00:01.400000000Z stdout is behind',
  '2026-01-01T00:00:01.5Z three',
  '2026-01-01T00:00:02Z four',
  '2026-01-01T00:00:02Z four',
  '2026-01-01T00:00:03.1Z five',
  '2026-01-01T00:00:03.12Z six',
];
const bytes = log.join('\n').length + 1;

describe('a log that is cut', () => {
  test('at any byte has no gap and no repeat', async () => {
    for (let cut = 0; cut < bytes; cut++) {
      const { connection } = server(log, [cut]);
      expect((await read(connection)).lines, `cut after ${cut} bytes`).toEqual(log);
    }
  });

  test('again and again, a little further each time, has none either', async () => {
    const { connection, asked } = server(
      log,
      Array.from({ length: 40 }, (_, at) => 60 + 10 * at),
    );
    expect((await read(connection)).lines).toEqual(log);
    expect(asked.length).toBeGreaterThan(5);
  });

  test('within the second that its tail began in has none', async () => {
    for (const tailLines of [1, 2, 4])
      for (let cut = 0; cut < 120; cut++) {
        const { lines } = await read(server(log, [cut]).connection, { tailLines });
        expect(lines, `cut after ${cut} bytes`).toEqual(log.slice(-tailLines));
      }
  });

  test('goes on where the window says, as when main has forgotten it', async () => {
    for (let cut = 0; cut < bytes; cut++) {
      const first = await read(server(log, [cut]).connection, { follow: false });
      const after = first.news.findLast(({ position }) => position)?.position;
      const second = await read(server(log, []).connection, { follow: false, ...(after ? { after } : {}) });
      expect([...first.lines, ...second.lines], `cut after ${cut} bytes`).toEqual(log);
    }
  });

  test('while its container is restarted loses nothing of the new one', async () => {
    const restarted = ['2026-01-01T00:00:03.13Z started', '2026-01-01T00:00:03.14Z again'];
    const before = await read(server(log, []).connection, { follow: false });
    const after = before.news.findLast(({ position }) => position)?.position;
    const { lines } = await read(server(restarted, []).connection, { follow: false, after });
    expect(lines).toEqual(restarted);
  });

  test('goes on when the machine wakes up, without a word', async () => {
    const { connection } = server(log, []);
    const asked: string[] = [];
    const sleepy: KubeConnection = {
      ...connection,
      async request(given) {
        asked.push(given.path);
        const answer = await connection.request(given);
        if (asked.length > 1) return answer;
        return { ...answer, body: silentAfter(answer.body, given.signal) };
      },
    };
    async function* silentAfter(body: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined) {
      yield* body;
      setImmediate(wake);
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    }
    const { lines, news } = await read(sleepy);
    expect(lines).toEqual(log);
    expect(asked[1]).toContain('sinceTime=2026-01-01T00%3A00%3A03Z');
    expect(news.some(({ error }) => error)).toBe(false);
  });

  test('a pod that is gone is the end, with what the server said', async () => {
    const connection: KubeConnection = {
      request: async () => ({
        status: 404,
        headers: {},
        body: (async function* () {
          yield encoder.encode('{"kind":"Status","reason":"NotFound","code":404,"message":"pods \\"p\\" not found"}');
        })(),
      }),
      socket: () => Promise.reject(new Error('not asked for')),
    };
    const { news } = await read(connection);
    expect(news).toEqual([
      expect.objectContaining({ ended: true, error: expect.objectContaining({ code: 'NotFound' }) }),
    ]);
  });
});
