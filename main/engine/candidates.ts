/** Where container engines listen, in the order in which they are tried. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface EngineCandidate {
  /** `unix:///var/run/docker.sock`, `npipe:////./pipe/docker_engine`, `tcp://127.0.0.1:2375`. */
  endpoint: string;
  /** Where the endpoint comes from, for users to read: `DOCKER_HOST`, `Docker`, `Podman (rootless)`, ... */
  source: string;
}

export interface HostEnvironment {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  home: string;
  uid: number;
}

const unix = (path: string, source: string): EngineCandidate => ({ endpoint: `unix://${path}`, source });
const pipe = (name: string, source: string): EngineCandidate => ({ endpoint: `npipe:////./pipe/${name}`, source });

/**
 * The endpoint of the context that `docker` itself would use.
 * https://docs.docker.com/engine/manage-resources/contexts/
 */
function currentContext({ env, home }: HostEnvironment): EngineCandidate[] {
  const folder = env.DOCKER_CONFIG || join(home, '.docker');
  const configFile = join(folder, 'config.json');
  const configured = existsSync(configFile) ? readJson(configFile)?.currentContext : undefined;
  const name = env.DOCKER_CONTEXT || (configured ?? 'default');
  if (typeof name !== 'string' || name === 'default') return [];
  const id = createHash('sha256').update(name).digest('hex');
  const endpoint = readJson(join(folder, 'contexts/meta', id, 'meta.json'))?.Endpoints?.docker?.Host;
  return [{ endpoint: typeof endpoint === 'string' ? endpoint : '', source: `docker context ${name}` }];
}

/** Undefined if the file is missing or is not JSON: then docker itself cannot use it either. */
function readJson(path: string) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Another program's file; the search goes on without it.
    return undefined;
  }
}

function linuxSockets({ env, home, uid }: HostEnvironment): EngineCandidate[] {
  const runtime = env.XDG_RUNTIME_DIR || `/run/user/${uid}`;
  return [
    unix('/var/run/docker.sock', 'Docker'),
    unix(join(runtime, 'docker.sock'), 'Docker (rootless)'),
    unix(join(home, '.docker/desktop/docker.sock'), 'Docker Desktop'),
    unix(join(home, '.rd/docker.sock'), 'Rancher Desktop'),
    ...colima(home),
    unix('/run/podman/podman.sock', 'Podman (rootful)'),
    unix(join(runtime, 'podman/podman.sock'), 'Podman (rootless)'),
  ];
}

function macSockets({ home }: HostEnvironment): EngineCandidate[] {
  return [
    unix(join(home, '.docker/run/docker.sock'), 'Docker Desktop'),
    unix('/var/run/docker.sock', 'Docker'),
    ...colima(home),
    unix(join(home, '.rd/docker.sock'), 'Rancher Desktop'),
    unix(join(home, '.orbstack/run/docker.sock'), 'OrbStack'),
    ...podmanMachine(home),
  ];
}

const colima = (home: string): EngineCandidate[] => {
  const found = globSync('*/docker.sock', { cwd: join(home, '.colima') }).sort();
  const sockets = found.length ? found : ['default/docker.sock'];
  return sockets.map((socket) => unix(join(home, '.colima', socket), 'Colima'));
};

const podmanMachine = (home: string): EngineCandidate[] => {
  const folder = join(home, '.local/share/containers/podman/machine');
  const found = globSync(['podman.sock', '*/podman.sock'], { cwd: folder }).sort();
  return (found.length ? found : ['podman.sock']).map((socket) => unix(join(folder, socket), 'Podman machine'));
};

const windowsPipes = (): EngineCandidate[] => [
  pipe('docker_engine', 'Docker Desktop'),
  pipe('dockerDesktopLinuxEngine', 'Docker Desktop'),
  pipe('podman-machine-default', 'Podman machine'),
];

/** `SKIFF_ENGINE=none`: treat this machine as one without an engine. */
export const wantsNoEngine = (env: NodeJS.ProcessEnv): boolean => env.SKIFF_ENGINE === 'none';

/**
 * Every endpoint once. `DOCKER_HOST` and `DOCKER_CONTEXT` choose that engine and no other, as with `docker` itself; the
 * current context is only tried first.
 * https://docs.docker.com/reference/cli/docker/#environment-variables
 */
export function engineCandidates(host: HostEnvironment): EngineCandidate[] {
  if (wantsNoEngine(host.env)) return [];
  const { DOCKER_HOST, DOCKER_CONTEXT } = host.env;
  if (DOCKER_HOST) return [{ endpoint: DOCKER_HOST, source: 'DOCKER_HOST' }];
  const chosen = currentContext(host);
  if (DOCKER_CONTEXT && chosen.length) return chosen;
  const usual =
    host.platform === 'win32' ? windowsPipes() : host.platform === 'darwin' ? macSockets(host) : linuxSockets(host);
  const seen = new Set<string>();
  return [...chosen, ...usual].filter(({ endpoint }) => !seen.has(endpoint) && seen.add(endpoint));
}
