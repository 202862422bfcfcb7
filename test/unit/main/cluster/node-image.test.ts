/** Which way to the node image is taken, with a server that answers as an engine does. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ensureNodeImage, type NodeImageSources } from '../../../../main/cluster/image/node-image.ts';
import type { Engine } from '../../../../main/engine/engine.ts';
import { tryEngine } from '../../../../main/engine/find.ts';

let folder: string;
let server: Server;
let engine: Engine;
/** What the engine was asked to do; it has no image. */
let asked: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-node-image-'));
  for (const name of ['dist/agent', 'image']) mkdirSync(join(folder, name), { recursive: true });
  for (const file of ['dist/agent/agent.js', 'image/supervise.sh', 'image/Dockerfile']) {
    writeFileSync(join(folder, file), '');
  }
  asked = [];
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://engine');
    if (request.method === 'POST') asked.push(pathname);
    response.setHeader('api-version', '1.41').setHeader('server', 'Docker/20.10.24 (linux)');
    response.statusCode = pathname.startsWith('/images/skiff-node') ? 404 : 200;
    request.resume().on('end', () => response.end(pathname === '/images/json' ? '[]' : '{"NCPU":1,"MemTotal":1}'));
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'engine'), resolve));
  const found = await tryEngine(`unix://${join(folder, 'engine')}`);
  if (!found.engine) throw new Error(found.outcome);
  engine = found.engine;
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.close();
  rmSync(folder, { recursive: true });
});

const sources = (more: Partial<NodeImageSources> = {}): NodeImageSources => ({
  dist: join(folder, 'dist'),
  imageFolder: join(folder, 'image'),
  cacheFolder: join(folder, 'cache'),
  nodeBinary: undefined,
  env: {},
  ...more,
});
const { signal } = new AbortController();

it('asks the engine to build where nothing else is left, whatever this process can reach itself', async () => {
  expect(await ensureNodeImage(engine, sources(), signal)).toMatch(/^skiff-node:/);
  expect(asked).toEqual(['/build']);
});

it('does without the tools of this machine where the engine can build', async () => {
  vi.stubEnv('PATH', '');
  await ensureNodeImage(engine, sources({ nodeBinary: process.execPath }), signal);
  expect(asked).toEqual(['/build']);
});

it('names each way that was not taken, and why', async () => {
  vi.stubEnv('PATH', '');
  const making = ensureNodeImage(
    engine,
    sources({ nodeBinary: process.execPath, env: { SKIFF_OFFLINE: '1' } }),
    signal,
  );
  await expect(making).rejects.toThrow(
    /Pull: SKIFF_NODE_IMAGE_REPOSITORY.*\n.*Build: SKIFF_OFFLINE=1\n.*Assemble: making the node image needs `sh`/,
  );
});
