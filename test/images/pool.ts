/** The programs of the workload images: from unpacked Debian packages, otherwise the host's own files. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../agent/api/errors.ts';

export interface Pool {
  /** Folders to search, best first; the last one is the host's `/`. */
  roots: string[];
}

const run = (file: string, args: string[], cwd?: string): string =>
  execFileSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 });

const cachedFile = (cache: string, name: string): string | undefined =>
  readdirSync(cache).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));

/** Packages stay in `cache`, so that the second build needs no network. */
function download(names: string[], cache: string): void {
  // Downloaded beside the cache and then renamed into it: another build may be doing the same.
  const folder = mkdtempSync(join(cache, '.download-'));
  try {
    run('apt-get', ['-o', 'APT::Sandbox::User=root', '-q', 'download', ...names], folder);
    for (const file of readdirSync(folder)) renameSync(join(folder, file), join(cache, file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Downloads the packages that the cache lacks. Reports packages that apt cannot get; the host's own files replace them.
 */
export function fetchPackages(names: string[], cache: string, say: (line: string) => void): void {
  mkdirSync(cache, { recursive: true });
  const missing = names.filter((name) => !cachedFile(cache, name));
  if (missing.length > 0 && existsSync('/usr/bin/apt-get')) fetchMissing(missing, cache, say);
}

/** A program that neither a package nor the host has fails later, when it is looked up. */
export function fillPool(packages: string[], cache: string, scratch: string, say: (line: string) => void): Pool {
  const unpacked = join(scratch, 'pool');
  mkdirSync(unpacked, { recursive: true });
  const names = [...new Set(packages)];
  fetchPackages(names, cache, say);
  for (const name of names) {
    const file = cachedFile(cache, name);
    if (file) run('dpkg-deb', ['-x', join(cache, file), unpacked]);
  }
  return { roots: [unpacked, '/'] };
}

/** apt's lists may be missing or may name versions that the mirror has replaced: refresh them once and try again. */
function fetchMissing(names: string[], cache: string, say: (line: string) => void): void {
  try {
    download(names, cache);
  } catch {
    // Refreshed lists help in most cases; a second failure is reported.
    try {
      run('apt-get', ['-q', 'update']);
      download(names, cache);
    } catch (error) {
      say(`using this machine's own files, because apt-get failed: ${firstLine(error)}`);
    }
  }
}

const firstLine = (error: unknown): string => String(messageOf(error)).split('\n')[0] ?? '';

/** The real file behind an absolute path, even if `/bin` and `/lib` are links into `/usr`. */
export function find(pool: Pool, path: string): string | undefined {
  const variants = [path, path.startsWith('/usr/') ? path.slice(4) : `/usr${path}`];
  return pool.roots.flatMap((root) => variants.map((variant) => join(root, variant))).find((file) => existsSync(file));
}

/**
 * Absolute paths (on the host) of the libraries that an ELF file links to, including its loader, by the name that the
 * file uses.
 */
export function librariesOf(pool: Pool, file: string): Map<string, string> {
  const search = pool.roots
    .filter((root) => root !== '/')
    .flatMap((root) => ['lib', 'usr/lib'].flatMap((lib) => multiarch(join(root, lib))));
  const output = execFileSync('ldd', [file], {
    encoding: 'utf8',
    env: { ...process.env, LD_LIBRARY_PATH: search.join(':') },
  });
  const found = new Map<string, string>();
  for (const line of output.split('\n')) {
    const linked = /^\s*(\S+) => (\S+)/.exec(line);
    const loader = /^\s*(\/\S+) \(0x/.exec(line);
    if (linked?.[2] === 'not')
      throw new Error(`${file} needs ${linked[1]}, which is in no package and not on this machine`);
    if (linked?.[1] && linked[2]) found.set(linked[1], linked[2]);
    if (loader?.[1]) found.set(loader[1], loader[1]);
  }
  return found;
}

const multiarch = (folder: string): string[] =>
  existsSync(folder)
    ? [
        folder,
        ...readdirSync(folder)
          .filter((name) => name.includes('-linux-'))
          .map((name) => join(folder, name)),
      ]
    : [];
