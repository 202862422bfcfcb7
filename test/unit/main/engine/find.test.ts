import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findEngine } from '../../../../main/engine/find.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'skiff-find-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

/** An engine as far as finding it goes, on a socket. */
async function serve(socket: string, apiVersion: string): Promise<() => void> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    const version = { Version: '20.10.24+dfsg1', ApiVersion: apiVersion, Arch: 'amd64' };
    response.end(JSON.stringify(request.url?.endsWith('/version') ? version : { NCPU: 2, MemTotal: 4096 }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return () => server.close();
}

const around = (host: string) => ({ env: { DOCKER_HOST: host }, platform: 'linux' as const, home, uid: 4242 });
const outcome = (status: { looked: { endpoint: string; outcome: string }[] }, endpoint: string) =>
  status.looked.find((one) => one.endpoint === endpoint)?.outcome;

it('takes the engine that DOCKER_HOST names', async () => {
  const endpoint = `unix://${join(home, 'engine.sock')}`;
  const close = await serve(join(home, 'engine.sock'), '1.41');
  const { status } = await findEngine(undefined, around(endpoint));
  close();
  expect(status).toMatchObject({ found: true, name: 'Docker 20.10.24', endpoint, apiVersion: '1.41', cpus: 2 });
});

it('passes over an engine that is too old, and says so', async () => {
  const endpoint = `unix://${join(home, 'engine.sock')}`;
  const close = await serve(join(home, 'engine.sock'), '1.40');
  const { status } = await findEngine(undefined, around(endpoint));
  close();
  expect(outcome(status, endpoint)).toBe('Docker 20.10.24 speaks API 1.40; 1.41 or newer is needed');
});

it('never takes an engine on another machine', async () => {
  const { status } = await findEngine(undefined, around('tcp://engine.example:2375'));
  expect(outcome(status, 'tcp://engine.example:2375')).toBe('not on this machine');
});

it('connects to a socket itself, whatever DOCKER_HOST says', async () => {
  vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1');
  const endpoint = `unix://${join(home, 'engine.sock')}`;
  const close = await serve(join(home, 'engine.sock'), '1.41');
  const { status } = await findEngine(undefined, around(endpoint));
  close();
  expect(status).toMatchObject({ found: true, endpoint });
});
