import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findEngine, passedOver } from '../../../../main/engine/find.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'skiff-find-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const docker = (apiVersion: string) => ({ server: 'Docker/20.10.24+dfsg1 (linux)', 'api-version': apiVersion });
const podman = { server: 'Libpod/4.3.1 (linux)', 'api-version': '1.41', 'libpod-api-version': '4.3.1' };

/** What engines were asked and did not answer. */
const unanswered: (string | undefined)[] = [];

/** An engine as far as finding it goes, on a socket. */
async function serve(socket: string, headers: Record<string, string>, silent: string[] = []): Promise<() => void> {
  const server = createServer((request, response) => {
    if (silent.some((path) => request.url?.startsWith(path))) return void unanswered.push(request.url);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.end(request.url?.startsWith('/_ping') ? 'OK' : JSON.stringify({ NCPU: 2, MemTotal: 4096 }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return () => server.close();
}

const hostWith = (host: string) => ({ env: { DOCKER_HOST: host }, platform: 'linux' as const, home, uid: 4242 });
const outcome = (status: { looked: { endpoint: string; outcome: string }[] }, endpoint: string) =>
  status.looked.find((one) => one.endpoint === endpoint)?.outcome;

it('takes the engine that DOCKER_HOST names', async () => {
  const endpoint = `unix://${join(home, 'engine.sock')}`;
  const close = await serve(join(home, 'engine.sock'), docker('1.41'));
  const { status } = await findEngine(undefined, hostWith(endpoint));
  close();
  expect(status).toMatchObject({ found: true, name: 'Docker 20.10.24', endpoint, apiVersion: '1.41', cpus: 2 });
});

it('knows Podman by the headers of its answer', async () => {
  const endpoint = `unix://${join(home, 'engine.sock')}`;
  const close = await serve(join(home, 'engine.sock'), podman);
  const { engine } = await findEngine(undefined, hostWith(endpoint));
  close();
  expect(engine?.info).toMatchObject({ name: 'Podman 4.3.1', podman: true });
});

it('passes over an engine that is too old, and says so', async () => {
  const endpoint = `unix://${join(home, 'engine.sock')}`;
  const close = await serve(join(home, 'engine.sock'), docker('1.40'));
  const { status } = await findEngine(undefined, hostWith(endpoint));
  close();
  expect(outcome(status, endpoint)).toBe('Docker 20.10.24 speaks API 1.40; 1.41 or newer is needed');
});

it('hangs up on an engine that has fallen silent, and takes questions back', async () => {
  const endpoint = `unix://${join(home, 'engine.sock')}`;
  const close = await serve(join(home, 'engine.sock'), docker('1.41'), ['/images/', '/containers/']);
  const { engine } = await findEngine(undefined, hostWith(endpoint));
  const image = engine?.images.id('any', AbortSignal.timeout(10));
  await expect(image).rejects.toMatchObject({ name: 'TimeoutError' });
  const removal = engine?.remove('any');
  await vi.waitFor(() => expect(unanswered).toHaveLength(2), { timeout: 20_000 });
  engine?.close();
  await expect(removal).rejects.toMatchObject({ code: 'EngineFailed' });
  close();
});

it('never takes an engine on another machine', async () => {
  const { status } = await findEngine(undefined, hostWith('tcp://engine.example:2375'));
  expect(outcome(status, 'tcp://engine.example:2375')).toBe('not on this machine');
});

it('takes no other engine than the one that DOCKER_HOST names, and says what is wrong with it', async () => {
  const close = await serve(join(home, 'docker.sock'), docker('1.41'));
  const env = { DOCKER_HOST: `unix://${join(home, 'gone.sock')}`, XDG_RUNTIME_DIR: home };
  const { status } = await findEngine(undefined, { ...hostWith(''), env });
  close();
  expect(status).toEqual({
    found: false,
    looked: [{ endpoint: env.DOCKER_HOST, source: 'DOCKER_HOST', outcome: 'not there' }],
    remedy: {
      title: `DOCKER_HOST asks for ${env.DOCKER_HOST}: not there. Start that engine, or unset DOCKER_HOST to use another.`,
      canRun: false,
    },
  });
});

it('tells which engine was preferred where another one is used', () => {
  const looked = [
    { endpoint: 'unix:///colima.sock', source: 'docker context colima', outcome: 'nothing listens there' },
    { endpoint: 'unix:///var/run/docker.sock', source: 'Docker', outcome: 'Docker 28.0 answers' },
  ];
  expect(passedOver({ found: true, looked })).toBe(
    'docker context colima (unix:///colima.sock): nothing listens there; using Docker at unix:///var/run/docker.sock instead',
  );
  expect(passedOver({ found: true, looked: looked.slice(1) })).toBeUndefined();
});

it('connects to a socket itself, whatever DOCKER_HOST says', async () => {
  vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1');
  const endpoint = `unix://${join(home, 'engine.sock')}`;
  const close = await serve(join(home, 'engine.sock'), docker('1.41'));
  const { status } = await findEngine(undefined, hostWith(endpoint));
  close();
  expect(status).toMatchObject({ found: true, endpoint });
});
