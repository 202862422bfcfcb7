/**
 * The agent's code as V8 has compiled it, for an image that is assembled: with it an agent starts with a third less
 * work. It is valid for one version of Node under the same flags. Elsewhere Node compiles as if it were not there.
 * https://nodejs.org/docs/latest-v24.x/api/module.html#module-compile-cache
 */
import { execFile } from 'node:child_process';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { memoryFlags } from '../nodes-process.ts';
import type { ImageFile } from './files.ts';

const run = promisify(execFile);

/** Milliseconds. Takes about a second on an idle machine. */
const patience = 60_000;

/**
 * As in `agent/image/supervise.sh` and the Dockerfile. Portable: Node knows the files by their place beside the folder,
 * so that they may lie elsewhere in the image than here.
 */
const variables = (folder: string) => ({ NODE_COMPILE_CACHE: folder, NODE_COMPILE_CACHE_PORTABLE: '1' });

/** `dist` has `agent/` and `schema/`; `scratch` is an empty folder, which must be there until the files are read. */
export async function compiledFiles(nodeBinary: string, dist: string, scratch: string): Promise<ImageFile[]> {
  for (const part of ['agent', 'schema']) await cp(join(dist, part), join(scratch, part), { recursive: true });
  const folder = join(scratch, 'compiled');
  await run(nodeBinary, [...memoryFlags, join(scratch, 'agent/agent.js'), 'rehearse'], {
    env: { ...process.env, ...variables(folder) },
    timeout: patience,
  });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      path: `/opt/skiff/compiled/${asRoot(file.slice(folder.length + 1))}`,
      mode: 0o644,
      source: { file },
    }));
}

/** Node keeps a folder for each user, whose name ends with the user's number. */
const asRoot = (path: string): string => path.replace(/^(.+)-\d+(?=\/)/, '$1-0');
