/**
 * Finds or makes the node image, in this order: the engine already has it; pull it, if a repository is set; build it,
 * if the Dockerfile's base images can be reached; assemble it from this machine's own files, which needs no registry.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { messageOf } from '../../../agent/api/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import { EngineError } from '../../engine/errors.ts';
import { which } from '../../engine/remedy.ts';
import { DamagedFile, readJsonIfExists, writeAtomically } from '../../own-files.ts';
import { nodeImageLabel } from '../names.ts';
import { compiledFiles } from './compiled.ts';
import { contentHash, fingerprint, hostFiles, type ImageFile, ownFiles } from './files.ts';
import { tarOf } from './layer.ts';
import { pruneNodeImages } from './prune.ts';

const run = promisify(execFile);
const repository = 'skiff-node';
/** Milliseconds. A registry that does not answer in this time counts as out of reach. */
const registryPatience = 3000;

export interface NodeImageSources {
  /** `dist` with `agent/` and `schema/`. */
  dist: string;
  /** `agent/image` with the Dockerfile and `supervise.sh`. */
  imageFolder: string;
  /** Folder that keeps hashes between runs. */
  cacheFolder: string;
  /** Node 24 for Linux; undefined if this machine has none. */
  nodeBinary: string | undefined;
  env: NodeJS.ProcessEnv;
}

interface Recipe {
  title: string;
  /** Why the recipe cannot be tried; undefined if it can. */
  obstacle?: string | undefined;
  make(tag: string, signal: AbortSignal): Promise<void>;
}

/** Resolves with the image's name. */
export async function ensureNodeImage(
  engine: Engine,
  sources: NodeImageSources,
  signal: AbortSignal,
  say: (line: string) => void = () => {},
): Promise<string> {
  const own = ownFiles(sources.dist, sources.imageFolder);
  const host = await filesOfHost(sources);
  const assembled = 'obstacle' in host ? own : [...own, ...host.files];
  const tag = `${repository}:${await rememberedHash(assembled, sources.cacheFolder)}`;
  if (await engine.images.id(tag, signal)) return tag;
  const failures: string[] = [];
  for (const recipe of [
    pull(engine, sources),
    build(engine, sources, own, 'obstacle' in host),
    assemble(engine, sources, assembled, 'obstacle' in host ? host.obstacle : undefined, say),
  ]) {
    signal.throwIfAborted();
    if (recipe.obstacle) {
      failures.push(`${recipe.title}: ${recipe.obstacle}`);
      continue;
    }
    say(`${recipe.title} ${tag}`);
    try {
      await recipe.make(tag, signal);
      await pruneNodeImages(engine, tag);
      return tag;
    } catch (error) {
      signal.throwIfAborted();
      failures.push(`${recipe.title}: ${messageOf(error)}`);
    }
  }
  throw new EngineError('NoNodeImage', ['Skiff could not make the node image', ...failures].join('\n  '), {
    hint: 'Connect to the internet once, or set SKIFF_NODE_IMAGE_REPOSITORY to a repository that has the image.',
  });
}

/** The files to assemble an image from, or why that is impossible; a registry may still have the image. */
async function filesOfHost({ nodeBinary }: NodeImageSources): Promise<{ files: ImageFile[] } | { obstacle: string }> {
  if (process.platform !== 'linux' || !nodeBinary) return { obstacle: 'needs Linux and Node 24' };
  try {
    return { files: await hostFiles(nodeBinary) };
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'ToolMissing') throw error;
    return { obstacle: [error.message, error.hint].filter(Boolean).join('. ') };
  }
}

interface Remembered {
  fingerprint: string;
  hash: string;
}

/** A cached value that cannot be read is computed again. */
async function recall(file: string): Promise<Remembered | undefined> {
  try {
    return await readJsonIfExists<Remembered>(file);
  } catch (error) {
    if (error instanceof DamagedFile) return undefined;
    throw error;
  }
}

