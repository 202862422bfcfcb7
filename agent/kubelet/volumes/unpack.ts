/**
 * Unpacks an image, as engines save it, into a folder: its layers one over the other, with what each one removes.
 * Loaded only when a pod mounts an image.
 * https://github.com/opencontainers/image-spec/blob/main/layer.md
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, lchown, link, lstat, mkdir, readdir, readFile, readlink, rm, symlink, utimes } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { unlessMissing } from '../../missing-file.ts';

/** Names in an archive, without the parts that lead nowhere. Throws for one that leads out of its folder. */
function partsOf(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new Error(`the archive has a name that leads out of it: ${name}`);
  return parts;
}

const isFolder = async (path: string): Promise<boolean> => (await unlessMissing(lstat(path)))?.isDirectory() ?? false;

const mostLinks = 40;

/**
 * The folder inside of `root` that a path in the image means. Links in the image are followed as if `root` were `/`, so
 * none leads out. Missing folders are made.
 */
async function folderIn(root: string, path: string): Promise<string> {
  const left = path.split('/');
  let at: string[] = [];
  for (let links = 0; left.length > 0; ) {
    const part = left.shift();
    if (!part || part === '.') continue;
    if (part === '..') {
      at = at.slice(0, -1);
      continue;
    }
    const next = join(root, ...at, part);
    const target = await readlink(next).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EINVAL' || error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (target === undefined) {
      if (!(await isFolder(next))) await mkdir(next, { mode: 0o755 });
      at = [...at, part];
      continue;
    }
    links += 1;
    if (links > mostLinks) throw new Error(`too many links in the image at ${path}`);
    if (target.startsWith('/')) at = [];
    left.unshift(...target.split('/'));
  }
  return join(root, ...at);
}

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';
/** Files of other owners can be made by root alone, which agents are. */
const mayGiveAway = process.getuid?.() === 0;

/** Applies one layer; `own` are the paths that it wrote itself, which an opaque folder of it keeps. */
class LayerWriter {
  private readonly root: string;
  private readonly own = new Set<string>();

  constructor(root: string) {
    this.root = root;
  }

  async add(header: Header, content: AsyncIterable<unknown>): Promise<void> {
    const parts = partsOf(header.name);
    const name = parts.pop();
    if (name === undefined) return;
    const folder = await folderIn(this.root, parts.join('/'));
    if (name === opaque) await this.clear(folder);
    else if (name.startsWith(whiteout))
      await rm(join(folder, name.slice(whiteout.length)), { recursive: true, force: true });
    else await this.write(join(folder, name), header, content);
  }

  private async clear(folder: string): Promise<void> {
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (!this.own.has(path)) await rm(path, { recursive: true, force: true });
    }
  }

  private async write(path: string, header: Header, content: AsyncIterable<unknown>): Promise<void> {
    const made = await this.make(path, header, content);
    if (!made) return;
    for (let own = path; own !== this.root; own = dirname(own)) this.own.add(own);
    if (mayGiveAway) await lchown(path, header.uid ?? 0, header.gid ?? 0);
    if (header.type === 'symlink') return;
    // After the owner: a change of owner takes away set-user-id bits.
    await chmod(path, (header.mode ?? 0o644) & 0o7777);
    if (header.mtime) await utimes(path, header.mtime, header.mtime);
  }

  /** False for what a volume does not show: devices, pipes, and second names of a file. */
  private async make(path: string, { type, linkname }: Header, content: AsyncIterable<unknown>): Promise<boolean> {
    if (type === 'directory') {
      if (await isFolder(path)) return true;
      await rm(path, { force: true });
      await mkdir(path);
      return true;
    }
    if (type !== 'file' && type !== 'symlink' && type !== 'link') return false;
    await rm(path, { recursive: true, force: true });
    if (type === 'file') await pipeline(content, createWriteStream(path, { flags: 'wx' }));
    else if (type === 'symlink') await symlink(linkname ?? '', path);
    else {
      const target = partsOf(linkname ?? '');
      const name = target.pop() ?? '';
      await link(join(await folderIn(this.root, target.join('/')), name), path);
      this.own.add(path);
      return false;
    }
    return true;
  }
}

type UseEntry = (header: Header, content: AsyncIterable<unknown>) => Promise<void>;

/** Rejects if `use` does, and if the archive is cut off, of which its entry does not tell. */
async function eachEntry(archive: Readable, use: UseEntry): Promise<void> {
  const entries = extract();
  const reading = pipeline(archive, entries);
  const cut = Promise.withResolvers<never>();
  cut.promise.catch(() => undefined);
  reading.catch(cut.reject);
  for await (const entry of entries) {
    try {
      await Promise.race([use(entry.header, entry), cut.promise]);
    } catch (error) {
      entry.destroy();
      throw error;
    }
    entry.resume();
  }
  await reading;
}

const gzipMagic = [0x1f, 0x8b];

async function startsWithGzip(path: string): Promise<boolean> {
  const stream = createReadStream(path, { end: 1 });
  const bytes: number[] = [];
  for await (const chunk of stream) bytes.push(...(chunk as Buffer));
  return bytes[0] === gzipMagic[0] && bytes[1] === gzipMagic[1];
}

async function applyLayer(path: string, root: string): Promise<void> {
  const writer = new LayerWriter(root);
  const file = createReadStream(path);
  const archive = (await startsWithGzip(path)) ? file.pipe(createGunzip()) : file;
  await eachEntry(archive, (header, content) => writer.add(header, content));
}

/** The layers of the first image in the archive, lowest first. */
async function layersIn(folder: string): Promise<string[]> {
  const manifest: { Layers?: string[] }[] = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
  return manifest[0]?.Layers ?? [];
}

/**
 * Unpacks `archive` (of `docker save`) into the folder `root`, which must exist and be empty. `scratch` is a folder for
 * the archive's own files, which the caller removes.
 */
export async function unpackImage(archive: AsyncIterable<Uint8Array>, root: string, scratch: string): Promise<void> {
  /** Old engines name a layer that two images share by a link to its first file. */
  const links = new Map<string, string>();
  await eachEntry(Readable.from(archive), async ({ name, type, linkname = '' }, content) => {
    const path = partsOf(name).join('/');
    if (type === 'symlink') links.set(path, posix.join(posix.dirname(path), linkname));
    if (type !== 'file') return;
    const file = join(scratch, path);
    await mkdir(dirname(file), { recursive: true });
    await pipeline(content, createWriteStream(file));
  });
  for (const layer of await layersIn(scratch)) {
    const path = links.get(layer) ?? layer;
    await applyLayer(join(scratch, ...partsOf(path)), root);
  }
}

export const scratchOf = (root: string): string => join(dirname(root), `${basename(root)}~archive`);
