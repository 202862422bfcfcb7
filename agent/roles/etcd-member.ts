/**
 * This control plane's member of etcd, a process beside the agent. It listens to its own node alone; the members speak
 * to each other with certificates of an authority that signs nothing else.
 * https://etcd.io/docs/v3.5/op-guide/clustering/
 */
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Clock, pause } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { NodeConfig } from '../node-config.ts';

const clientPort = 2379;
const peerPort = 2380;
export const etcdUrl = `https://127.0.0.1:${clientPort}`;

/** Milliseconds between the end of the process and the next start. */
const restartPause = 1_000;

/**
 * The shell holds etcd's life: it kills it as soon as its standard input ends, and with it the agent, even if by
 * SIGKILL. etcd has everything on disk that it has answered.
 */
const script = 'exec 3<&0; etcd "$@" 3<&- & etcd=$!; { read -r _ <&3; kill -KILL $etcd; } & wait $etcd';

export interface EtcdMemberOptions {
  config: Pick<NodeConfig, 'profile' | 'nodeName' | 'nodeIP' | 'controlPlanes'>;
  /** Folder of `etcd-ca.crt`, `etcd.crt` and `etcd.key`. */
  configFolder: string;
  dataFolder: string;
  clock: Clock;
  log: Logger;
  /** Takes the lines that etcd itself writes. */
  write(line: string): void;
  signal: AbortSignal;
}

export function etcdArguments({
  config,
  configFolder,
  dataFolder,
}: Pick<EtcdMemberOptions, 'config' | 'configFolder' | 'dataFolder'>): string[] {
  const { nodeName, nodeIP, controlPlanes = [] } = config;
  const peerOf = (ip: string) => `https://${ip}:${peerPort}`;
  const file = (name: string) => join(configFolder, name);
  const secured = (prefix: string) => [
    `--${prefix}client-cert-auth`,
    `--${prefix}trusted-ca-file=${file('etcd-ca.crt')}`,
    `--${prefix}cert-file=${file('etcd.crt')}`,
    `--${prefix}key-file=${file('etcd.key')}`,
  ];
  return [
    `--name=${nodeName}`,
    `--data-dir=${join(dataFolder, 'etcd')}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peerOf(nodeIP)}`,
    `--initial-advertise-peer-urls=${peerOf(nodeIP)}`,
    `--initial-cluster=${controlPlanes.map(({ name, ip }) => `${name}=${peerOf(ip)}`).join(',')}`,
    `--initial-cluster-token=${config.profile}`,
    '--initial-cluster-state=new',
    // kubeadm's: what is kept in memory for members that are behind.
    '--snapshot-count=10000',
    '--logger=zap',
    '--log-outputs=stderr',
    ...secured(''),
    ...secured('peer-'),
  ];
}

/** Resolves when the process has ended: with the reason why. */
function runOnce(options: EtcdMemberOptions): Promise<string> {
  // etcd refuses to run on machines that its makers do not test, unless it is told to.
  const env = { ...process.env, ...(process.arch === 'arm64' ? { ETCD_UNSUPPORTED_ARCH: 'arm64' } : {}) };
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...etcdArguments(options)], {
    env,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  createInterface({ input: child.stderr }).on('line', options.write);
  const end = () => child.stdin.destroy();
  options.signal.addEventListener('abort', end, { once: true });
  return new Promise((resolve) => {
    const ended = (reason: string) => {
      options.signal.removeEventListener('abort', end);
      child.stdin.destroy();
      resolve(reason);
    };
    child.once('error', ({ message }) => ended(`could not be started: ${message}`));
    child.once('exit', (code, signal) => ended(signal ? `was killed by ${signal}` : `exited with ${code}`));
  });
}

/** Runs the member until the signal aborts, and starts it again whenever it ends. */
export async function runEtcdMember(options: EtcdMemberOptions): Promise<void> {
  const { dataFolder, clock, log, signal } = options;
  // etcd wants a folder that nobody else reads.
  await mkdir(join(dataFolder, 'etcd'), { recursive: true, mode: 0o700 });
  while (!signal.aborted) {
    const reason = await runOnce(options);
    if (signal.aborted) return;
    log.error('etcd ended; starting it again', { reason });
    await pause(clock, restartPause, signal);
  }
}
