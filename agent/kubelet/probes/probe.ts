/**
 * Runs one attempt of a probe. Failures are results, not exceptions.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/prober/prober.go
 */

import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { messageOf } from '../../api/errors.ts';
import type { core } from '../../api/types.ts';
import { kubernetesMinor } from '../../api/version.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { portOf } from '../spec/containers.ts';
import { probeGrpc } from './grpc.ts';
import { failed, type ProbeResult, passed } from './result.ts';

export interface ProbeTarget {
  containerId: string;
  container: core.Container;
  ip: string;
}

/** Upstream keeps 10 KiB of a probe's output. */
const maxOutput = 10 * 1024;

async function probeExec(
  runtime: Runtime,
  target: ProbeTarget,
  command: string[],
  signal: AbortSignal,
): Promise<ProbeResult> {
  const running = await runtime.exec(target.containerId, { command, stdin: false, tty: false }, signal);
  let output = '';
  const read = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(0, maxOutput);
  };
  running.stdout.on('data', read);
  running.stderr.on('data', read);
  const { exitCode } = await running.exit;
  return exitCode === 0 ? passed : failed(output || `command exited with ${exitCode}`);
}

function probeHttp(
  target: ProbeTarget,
  get: core.HTTPGetAction,
  timeout: number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const secure = get.scheme === 'HTTPS';
  const host = get.host || target.ip;
  const port = portOf(target.container, get.port);
  const path = get.path ? (get.path.startsWith('/') ? get.path : `/${get.path}`) : '/';
  const url = `${secure ? 'https' : 'http'}://${host}:${port}${path}`;
  const headers: Record<string, string> = {
    'user-agent': `kube-probe/${kubernetesMinor}`,
    accept: '*/*',
    connection: 'close',
  };
  for (const { name, value } of get.httpHeaders ?? []) headers[name.toLowerCase()] = value ?? '';
  return new Promise((resolve) => {
    const options = { host, port, path, headers, signal, timeout, agent: false as const };
    const call = secure ? requestHttps({ ...options, rejectUnauthorized: false }) : requestHttp(options);
    call.on('response', (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      const success = statusCode >= 200 && statusCode < 400;
      resolve(success ? passed : failed(`HTTP probe failed with statuscode: ${statusCode}`));
    });
    call.on('error', (error: NodeJS.ErrnoException) => {
      const why = signal.aborted
        ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
        : dialError(error, host, port);
      resolve(failed(`Get "${url}": ${why}`));
    });
    call.end();
  });
}

/** Words a connection error as Go's net package does. */
function dialError(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'ECONNREFUSED') return `dial tcp ${host}:${port}: connect: connection refused`;
  if (error.code === 'EHOSTUNREACH') return `dial tcp ${host}:${port}: connect: no route to host`;
  return error.message;
}

function probeTcp(target: ProbeTarget, action: core.TCPSocketAction, signal: AbortSignal): Promise<ProbeResult> {
  const host = action.host || target.ip;
  const port = portOf(target.container, action.port);
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    socket.on('connect', () => {
      socket.destroy();
      resolve(passed);
    });
    socket.on('error', (error) =>
      resolve(failed(signal.aborted ? `dial tcp ${host}:${port}: i/o timeout` : dialError(error, host, port))),
    );
  });
}

export type ProbeOnce = (runtime: Runtime, target: ProbeTarget, probe: core.Probe) => Promise<ProbeResult>;

export const probeOnce: ProbeOnce = async (runtime, target, probe) => {
  const timeout = (probe.timeoutSeconds || 1) * 1000;
  const signal = AbortSignal.timeout(timeout);
  try {
    if (probe.exec) return await probeExec(runtime, target, probe.exec.command ?? [], signal);
    if (probe.httpGet) return await probeHttp(target, probe.httpGet, timeout, signal);
    if (probe.tcpSocket) return await probeTcp(target, probe.tcpSocket, signal);
    if (probe.grpc) return await probeGrpc(target.ip, probe.grpc, timeout, signal);
    return failed('missing probe handler');
  } catch (error) {
    if (signal.aborted) return failed(`command "${(probe.exec?.command ?? []).join(' ')}" timed out`);
    return failed(messageOf(error));
  }
};
