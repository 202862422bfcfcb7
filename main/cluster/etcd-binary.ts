/**
 * The etcd of several control planes: the program alone, which goes into their containers. It comes out of the image
 * that the user names, or from this Linux machine, whose package it then is.
 */
import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import type { Engine } from '../engine/engine.ts';
import { EngineError } from '../engine/errors.ts';
import { which } from '../engine/remedy.ts';
import type { ImageFile } from './image/files.ts';
import { labels } from './names.ts';

export interface EtcdSources {
  engine: Engine;
  profile: string;
  /** The image that the user named. */
  image: string | undefined;
  cacheFolder: string;
}

/** Where the images of etcd and of Kubernetes have it, and Debian's package. */
const places = ['/usr/local/bin/etcd', '/usr/bin/etcd'];
/** An example for messages. */
const usualImage = 'registry.k8s.io/etcd:3.6.6-0';

const missing = () =>
  new EngineError('NoEtcd', 'several control planes need etcd, which this machine does not have', {
    hint:
      process.platform === 'linux'
        ? `Install it, e.g. \`sudo apt-get install etcd-server\`, or name an image that has it: \`--etcd-image ${usualImage}\`.`
        : `Name an image that has it: \`--etcd-image ${usualImage}\`.`,
  });

/** Resolves with the file as it goes into a node. Rejects with `NoEtcd` where it cannot be had, and says what to do. */
export async function etcdFile(sources: EtcdSources, signal: AbortSignal): Promise<ImageFile> {
  const file = sources.image
    ? await fromImage(sources, sources.image, signal)
    : process.platform === 'linux'
      ? which('etcd')
      : undefined;
  if (!file) throw missing();
  return { path: '/usr/local/bin/etcd', mode: 0o755, source: { file } };
}

async function idOf({ images }: Engine, image: string, signal: AbortSignal): Promise<string> {
  const present = await images.id(image, signal);
  if (present) return present;
  try {
    await images.pull(image, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new EngineError('NoEtcd', `the image ${image}, which should have etcd, can neither be found nor pulled`, {
      hint: 'Pull or load it on the engine, or name another image with `--etcd-image`.',
      command: `docker pull ${image}`,
      cause,
    });
  }
  return (await images.id(image, signal)) ?? image;
}

/** Kept by the image's id: it is taken out of the image once. */
async function fromImage(sources: EtcdSources, image: string, signal: AbortSignal): Promise<string> {
  const { engine, cacheFolder, profile } = sources;
  const id = await idOf(engine, image, signal);
  const file = join(cacheFolder, `etcd-${id.replace('sha256:', '').slice(0, 12)}`);
  if (existsSync(file)) return file;
  await mkdir(cacheFolder, { recursive: true });
  const name = `skiff-etcd-${randomBytes(4).toString('hex')}`;
  // Never started: it makes the image's files readable.
  await engine.create({ name, Image: image, Cmd: ['etcd'], Labels: { [labels.profile]: profile } });
  try {
    for (const place of places) if (await copied(engine, name, place, file, signal)) return file;
  } finally {
    await engine.remove(name);
  }
  throw new EngineError('NoEtcd', `the image ${image} has no etcd: neither ${places.join(' nor ')} is there`, {
    hint: `Name an image that has it, e.g. \`--etcd-image ${usualImage}\`.`,
  });
}

/** Resolves with false if the container does not have the file; follows a link beside it. */
async function copied(engine: Engine, id: string, path: string, file: string, signal: AbortSignal): Promise<boolean> {
  const archive = await engine.copyFrom(id, path, signal);
  if (!archive) return false;
  const fresh = `${file}.${process.pid}`;
  const files = extract();
  const reading = pipeline(archive, files);
  let link: string | undefined;
  for await (const entry of files) {
    if (entry.header.type === 'symlink') link = basename(entry.header.linkname ?? '');
    if (entry.header.type === 'file') await pipeline(entry, createWriteStream(fresh));
    else entry.resume();
  }
  await reading;
  if (link) return copied(engine, id, path.replace(/[^/]+$/, link), file, signal);
  if (!existsSync(fresh)) return false;
  await rename(fresh, file).finally(() => rm(fresh, { force: true }));
  return true;
}
