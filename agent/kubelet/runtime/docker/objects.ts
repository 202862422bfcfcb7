/** Translates the engine's description of a container into the terms of the runtime seam. */
import type { ContainerInspectInfo, HostConfig } from 'dockerode';
import { requestOf } from '../cpu-shares.ts';
import type { ContainerResources, RuntimeContainer, RuntimeObject, RuntimeSandbox } from '../runtime.ts';
import { attemptOf, label, podOf } from './labels.ts';

/** Milliseconds since the epoch; 0 for the year 1, which the engine writes for what has not happened. */
export function milliseconds(time: string | undefined): number {
  const parsed = time ? Date.parse(time) : 0;
  return Number.isFinite(parsed) && parsed > 0 ? parsed : 0;
}

function stateOf({ State: state }: ContainerInspectInfo): RuntimeContainer['state'] {
  if (state.Running) return 'running';
  return state.Status === 'created' && state.ExitCode === 0 ? 'created' : 'exited';
}

function toSandbox(info: ContainerInspectInfo): RuntimeSandbox {
  const labels = info.Config.Labels;
  return {
    id: info.Id,
    pod: podOf(labels),
    attempt: attemptOf(labels),
    state: info.State.Running ? 'ready' : 'notready',
    hostNetwork: labels[label.hostNetwork] === 'true',
    createdAt: milliseconds(info.Created),
    pid: info.State.Pid,
    labels,
  };
}

/** What the engine was last asked for; 0 means nothing. */
function resourcesOf({ CpuShares, NanoCpus, Memory }: Partial<HostConfig>): ContainerResources {
  return {
    ...(CpuShares ? { cpuRequest: requestOf(CpuShares) } : {}),
    ...(NanoCpus ? { cpuLimit: Math.round(NanoCpus / 1_000_000) } : {}),
    ...(Memory ? { memoryLimit: Memory } : {}),
  };
}

function toContainer(info: ContainerInspectInfo): RuntimeContainer {
  const labels = info.Config.Labels;
  return {
    id: info.Id,
    pod: podOf(labels),
    name: labels[label.container] ?? '',
    attempt: attemptOf(labels),
    image: info.Config.Image,
    imageID: info.Image,
    state: stateOf(info),
    createdAt: milliseconds(info.Created),
    startedAt: milliseconds(info.State.StartedAt),
    finishedAt: milliseconds(info.State.FinishedAt),
    exitCode: info.State.ExitCode,
    oomKilled: info.State.OOMKilled,
    error: info.State.Error,
    labels,
    resources: resourcesOf(info.HostConfig),
  };
}

export const toObject = (info: ContainerInspectInfo): RuntimeObject =>
  info.Config.Labels[label.type] === 'podsandbox'
    ? { type: 'sandbox', sandbox: toSandbox(info) }
    : { type: 'container', container: toContainer(info) };
