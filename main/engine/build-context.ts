/** Packs a folder as the context of a build, without what its `.dockerignore` names. */
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { type Ignored, readIgnored } from './ignored.ts';

const ignoreFile = '.dockerignore';

async function ignoredIn(folder: string): Promise<Ignored> {
  try {
    return readIgnored(await readFile(join(folder, ignoreFile), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return readIgnored('');
  }
}

async function writeFile(archive: Pack, root: string, name: string): Promise<void> {
  const path = join(root, name);
  const { mode, mtime, size } = await lstat(path);
  const header = { name, mode: mode & 0o7777, mtime, size };
  if (size === 0) archive.entry(header, '');
  // A file that grows meanwhile is sent as long as it was.
  else await pipeline(createReadStream(path, { end: size - 1 }), archive.entry(header));
}

/** Sockets and devices are left out, as by Docker's own client. */
async function writeFolder(archive: Pack, root: string, folder: string, ignored: Ignored): Promise<void> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const left = ignored.has(name);
    if (entry.isDirectory()) {
      if (left && ignored.isFinal) continue;
      if (!left)
        archive.entry({ name: `${name}/`, type: 'directory', mode: (await lstat(join(root, name))).mode & 0o7777 });
      await writeFolder(archive, root, name, ignored);
    } else if (left) continue;
    else if (entry.isSymbolicLink())
      archive.entry({ name, type: 'symlink', linkname: await readlink(join(root, name)) });
    else if (entry.isFile()) await writeFile(archive, root, name);
  }
}

/** The files that the engine itself needs are sent whatever `.dockerignore` says. */
const withOwn = (ignored: Ignored, dockerfile: string): Ignored => ({
  has: (path) => path !== ignoreFile && path !== dockerfile && ignored.has(path),
  isFinal: ignored.isFinal && !dockerfile.includes('/'),
});

/**
 * A tar stream of the folder. `dockerfile` is its path within the folder. Reading fails where a file cannot be read.
 */
export function buildContext(folder: string, dockerfile: string): Readable {
  const archive = pack();
  const write = async (): Promise<void> => {
    await writeFolder(archive, folder, '', withOwn(await ignoredIn(folder), dockerfile));
    archive.finalize();
  };
  write().catch((error: Error) => archive.destroy(error));
  return Readable.from(archive);
}
