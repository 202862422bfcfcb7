import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { abilitiesOf, readAbilities, readHandlers } from '../../../../../agent/kubelet/runtime/docker/abilities.ts';
import { connectEngine } from '../../../../../agent/kubelet/runtime/docker/engine.ts';

const rootful = { podman: true, limits: { cpu: true, memory: true }, rootless: false };

test.each([
  ['Docker', false, {}, { ...rootful, podman: false }],
  ['Podman of root', true, { cgroupControllers: ['cpu', 'memory'], security: { rootless: false } }, rootful],
  ['Podman of root that lists no controllers', true, { cgroupControllers: null }, rootful],
  [
    'rootless Podman with what systemd delegates by itself',
    true,
    { cgroupControllers: ['memory', 'pids'], security: { rootless: true } },
    { podman: true, limits: { cpu: false, memory: true }, rootless: true },
  ],
  [
    'rootless Podman on cgroup v1',
    true,
    { cgroupControllers: [], security: { rootless: true } },
    { podman: true, limits: { cpu: false, memory: false }, rootless: true },
  ],
])('what %s can do', (_who, podman, host, expected) => {
  expect(abilitiesOf(podman, { host })).toEqual(expected);
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-abilities-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('Podman is asked at an address with a version, as it has no other', async () => {
  const info = { host: { cgroupControllers: ['pids'], security: { rootless: true } } };
  const server = createServer((request, response) => {
    response.setHeader('libpod-api-version', '4.3.1');
    response.statusCode = /^\/(_ping|v4\.0\.0\/libpod\/info)/.test(request.url ?? '') ? 200 : 404;
    response.end(request.url?.includes('info') ? JSON.stringify(info) : 'OK');
  });
  const socket = join(folder, 'engine.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const abilities = await readAbilities(connectEngine(socket), AbortSignal.timeout(5000));
  server.close();
  expect(abilities).toEqual({ podman: true, limits: { cpu: false, memory: false }, rootless: true });
});

test.each([
  [
    'all that Docker was given',
    false,
    { Runtimes: { runc: { path: 'runc' }, runsc: { path: '/bin/runsc' } } },
    ['runc', 'runsc'],
  ],
  ['the one that Podman uses', true, { host: { ociRuntime: { name: 'crun' } } }, ['crun']],
  ['none where the engine does not tell', false, {}, []],
])('pods may ask for %s', async (_, podman, info, expected) => {
  const server = createServer((request, response) => {
    if (podman) response.setHeader('libpod-api-version', '4.3.1');
    response.end(request.url?.includes('info') ? JSON.stringify(info) : 'OK');
  });
  const socket = join(folder, 'engine.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const signal = AbortSignal.timeout(5000);
  const engine = connectEngine(socket);
  const handlers = await readHandlers(engine, await readAbilities(engine, signal), signal);
  server.close();
  expect(handlers).toEqual(expected);
});
