/** Finds the container engine to use, and records what was tried. */

import { Agent } from 'node:http';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import Docker from 'dockerode';
import { isOlder } from '../../agent/api/engine.ts';
import { messageOf } from '../../agent/api/errors.ts';
import type { EngineStatus } from '../contract/clusters.ts';
import { type EngineCandidate, engineCandidates, type HostEnvironment } from './candidates.ts';
import { Engine, type EngineInfo } from './engine.ts';
import { pingEngine } from './ping.ts';
import { engineRemedy } from './remedy.ts';

export interface EngineSearch {
  engine?: Engine;
  status: EngineStatus;
}

/** Docker 20.10 is the first release with this API. */
const minApiVersion = '1.41';
/** Milliseconds. An engine that does not answer a ping in this time counts as absent. */
const patience = 3000;
/** Milliseconds. An engine that answers may take longer to describe itself, Podman above all. */
const patienceForInfo = 15_000;

const hostEnvironment = (): HostEnvironment => ({
  env: process.env,
  platform: process.platform,
  home: homedir(),
  uid: process.getuid?.() ?? 0,
});

/** Tries the candidates in order. The first one that answers and is new enough wins. */
export async function findEngine(
  signal?: AbortSignal,
  host: HostEnvironment = hostEnvironment(),
): Promise<EngineSearch> {
  const looked: EngineStatus['looked'] = [];
  for (const candidate of engineCandidates(host)) {
    signal?.throwIfAborted();
    const attempt = await tryEngine(candidate.endpoint);
    looked.push({ ...candidate, outcome: attempt.outcome });
    if (attempt.engine) return { engine: attempt.engine, status: statusOf(attempt.engine.info, looked) };
  }
  return { status: { found: false, looked, remedy: engineRemedy(host, looked) } };
}

/** Why the engine that the user prefers was not used, although another was found; undefined if none was passed over. */
export function passedOver({ looked }: EngineStatus): string | undefined {
  const [first, ...others] = looked;
  const used = others.at(-1);
  if (!first || !used || !isChosen(first)) return undefined;
  return `${first.source} (${first.endpoint}): ${first.outcome}; using ${used.source} at ${used.endpoint} instead`;
}

const isChosen = ({ source }: EngineCandidate): boolean => source.startsWith('docker context ');

const statusOf = (info: EngineInfo, looked: EngineStatus['looked']): EngineStatus => ({
  found: true,
  name: info.name,
  endpoint: info.endpoint,
  apiVersion: info.apiVersion,
  cpus: info.cpus,
  memory: info.memory,
  looked,
});

export async function tryEngine(endpoint: string): Promise<{ engine?: Engine; outcome: string }> {
  try {
    const options = connectOptions(endpoint);
    if (typeof options === 'string') return { outcome: options };
    const info = await readInfo(options, endpoint);
    if (isOlder(info.apiVersion, minApiVersion)) {
      return { outcome: `${info.name} speaks API ${info.apiVersion}; ${minApiVersion} or newer is needed` };
    }
    // An agent of its own, so that closing the engine closes its connections.
    const connections = { agent: new Agent({ keepAlive: true }) };
    const engine = new Engine(new Docker(Object.assign(options, connections)), info, () => connections.agent.destroy());
    return { engine, outcome: `${info.name} answers` };
  } catch (error) {
    return { outcome: describe(error) };
  }
}

/** Ports are published on the engine's machine, so only an engine on this machine is of use. */
function connectOptions(endpoint: string): Docker.DockerOptions | string {
  if (!endpoint) return 'there is no such context';
  if (endpoint.startsWith('unix://')) return onSocket(endpoint.slice('unix://'.length));
  if (endpoint.startsWith('npipe://')) return onSocket(endpoint.slice('npipe://'.length));
  if (endpoint.startsWith('file:')) return onSocket(fileURLToPath(endpoint));
  if (!URL.canParse(endpoint)) return 'not an address';
  const { hostname, port, protocol } = new URL(endpoint);
  if (!['tcp:', 'http:'].includes(protocol)) return `engines over ${protocol.slice(0, -1)} are not supported`;
  if (!['localhost', '127.0.0.1', '[::1]'].includes(hostname)) return 'not on this machine';
  return { host: hostname, port: Number(port || 2375), protocol: 'http' };
}

/** Without an explicit host dockerode would use that of `DOCKER_HOST` instead of the socket. */
const onSocket = (socketPath: string): Docker.DockerOptions => ({ socketPath, host: '', protocol: 'http' });

/** The fields that Skiff reads. Older Podman reports `Rootless` where Docker lists a security option. */
interface DockerInfo {
  ServerVersion?: string;
  NCPU: number;
  MemTotal: number;
  CgroupVersion?: string;
  SecurityOptions?: string[];
  Rootless?: boolean;
}

async function readInfo(options: Docker.DockerOptions, endpoint: string): Promise<EngineInfo> {
  const { podman, version, apiVersion } = await pingEngine(new Docker({ ...options, timeout: patience }));
  const info: DockerInfo = await new Docker({ ...options, timeout: patienceForInfo }).info();
  const release = version || String(info.ServerVersion ?? '').replace(/[+~-].*$/, '');
  return {
    name: `${podman ? 'Podman' : 'Docker'} ${release}`,
    endpoint,
    apiVersion,
    cpus: info.NCPU,
    memory: info.MemTotal,
    cgroupVersion: info.CgroupVersion ?? '1',
    rootless: Boolean(info.Rootless || info.SecurityOptions?.some((option) => option.includes('rootless'))),
    podman,
  };
}

const reasons: Record<string, string> = {
  ENOENT: 'not there',
  ECONNREFUSED: 'nothing listens there',
  EACCES: 'permission denied',
  ENOTSOCK: 'not a socket',
};

function describe(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name)) return 'did not answer in time';
  return reasons[code] ?? messageOf(error);
}
