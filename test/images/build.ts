/**
 * Makes the workload images for labs and tests, offline and in seconds: `node test/images/build.ts [TAG...]`. It leaves
 * an image alone if its content hash is unchanged.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fillPool, find, librariesOf, type Pool } from './pool.ts';
import { type Recipe, recipes } from './recipes.ts';

const here = dirname(fileURLToPath(import.meta.url));
export const packageCache = join(here, '../../node_modules/.cache/test-images');
const label = 'dev.skiff.test-image';
/** The engine's own command-line client, which reads DOCKER_HOST and the current context (podman: CONTAINER_HOST). */
const engine = process.env.SKIFF_ENGINE_CLI ?? 'docker';

/** libc loads NSS modules by name at run time: no program links to them. */
const nameService = ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2'];

const hashOf = (recipe: Recipe): string =>
  createHash('sha256')
    .update(JSON.stringify(recipe))
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest('hex')
    .slice(0, 16);

/** Content hash in the label of the existing image; undefined if there is no image. */
function labelOf(tag: string): string | undefined {
  const ids = execFileSync(engine, ['images', '-q', tag], { encoding: 'utf8' }).trim();
  if (!ids) return undefined;
  const format = `{{index .Config.Labels "${label}"}}`;
  return execFileSync(engine, ['image', 'inspect', '--format', format, tag], { encoding: 'utf8' }).trim();
}

function copy(source: string, root: string, path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  copyFileSync(source, join(root, path));
}

function addProgram(pool: Pool, root: string, path: string): void {
  const file = find(pool, path);
  if (!file) throw new Error(`${path} is in no package that could be downloaded and not on this machine`);
  copy(file, root, path);
  chmodSync(join(root, path), 0o755);
  for (const [name, library] of librariesOf(pool, file)) {
    const target = name.startsWith('/') ? name : `/lib/${name}`;
    if (!existsSync(join(root, target))) copy(library, root, target);
  }
}

/** The NSS modules lie in the folder where the host keeps libc. */
function addNameService(pool: Pool, root: string): void {
  const libc = librariesOf(pool, find(pool, '/bin/busybox') ?? '/bin/sh').get('libc.so.6');
  if (!libc) throw new Error('busybox is statically linked: it cannot resolve names; install the package busybox');
  for (const name of nameService) {
    const file = join(dirname(libc), name);
    // Since glibc 2.34 the modules are part of libc itself and the files may be absent.
    if (existsSync(file)) copy(file, root, `/lib/${name}`);
  }
}

function addApplets(root: string): void {
  const applets = execFileSync(join(root, 'bin/busybox'), ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const applet of applets) {
    if (!existsSync(join(root, 'bin', applet))) symlinkSync('busybox', join(root, 'bin', applet));
  }
}

function layOut(recipe: Recipe, pool: Pool, root: string): void {
  for (const directory of recipe.directories) mkdirSync(join(root, directory), { recursive: true });
  for (const program of recipe.programs) addProgram(pool, root, program);
  addNameService(pool, root);
  addApplets(root);
  for (const [path, text] of Object.entries(recipe.files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const [path, target] of Object.entries(recipe.links)) symlinkSync(target, join(root, path));
  for (const shared of ['/tmp', '/var/tmp']) chmodSync(join(root, shared), 0o1777);
}

/** Imports one layer that root owns, whoever builds it. */
function importImage(recipe: Recipe, root: string): Promise<void> {
  const changes = [...recipe.changes, `LABEL ${label}=${hashOf(recipe)}`].flatMap((change) => ['--change', change]);
  const tar = spawn('tar', ['--owner=0', '--group=0', '--numeric-owner', '-C', root, '-c', '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const load = spawn(engine, ['import', ...changes, '-', recipe.tag], { stdio: [tar.stdout, 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    tar.on('error', reject);
    load.on('error', reject);
    load.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${engine} import ${recipe.tag}: exit ${code}`)),
    );
  });
}

/** `import` cannot set the stop signal, but an image takes over that of the container it is committed from. */
function setStopSignal(tag: string, stopSignal: string): void {
  const run = (...args: string[]) => execFileSync(engine, args, { encoding: 'utf8' }).trim();
  const container = run('create', '--stop-signal', stopSignal, tag);
  run('commit', container, tag);
  run('rm', container);
}

/** Makes the images that are missing or out of date. Resolves with the tags of those that it made. */
export async function buildTestImages(
  tags: string[] = recipes.map((recipe) => recipe.tag),
  say: (line: string) => void = () => {},
): Promise<string[]> {
  const stale = recipes.filter((recipe) => tags.includes(recipe.tag) && labelOf(recipe.tag) !== hashOf(recipe));
  if (stale.length === 0) return [];
  const scratch = mkdtempSync(join(tmpdir(), 'skiff-images-'));
  try {
    const pool = fillPool(
      stale.flatMap((recipe) => recipe.packages),
      packageCache,
      scratch,
      say,
    );
    for (const recipe of stale) {
      const root = join(scratch, recipe.tag.replace(':', '-'));
      layOut(recipe, pool, root);
      await importImage(recipe, root);
      if (recipe.stopSignal) setStopSignal(recipe.tag, recipe.stopSignal);
      say(`made ${recipe.tag}`);
    }
    return stale.map((recipe) => recipe.tag);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const wanted = process.argv.slice(2);
  await buildTestImages(wanted.length > 0 ? wanted : undefined, (line) => console.log(line));
}
