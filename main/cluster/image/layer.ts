/** A tar stream of an image's files, for `docker import` and `docker cp`. */
import { createReadStream, statSync } from 'node:fs';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import type { ImageFile } from './files.ts';

/** Every parent folder once, outer folders first. */
function parents(paths: string[]): string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    const chain: string[] = [];
    for (let folder = posix.dirname(path); folder !== '/' && folder !== '.'; folder = posix.dirname(folder)) {
      chain.unshift(folder);
    }
    for (const folder of chain) folders.add(folder);
  }
  return [...folders];
}

const relative = (path: string): string => path.replace(/^\//, '');

/** `folders` are empty folders, besides those that the files need. */
export function tarOf(files: ImageFile[], folders: string[] = []): Readable {
  const archive = pack();
  const write = async () => {
    const all = new Set([...parents(files.map(({ path }) => path)), ...parents(folders.map((f) => `${f}/x`))]);
    for (const folder of all) archive.entry({ name: `${relative(folder)}/`, type: 'directory', mode: 0o755 });
    const done = new Set<string>();
    for (const file of files) {
      if (done.has(file.path)) continue;
      done.add(file.path);
      await writeEntry(archive, file);
    }
    archive.finalize();
  };
  write().catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  return Readable.from(archive);
}

async function writeEntry(archive: ReturnType<typeof pack>, { path, mode, source }: ImageFile): Promise<void> {
  const name = relative(path);
  if ('link' in source) archive.entry({ name, type: 'symlink', linkname: source.link, mode });
  else if ('text' in source) archive.entry({ name, mode }, source.text);
  else {
    const entry = archive.entry({ name, mode, size: statSync(source.file).size });
    await pipeline(createReadStream(source.file, { highWaterMark: 1 << 20 }), entry);
  }
}
