/** Which engine a profile is on, with servers that answer as engines do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Engines } from '../../../../main/cluster/engines.ts';
import { skiffHome } from '../../../../main/cluster/home.ts';
import type { Profile } from '../../../../main/cluster/profile.ts';
import { findEngine } from '../../../../main/engine/find.ts';

let folder: string;
let servers: Server[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-engines-'));
  servers = [];
});
afterEach(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

const endpointOf = (name: string): string => `unix://${join(folder, `${name}.sock`)}`;

async function serve(name: string, containers: object[] = []): Promise<void> {
  const answers: Record<string, unknown> = {
    '/info': { NCPU: 2, MemTotal: 4096 },
    '/containers/json': containers,
    '/volumes': { Volumes: [] },
  };
  const server = createServer((request, response) => {
    response.setHeader('api-version', '1.41');
    response.setHeader('server', 'Docker/20.10.24 (linux)');
    const { pathname } = new URL(request.url ?? '', 'http://engine');
    response.end(JSON.stringify(answers[pathname] ?? 'OK'));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(join(folder, `${name}.sock`), resolve));
}

const profileOn = (engine: string): Profile => ({
  name: 'mine',
  runtime: 'docker',
  engine: endpointOf(engine),
  network: { name: 'skiff-mine', subnet: '172.29.1.0/24' },
  nodes: [],
  apiPort: 6443,
});

const { signal } = new AbortController();
/** On a machine whose engine of choice is `preferred`. */
const engines = (preferred: string) =>
  new Engines({
    home: skiffHome({ SKIFF_HOME: folder }),
    find: () =>
      findEngine(signal, { env: { DOCKER_HOST: endpointOf(preferred) }, platform: 'linux', home: folder, uid: 1000 }),
  });

it('takes the one that the profile was made on, whatever else is preferred', async () => {
  await Promise.all([serve('old'), serve('new')]);
  const { info } = await engines('new').of(profileOn('old'), signal);
  expect(info.endpoint).toBe(endpointOf('old'));
});

it('makes a new profile on the preferred one', async () => {
  await Promise.all([serve('old'), serve('new')]);
  expect((await engines('new').of(undefined, signal)).info.endpoint).toBe(endpointOf('new'));
});

it('finds it again under another address, by the cluster on it', async () => {
  await serve('moved', [{ Id: 'a', Labels: { 'dev.skiff.profile': 'mine' } }]);
  expect((await engines('moved').of(profileOn('old'), signal)).info.endpoint).toBe(endpointOf('moved'));
});

it('says where the cluster is where its engine does not answer', async () => {
  await serve('new');
  await expect(engines('new').of(profileOn('old'), signal)).rejects.toMatchObject({
    code: 'EngineElsewhere',
    message: `profile mine is on the engine at ${endpointOf('old')}: not there; Docker 20.10.24 at ${endpointOf('new')} does not have it`,
    hint: expect.stringContaining(join(folder, 'profiles/mine')),
  });
});
