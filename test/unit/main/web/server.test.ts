import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Services } from '../../../../main/calls/services.ts';
import { startWebShell, type WebShell } from '../../../../main/web/server.ts';
import { fakeServices } from '../fake-services.ts';

const session = 'session-0123456789abcdef';
const token = 'secret-0123456789';
let folder: string;
let shell: WebShell;
let admitted: string;
let services: Services & { tell(name: string): void };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skiff-web-'));
  await writeFile(join(folder, 'index.html'), '<p>window</p>');
  services = fakeServices();
  shell = await startWebShell({ services, root: folder, token });
  admitted = String((await get(`/?token=${token}`)).headers['set-cookie']).split(';')[0] ?? '';
});

afterEach(async () => {
  await shell.close();
  await rm(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const sent = request({ port: shell.port, host: '127.0.0.1', path, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });

const cookie = () => admitted;

/** Messages as they come; `next` waits for one. */
function connect(options: { origin?: string; cookie?: string; have?: number } = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${shell.port}/socket?session=${session}&have=${options.have ?? 0}`, {
    origin: options.origin ?? `http://127.0.0.1:${shell.port}`,
    headers: { cookie: options.cookie ?? cookie() },
  });
  const queue: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  socket.on('message', (data) => {
    const message: unknown = JSON.parse(String(data));
    const take = waiting.shift();
    if (take) take(message);
    else queue.push(message);
  });
  const next = () => new Promise<unknown>((resolve) => (queue.length ? resolve(queue.shift()) : waiting.push(resolve)));
  return { socket, next, refused: new Promise<Error>((resolve) => socket.on('error', resolve)) };
}

describe('the web shell', () => {
  test('turns the token into a cookie that scripts cannot read', async () => {
    const answer = await get(`/?token=${token}`);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/');
    const [set] = answer.headers['set-cookie'] as string[];
    expect(set).toMatch(/^skiff-\d+=[\w-]{32}; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(set).not.toContain(cookie());
    expect((await get('/', { cookie: `skiff-${shell.port}=${token}` })).status).toBe(401);
  });

  test('serves the window under a strict policy', async () => {
    const answer = await get('/', { cookie: cookie() });
    expect(answer).toMatchObject({ status: 200, body: '<p>window</p>' });
    expect(answer.headers['content-security-policy']).toContain("script-src 'self';");
  });

  test.each([
    ['no cookie', '/', {}, 401],
    ['another token', '/?token=guess', {}, 401],
    ['another host', '/', { host: 'evil.example' }, 403],
  ])('refuses %s', async (_, path, headers, status) => expect((await get(path, headers)).status).toBe(status));

  test('serves nothing outside its folder', async () =>
    expect((await get('/..%2f..%2fetc/passwd', { cookie: cookie() })).status).toBe(404));

  test.each([
    ['from another site', { origin: 'http://evil.example' }],
    ['without the cookie', { cookie: 'none=1' }],
  ])('refuses a socket %s', async (_, options) => expect((await connect(options).refused).message).toContain('403'));

  test.each([
    ['of another host', '/socket', { host: 'evil.example' }, 403],
    ['without an origin', '/socket', { origin: '' }, 403],
    ['to no URL, unasked', '//', { cookie: '' }, 403],
    ['to no URL', '//', {}, 400],
    ['elsewhere', '/other', {}, 403],
    ['without a session', '/socket', {}, 403],
  ])('refuses an upgrade %s and lives on', async (_, path, headers, status) => {
    const own = { origin: `http://127.0.0.1:${shell.port}`, cookie: cookie() };
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };
    expect((await get(path, { ...own, ...upgrade, ...headers })).status).toBe(status);
    expect((await get('/', { cookie: cookie() })).status).toBe(200);
  });

  test.each(['/%', '/%00', '/assets%2f..%2f..%2f..%2fetc/passwd', '/index.html/x', '/%2fetc/passwd'])(
    'answers %s like anything that is not there',
    async (path) => expect((await get(path, { cookie: cookie() })).status).toBe(404),
  );

  test('never redirects elsewhere', async () =>
    expect((await get(`/.//evil.example?token=${token}`)).headers.location).toBe('/'));

  test('opens a browser with an address that works once', async () => {
    const { search } = new URL(shell.addressOnce());
    const first = await get(`/${search}`);
    expect(first.status).toBe(303);
    expect((await get(`/${search}`)).status).toBe(401);
    const [set = ''] = first.headers['set-cookie'] as string[];
    const again = await get(`/${search}`, { cookie: set.split(';')[0] ?? '' });
    expect([again.status, again.headers['set-cookie']]).toEqual([303, undefined]);
  });

  test('tells its windows that it ends', async () => {
    const page = connect();
    await page.next();
    const closed = new Promise((resolve) => page.socket.once('close', resolve));
    await shell.close();
    expect(await closed).toBe(1001);
  });

  test('answers a request to no URL', async () => expect((await get('//', { cookie: cookie() })).status).toBe(400));

  test.each(['{', 'null', '1', '{}', '{"have":"x"}', '{"call":1}'])('closes a socket that sends %s', async (text) => {
    const page = connect();
    await page.next();
    const closed = new Promise((resolve) => page.socket.once('close', resolve));
    page.socket.send(text);
    expect(await closed).toBe(1007);
  });

  test('answers calls and passes on events', async () => {
    const page = connect();
    expect(await page.next()).toEqual({ hello: { resumed: false } });
    page.socket.send(JSON.stringify({ call: 1, name: 'context.list' }));
    expect(await page.next()).toEqual({ batch: 1, items: [{ reply: 1, value: { ok: true, value: [] } }] });
    services.tell('skiff');
    expect(await page.next()).toMatchObject({
      batch: 2,
      items: [{ event: 'context.changed', data: [{ name: 'skiff' }] }],
    });
  });

  test('says so where a call does not exist', async () => {
    const page = connect();
    await page.next();
    page.socket.send(JSON.stringify({ call: 1, name: 'constructor' }));
    expect(await page.next()).toMatchObject({ items: [{ value: { ok: false, error: { code: 'UnknownCall' } } }] });
  });

  test('keeps what a page missed while its socket was broken, and runs no call twice', async () => {
    const before = connect();
    await before.next();
    before.socket.send(JSON.stringify({ call: 1, name: 'context.use', input: { context: 'once' } }));
    await before.next();
    before.socket.terminate();
    await new Promise((resolve) => before.socket.once('close', resolve));
    services.tell('meanwhile');
    const after = connect({ have: 1 });
    expect(await after.next()).toEqual({ hello: { resumed: true } });
    expect(await after.next()).toMatchObject({ batch: 2, items: [{ event: 'context.changed' }] });
    after.socket.send(JSON.stringify({ call: 1, name: 'context.use', input: { context: 'once' } }));
    after.socket.send(JSON.stringify({ call: 2, name: 'context.list' }));
    expect(await after.next()).toMatchObject({ batch: 3, items: [{ reply: 2 }] });
  });
});
