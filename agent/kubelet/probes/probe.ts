/**
 * Runs one attempt of a probe. Failures are results, not exceptions.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/prober/prober.go
 */

import { connect } from 'node:net';
import { messageOf } from '../../api/errors.ts';
import type { core } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { portOf } from '../spec/containers.ts';
import { dialError } from './dial-error.ts';
import { probeGrpc } from './grpc.ts';
import { probeHttp } from './http.ts';
import { startPatience } from './patience.ts';
import { failed, type ProbeResult, passed } from './result.ts';

export interface ProbeTarget {
  containerId: string;
  container: core.Container;
  ip: string;
}

async function probeExec(
  { runtime }: ProbeParts,
  target: ProbeTarget,
  command: string[],
  timeout: number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  try {
    const { exitCode, output } = await runtime.execSync(target.containerId, { command, timeout }, signal);
    return exitCode === 0 ? passed : failed(output || `command exited with ${exitCode}`);
  } catch (error) {
    return failed(messageOf(error));
  }
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

/** What probes run with. */
export interface ProbeParts {
  runtime: Runtime;
  clock: Clock;
}

/** Runs one attempt. When the signal aborts, the attempt ends and its result does not matter. */
export type ProbeOnce = (
  parts: ProbeParts,
  target: ProbeTarget,
  probe: core.Probe,
  signal: AbortSignal,
) => Promise<ProbeResult>;

/** One attempt over the network, until the signal aborts. `timeout` is in milliseconds, for messages. */
function probeNetwork(
  target: ProbeTarget,
  probe: core.Probe,
  timeout: number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  if (probe.httpGet) return probeHttp(target.container, target.ip, probe.httpGet, signal);
  if (probe.tcpSocket) return probeTcp(target, probe.tcpSocket, signal);
  if (probe.grpc) return probeGrpc(target.ip, probe.grpc, timeout, signal);
  return Promise.resolve(failed('missing probe handler'));
}

export const probeOnce: ProbeOnce = async (parts, target, probe, signal) => {
  const timeout = (probe.timeoutSeconds || 1) * 1000;
  if (probe.exec) return probeExec(parts, target, probe.exec.command ?? [], timeout, signal);
  const patience = startPatience(parts.clock, timeout);
  try {
    return await probeNetwork(target, probe, timeout, AbortSignal.any([signal, patience.signal]));
  } catch (error) {
    return failed(messageOf(error));
  } finally {
    patience.end();
  }
};
