/** Where a process finds the nodes that it runs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { nodePlaces } from '../../../../agent/roles/places.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-places-'));
  vi.stubEnv('SKIFF_CONFIG_FOLDER', folder);
  vi.stubEnv('SKIFF_DATA_FOLDER', '/data');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function configure(role: string, name = ''): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'node.json'), JSON.stringify({ role }));
}

it('a worker on a machine of its own has no store to open', () => {
  configure('worker');
  const all = [{ folder, dataFolder: '/data' }];
  expect(nodePlaces()).toEqual({ single: true, all, controlPlane: undefined });
});

it('a control plane on a machine of its own keeps its store in the data folder', () => {
  configure('control-plane');
  expect(nodePlaces()).toMatchObject({ single: true, controlPlane: { folder, dataFolder: '/data' } });
});

it('of several nodes in one process the control plane comes first, whatever their names', () => {
  configure('worker', 'c-worker');
  configure('worker', 'a-worker');
  configure('control-plane', 'b-control-plane');
  const place = (name: string) => ({ folder: join(folder, name), dataFolder: join('/data', name) });
  expect(nodePlaces()).toEqual({
    single: false,
    all: [place('b-control-plane'), place('a-worker'), place('c-worker')],
    controlPlane: place('b-control-plane'),
  });
});

it('a folder without nodes is named', () => {
  expect(nodePlaces).toThrow(`no node is configured: ${folder} is empty`);
});
