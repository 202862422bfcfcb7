/** The ways to a node image that the labs do not take: built from the Dockerfile, and pulled from a registry. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { hostFiles, type ImageFile, ownFiles } from '../../main/cluster/image/files.ts';
import { tarOf } from '../../main/cluster/image/layer.ts';
import { buildContext, ensureNodeImage } from '../../main/cluster/image/node-image.ts';
import { memoryFlags } from '../../main/cluster/nodes-process.ts';
import type { Engine } from '../../main/engine/engine.ts';
import { findEngine } from '../../main/engine/find.ts';
import { buildTestImages } from '../images/build.ts';
import { startTinyRegistry } from './tiny-registry.ts';

const root = resolve(import.meta.dirname, '../..');
const imageFolder = join(root, 'agent/image');
const dist = join(root, 'dist');
const run = promisify(execFile);
const signal = AbortSignal.timeout(280_000);
/** As many as there are processes that run these tests at the same time. */
const tag = `test-${process.pid}`;
const base = `skiff-test-base:${tag}`;
const undo: (() => unknown)[] = [];

let engine: Engine;
let folder: string;

beforeAll(async () => {
  await buildTestImages(['busybox:1']);
  const found = await findEngine();
  if (!found.engine) throw new Error('no engine');
  engine = found.engine;
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skiff-image-'));
  undo.push(() => rmSync(folder, { recursive: true }));
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** What a container of the image prints and writes to stderr; rejects where it fails. */
async function outputOf(image: string, ...command: string[]): Promise<string> {
  const args = ['run', '--rm', '--network', 'none', '--entrypoint', command[0] ?? '', image, ...command.slice(1)];
  const { stdout, stderr } = await run('docker', args);
  return stdout + stderr;
}

/**
 * Stands in for both of the Dockerfile's base images: this machine's tools, and an `apt-get` that notes what it is
 * told.
 */
async function buildBase(): Promise<void> {
  const files = (await hostFiles(process.execPath)).filter(({ path }) => !path.startsWith('/etc/'));
  const text = (path: string, content: string): ImageFile => ({ path, mode: 0o755, source: { text: content } });
  const context = tarOf([
    ...files.map((file) => ({ ...file, path: `/files${file.path}` })),
    text('/apt-get', '#!/bin/busybox sh\necho "$@" >> /var/log/apt-get\n'),
    text('/Dockerfile', 'FROM busybox:1\nCOPY files /\nCOPY apt-get /usr/bin/apt-get\nRUN mkdir -p /var/log\n'),
  ]);
  await engine.images.build(context, { tag: base }, signal);
  undo.push(() => engine.images.remove(base));
}

test('the Dockerfile makes an image in which the agent has its tools', async () => {
  await buildBase();
  const dockerfile = readFileSync(join(imageFolder, 'Dockerfile'), 'utf8');
  expect(dockerfile.match(/^FROM \S+/gm)).toEqual(['FROM node:24-bookworm-slim', 'FROM debian:bookworm-slim']);
  cpSync(imageFolder, folder, { recursive: true });
  writeFileSync(join(folder, 'Dockerfile'), dockerfile.replace(/^FROM \S+/gm, `FROM ${base}`));

  const image = `skiff-test-node:${tag}`;
  const own = ownFiles(dist, folder);
  await engine.images.build(buildContext({ imageFolder: folder }, own), { tag: image }, signal);
  undo.push(() => engine.images.remove(image));

  expect(await engine.images.list(['dev.skiff.image=node'])).toContainEqual(
    expect.objectContaining({ RepoTags: [image] }),
  );
  expect(await outputOf(image, 'cat', '/var/log/apt-get')).toMatch(/^update -q\ninstall -y .*nftables iproute2 /);
  const paths = own.map(({ path }) => path).sort();
  expect((await outputOf(image, 'ls', ...paths)).trim().split('\n').sort()).toEqual(paths);
  expect(await outputOf(image, 'node', '--version')).toMatch(/^v2[4-9]\./);
  // It comes as far as its configuration, which a container of the image alone does not have.
  await expect(outputOf(image, 'node', '/opt/skiff/agent/agent.js')).rejects.toThrow('/etc/skiff');
  // The compiled code that it carries fits the Node that runs there.
  const compiled = 'NODE_COMPILE_CACHE=/opt/skiff/compiled NODE_COMPILE_CACHE_PORTABLE=1';
  const start = `${compiled} node ${memoryFlags.join(' ')} /opt/skiff/agent/agent.js`;
  expect(await outputOf(image, 'sh', '-c', `NODE_DEBUG_NATIVE=COMPILE_CACHE ${start} || true`)).toMatch(
    /\/agent\.js was accepted/,
  );
  expect(await outputOf(image, '/usr/sbin/nft', '--version')).toMatch(/^nftables v/);
  expect(await outputOf(image, '/sbin/ip', '-V')).toMatch(/^ip utility/);
  expect(await outputOf(image, '/usr/bin/nsenter', '--version')).toMatch(/util-linux/);
});

test('a repository that is set has the image pulled from it, under the name of its content', async () => {
  mkdirSync(join(folder, 'agent'));
  writeFileSync(join(folder, 'agent/agent.js'), `// ${tag} ${folder}\n`);
  const layer = await buffer(tarOf([{ path: '/pulled', mode: 0o644, source: { text: 'yes' } }]));
  const registry = await startTinyRegistry(layer, { Labels: { 'dev.skiff.image': 'node' } });
  undo.push(() => registry.close());
  const said: string[] = [];
  const sources = {
    dist: folder,
    imageFolder,
    cacheFolder: folder,
    nodeBinary: process.execPath,
    env: { SKIFF_NODE_IMAGE_REPOSITORY: `${registry.host}/skiff/node`, SKIFF_OFFLINE: '1' },
  };
  const image = await ensureNodeImage(engine, sources, signal, (line) => said.push(line));
  const [, hash] = image.split(':');
  undo.push(
    () => engine.images.remove(image),
    () => engine.images.remove(`${registry.host}/skiff/node:${hash}`),
  );
  expect(image).toMatch(/^skiff-node:[0-9a-f]{12}$/);
  expect(said).toEqual([`Pull ${image}`]);
  expect(registry.asked).toContain(`/v2/skiff/node/manifests/${hash}`);
  const created = await engine.create({ Image: image, Cmd: ['/none'], name: `skiff-test-pulled-${process.pid}` });
  undo.push(() => engine.remove(created));
  expect((await engine.inspect(created))?.Config.Labels).toMatchObject({ 'dev.skiff.image': 'node' });

  registry.close();
  expect(await ensureNodeImage(engine, sources, signal)).toBe(image);
});