/** Cached, because reading a hundred megabytes at each start would cost more than the start. */
async function rememberedHash(files: ImageFile[], cacheFolder: string): Promise<string> {
  const file = join(cacheFolder, 'node-image.json');
  const print = fingerprint(files);
  const kept = await recall(file);
  if (kept?.fingerprint === print) return kept.hash;
  const hash = contentHash(files);
  await writeAtomically(file, JSON.stringify({ fingerprint: print, hash }));
  return hash;
}

const pull = (engine: Engine, { env }: NodeImageSources): Recipe => ({
  title: 'Pull',
  obstacle: env.SKIFF_NODE_IMAGE_REPOSITORY ? undefined : 'SKIFF_NODE_IMAGE_REPOSITORY is not set',
  async make(tag, signal) {
    const [, version = 'latest'] = tag.split(':');
    const remote = `${env.SKIFF_NODE_IMAGE_REPOSITORY}:${version}`;
    await engine.images.pull(remote, AbortSignal.any([signal, AbortSignal.timeout(60_000)]));
    await engine.images.tag(remote, repository, version);
  },
});

/**
 * If building is the only way left, try it without asking the registry first: the engine may use a mirror or a proxy.
 */
const build = (engine: Engine, sources: NodeImageSources, own: ImageFile[], isLast: boolean): Recipe => ({
  title: 'Build',
  obstacle: sources.env.SKIFF_OFFLINE === '1' ? 'SKIFF_OFFLINE=1' : undefined,
  async make(tag, signal) {
    if (!isLast) await requireRegistry(signal);
    await engine.images.build(buildContext(sources, own), { tag }, signal);
  },
});

async function requireRegistry(signal: AbortSignal): Promise<void> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(registryPatience)]);
  // 401 is the registry's usual answer to a request without a token: it can be reached.
  const answer = await fetch('https://registry-1.docker.io/v2/', { signal: within });
  if (answer.status !== 200 && answer.status !== 401) throw new Error(`registry-1.docker.io answered ${answer.status}`);
}

/** The context of `docker build`: Skiff's own files beside the Dockerfile. */
export const buildContext = ({ imageFolder }: Pick<NodeImageSources, 'imageFolder'>, own: ImageFile[]): Readable =>
  tarOf([
    ...own.map((file) => ({ ...file, path: file.path.replace('/opt/skiff/', '/') })),
    { path: '/Dockerfile', mode: 0o644, source: { file: join(imageFolder, 'Dockerfile') } },
  ]);

const assemble = (
  engine: Engine,
  sources: NodeImageSources,
  files: ImageFile[],
  obstacle: string | undefined,
  say: (line: string) => void,
): Recipe => ({
  title: 'Assemble',
  obstacle,
  async make(tag, signal) {
    const scratch = mkdtempSync(join(tmpdir(), 'skiff-image-'));
    try {
      const [slim, compiled] = await Promise.all([
        Promise.all(files.map((file) => withoutSymbols(file, scratch))),
        compiledOrNone(sources, join(scratch, 'skiff'), say),
      ]);
      const layer = tarOf(
        [...slim, ...compiled],
        ['/etc/skiff', '/var/lib/skiff', '/root', '/tmp', '/run', '/proc', '/sys', '/dev'],
      );
      await engine.images.import(layer, tag, instructions, signal);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  },
});

/** An image without compiled code does the same, more slowly. */
async function compiledOrNone(
  { dist, nodeBinary }: NodeImageSources,
  scratch: string,
  say: (line: string) => void,
): Promise<ImageFile[]> {
  try {
    return nodeBinary ? await compiledFiles(nodeBinary, dist, scratch) : [];
  } catch (error) {
    say(`the image is made without compiled code: ${messageOf(error)}`);
    return [];
  }
}

/** Debug symbols are a seventh of the Node binary. */
async function withoutSymbols(file: ImageFile, scratch: string): Promise<ImageFile> {
  const strip = which('strip');
  if (!strip || !file.path.endsWith('/node') || !('file' in file.source)) return file;
  const stripped = join(scratch, 'node');
  await run(strip, ['-o', stripped, file.source.file]);
  return { ...file, source: { file: stripped } };
}

const instructions = [
  'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'ENV NODE_ENV=production',
  `LABEL ${nodeImageLabel}`,
  'CMD ["/bin/sh", "/opt/skiff/supervise.sh"]',
];
