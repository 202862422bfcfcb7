import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { skiffHome } from '../../../../main/cluster/home.ts';
import { engineCandidates } from '../../../../main/engine/candidates.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'skiff-engines-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const look = (env: NodeJS.ProcessEnv = {}, platform: NodeJS.Platform = 'linux') =>
  engineCandidates({ env, platform, home, uid: 1000 });

it('tries DOCKER_HOST and nothing else', () => {
  const expected = [{ endpoint: 'tcp://127.0.0.1:2375', source: 'DOCKER_HOST' }];
  expect(look({ DOCKER_HOST: 'tcp://127.0.0.1:2375', DOCKER_CONTEXT: 'colima' })).toEqual(expected);
});

it('tries DOCKER_CONTEXT and nothing else, also where there is no such context', () => {
  expect(look({ DOCKER_CONTEXT: 'gone' })).toEqual([{ endpoint: '', source: 'docker context gone' }]);
});

it('tries the usual sockets where DOCKER_CONTEXT is the default one', () => {
  expect(look({ DOCKER_CONTEXT: 'default' })[0]?.source).toBe('Docker');
});

it('takes a variable that is set to nothing for one that is not set', () => {
  const empty = { DOCKER_HOST: '', DOCKER_CONTEXT: '', DOCKER_CONFIG: '', XDG_RUNTIME_DIR: '' };
  expect(look(empty)).toEqual(look());
  expect(skiffHome({ XDG_DATA_HOME: '' }, 'linux', home).root).toBe(join(home, '.local/share/skiff'));
});

it('tries the current docker context first, and then the usual sockets', () => {
  const folder = join(home, '.docker/contexts/meta', createHash('sha256').update('colima').digest('hex'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(home, '.docker/config.json'), '{"currentContext":"colima"}');
  writeFileSync(join(folder, 'meta.json'), '{"Endpoints":{"docker":{"Host":"unix:///colima.sock"}}}');
  expect(look().slice(0, 2)).toEqual([
    { endpoint: 'unix:///colima.sock', source: 'docker context colima' },
    { endpoint: 'unix:///var/run/docker.sock', source: 'Docker' },
  ]);
});

it('goes on where the docker configuration does not parse', () => {
  mkdirSync(join(home, '.docker'));
  writeFileSync(join(home, '.docker/config.json'), '{');
  expect(look()[0]?.source).toBe('Docker');
});

it('tries rootful and rootless Podman on Linux', () => {
  const endpoints = look({ XDG_RUNTIME_DIR: '/run/user/7' }).map(({ endpoint }) => endpoint);
  expect(endpoints).toEqual(
    expect.arrayContaining(['unix:///run/podman/podman.sock', 'unix:///run/user/7/podman/podman.sock']),
  );
});

it('tries every desktop engine on macOS', () => {
  expect(new Set(look({}, 'darwin').map(({ source }) => source))).toEqual(
    new Set(['Docker Desktop', 'Docker', 'Colima', 'Rancher Desktop', 'OrbStack', 'Podman machine']),
  );
});

it('tries named pipes on Windows', () => {
  expect(look({}, 'win32')[0]?.endpoint).toBe('npipe:////./pipe/docker_engine');
});
