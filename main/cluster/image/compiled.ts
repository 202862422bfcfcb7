/**
 * The agent's code as V8 has compiled it, for an image that is assembled: with it an agent starts with a third less
 * work. The folder is as `agent/image/supervise.sh` and the Dockerfile name it.
 */
import { execFile } from 'node:child_process';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compileVariables, memoryFlags } from '../nodes-process.ts';
import type { ImageFile } from './files.ts';

const run = promisify(execFile);

/** Milliseconds. Takes about a second on an idle machine. */
const patience = 60_000;

/** Has Node start the agent as a node does, and keep in `folder` what it compiles. */
export async function rehearse(nodeBinary: string, agent: string, folder: string): Promise<void> {
  await run(nodeBinary, [...memoryFlags, agent, 'rehearse'], {
    env: { ...process.env, ...compileVariables(folder) },
    timeout: patience,
  });
}

/** `dist` has `agent/` and `schema/`; `scratch` is an empty folder, which must be there until the files are read. */
export async function compiledFiles(nodeBinary: string, dist: string, scratch: string): Promise<ImageFile[]> {
  for (const part of ['agent', 'schema']) await cp(join(dist, part), join(scratch, part), { recursive: true });
  const folder = join(scratch, 'compiled');
  await rehearse(nodeBinary, join(scratch, 'agent/agent.js'), folder);
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
