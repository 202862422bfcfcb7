/** Real members of etcd, each a process: the tests of the shared store run on them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EtcdMember } from '../../agent/store/etcd-gateway.ts';
import { type Authority, createAuthority } from '../../main/cluster/pki.ts';

/** etcd refuses to run on machines that its makers do not test, unless it is told to. */
const env = { ...process.env, ...(process.arch === 'arm64' ? { ETCD_UNSUPPORTED_ARCH: 'arm64' } : {}) };

/** Why the tests of the shared store cannot run; undefined if they can. */
export const noEtcd =
  spawnSync('etcd', ['--version'], { env }).status === 0 ? undefined : 'needs etcd: apt-get install etcd-server';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === 'string') throw new Error('no port');
  return address.port;
}

interface Place {
  name: string;
  client: number;
  peer: number;
  tls: { ca: string; cert: string; key: string };
}

async function placeOf(name: string, authority: Authority): Promise<Place> {
  const hosts = ['localhost', '127.0.0.1'];
  const credential = await authority.issue({ commonName: name, hosts, usages: ['client', 'server'] });
  const [client, peer] = await Promise.all([freePort(), freePort()]);
  const tls = { ca: authority.certificate, cert: credential.certificate, key: credential.key };
  return { name, client, peer, tls };
}

export interface RunningEtcd {
  members: EtcdMember[];
  /** Ends a member as a crash does. */
  kill(at: number): Promise<void>;
  /** Starts one that was killed. */
  start(at: number): void;
  stop(): Promise<void>;
}

/** With certificates on every connection, as in a cluster. Calls fail until most of the members are up. */
export async function startEtcd(count: number): Promise<RunningEtcd> {
  const folder = await mkdtemp(join(tmpdir(), 'skiff-etcd-'));
  const authority = await createAuthority('etcd-ca');
  const places = await Promise.all(Array.from({ length: count }, (_, at) => placeOf(`m${at}`, authority)));
  const peers = places.map(({ name, peer }) => `${name}=https://127.0.0.1:${peer}`).join(',');
  const processes = new Map<number, ChildProcess>();
  for (const { name, tls } of places) {
    await writeFile(join(folder, `${name}.ca`), tls.ca);
    await writeFile(join(folder, `${name}.crt`), tls.cert);
    await writeFile(join(folder, `${name}.key`), tls.key, { mode: 0o600 });
  }
  const start = (at: number) => {
    const place = places[at];
    if (!place) throw new Error(`there is no member ${at}`);
    const file = (ending: string) => join(folder, `${place.name}.${ending}`);
    const secured = (prefix: string) => [
      `--${prefix}trusted-ca-file=${file('ca')}`,
      `--${prefix}cert-file=${file('crt')}`,
      `--${prefix}key-file=${file('key')}`,
      `--${prefix}client-cert-auth`,
    ];
    const [client, peer] = [`https://127.0.0.1:${place.client}`, `https://127.0.0.1:${place.peer}`];
    const options = [
      `--name=${place.name}`,
      `--data-dir=${join(folder, place.name)}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=${peers}`,
      // A member that is killed is missed sooner than after etcd's own second.
      '--heartbeat-interval=50',
      '--election-timeout=500',
    ];
    processes.set(at, spawn('etcd', [...options, ...secured(''), ...secured('peer-')], { env, stdio: 'ignore' }));
  };
  const kill = async (at: number) => {
    const found = processes.get(at);
    processes.delete(at);
    if (!found) return;
    const ended = new Promise((resolve) => found.once('exit', resolve));
    found.kill('SIGKILL');
    await ended;
  };
  for (const at of places.keys()) start(at);
  return {
    members: places.map(({ client, tls }) => ({ url: `https://127.0.0.1:${client}`, tls })),
    kill,
    start,
    stop: async () => {
      await Promise.all([...processes.keys()].map(kill));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
