/** The files of a node image: Skiff's own on every platform and, for an image assembled offline, the host's tools. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EngineError } from '../../engine/errors.ts';
import { which } from '../../engine/remedy.ts';

export interface ImageFile {
  /** Absolute path in the image. */
  path: string;
  mode: number;
  source: { file: string } | { text: string } | { link: string };
}

const run = promisify(execFile);

/** `links` are the full paths under which other parts of Skiff call the tool. */
const requiredTools: Record<string, { links: string[]; debianPackage: string }> = {
  sh: { links: ['/bin/sh', '/usr/bin/sh'], debianPackage: 'dash' },
  sleep: { links: ['/bin/sleep', '/usr/bin/sleep'], debianPackage: 'coreutils' },
  mkfifo: { links: ['/bin/mkfifo', '/usr/bin/mkfifo'], debianPackage: 'coreutils' },
  nft: { links: ['/usr/sbin/nft', '/sbin/nft'], debianPackage: 'nftables' },
  ip: { links: ['/sbin/ip', '/usr/sbin/ip'], debianPackage: 'iproute2' },
  nsenter: { links: ['/usr/bin/nsenter', '/bin/nsenter'], debianPackage: 'util-linux' },
};

/** For users with a shell in the node; the proxy uses `conntrack` if it is there. */
const optionalTools = ['cat', 'ls', 'mount', 'umount', 'ps', 'conntrack'];

/** The agent and its schemas, from `folder` (`dist`). */
export function ownFiles(folder: string, imageFolder: string): ImageFile[] {
  const below = (name: string): ImageFile[] =>
    existsSync(join(folder, name))
      ? readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
          .map((file) => ({
            path: `/opt/skiff/${file.slice(folder.length + 1).replaceAll('\\', '/')}`,
            mode: 0o644,
            source: { file },
          }))
      : [];
  if (!existsSync(join(folder, 'agent/agent.js'))) {
    throw new EngineError('AgentNotBuilt', `${join(folder, 'agent/agent.js')} is missing`, {
      hint: 'Build it: `npm run build:agent`.',
    });
  }
  const supervise = join(imageFolder, 'supervise.sh');
  return [
    ...below('agent'),
    ...below('schema'),
    { path: '/opt/skiff/supervise.sh', mode: 0o755, source: { file: supervise } },
  ];
}

/** This Linux machine's Node binary and tools, with the libraries that they link to. */
export async function hostFiles(nodeBinary: string): Promise<ImageFile[]> {
  const tools = Object.entries(requiredTools).map(([tool, { links }]) => ({ file: requireTool(tool), links }));
  const optional = optionalTools.flatMap((tool) => {
    const file = which(tool);
    return file ? [{ file, links: [`/usr/bin/${tool}`] }] : [];
  });
  const programs = [...tools, ...optional, { file: nodeBinary, links: ['/usr/local/bin/node'] }];
  const libraries = new Set((await Promise.all(programs.map(({ file }) => librariesOf(file)))).flat());
  return [
    ...programs.flatMap(({ file, links: [first = file, ...others] }): ImageFile[] => [
      { path: first, mode: 0o755, source: { file: realpathSync(file) } },
      ...others.map((path) => ({ path, mode: 0o777, source: { link: first } })),
    ]),
    ...[...libraries, ...resolverLibraries()].map((library) => ({
      path: library,
      mode: 0o755,
      source: { file: realpathSync(library) },
    })),
    ...systemFiles,
  ];
}

function requireTool(tool: string): string {
  const file = which(tool);
  if (file) return realpathSync(file);
  const name = requiredTools[tool]?.debianPackage ?? tool;
  throw new EngineError('ToolMissing', `making the node image needs \`${tool}\`, which this machine does not have`, {
    hint: `Install it, e.g. \`sudo apt-get install ${name}\`.`,
  });
}

/** Paths that the dynamic loader would open, including the loader itself. */
async function librariesOf(file: string): Promise<string[]> {
  try {
    const { stdout } = await run('ldd', [file]);
    return [...stdout.matchAll(/(?:=>|^)\s(\/\S+) \(0x/gm)].flatMap(([, path]) => (path ? [path] : []));
  } catch (error) {
    // ldd fails with this message for a statically linked program, which needs no libraries.
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    if (/not a dynamic executable/.test(said)) return [];
    throw new EngineError('ToolMissing', `ldd ${file}: ${said || error}`, { cause: error });
  }
}

/**
 * Libraries that libc loads by name at run time, so that ldd does not list them. Part of libc itself since glibc 2.34.
 */
const resolverLibraries = (): string[] =>
  ['/lib/x86_64-linux-gnu', '/lib/aarch64-linux-gnu', '/lib64', '/usr/lib']
    .flatMap((folder) => ['libnss_files.so.2', 'libnss_dns.so.2'].map((name) => join(folder, name)))
    .filter((file) => existsSync(file))
    .slice(0, 2);

const text = (path: string, content: string): ImageFile => ({ path, mode: 0o644, source: { text: content } });

const systemFiles: ImageFile[] = [
  text('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n'),
  text('/etc/group', 'root:x:0:\nnogroup:x:65534:\n'),
  text('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
  text('/etc/os-release', 'PRETTY_NAME="Skiff node"\nNAME="Skiff"\nID=skiff\n'),
];

/** A hash that changes when any file does, computed without reading them. */
export function fingerprint(files: ImageFile[]): string {
  const hash = createHash('sha256');
  for (const { path, mode, source } of files) {
    hash.update(`${path}\0${mode}\0`);
    if ('file' in source) {
      const { size, mtimeMs } = statSync(source.file);
      hash.update(`${source.file}\0${size}\0${mtimeMs}`);
    } else {
      hash.update(JSON.stringify(source));
    }
    hash.update('\0');
  }
  return hash.digest('hex');
}

/** Hash of the content, twelve digits; the image's tag. */
export function contentHash(files: ImageFile[]): string {
  const hash = createHash('sha256');
  for (const { path, mode, source } of files) {
    hash.update(`${path}\0${mode}\0`);
    hash.update('file' in source ? readFileSync(source.file) : JSON.stringify(source)).update('\0');
  }
  return hash.digest('hex').slice(0, 12);
}
