/**
 * What is known of a pod now, and its status in the API.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/kubelet/status/status_manager.go
 */
import { isDeepStrictEqual } from 'node:util';
import { pods } from '../../api/core/pod.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import type { core } from '../../api/types.ts';
import type { KubeletDeps } from '../deps.ts';
import { isEnding, type PodMemory, remember } from './memory.ts';
import type { PodView } from './model.ts';
import { statusOf } from './status.ts';

/** A sandbox that is being replaced does not count any more, nor does one that ends the pod count as busy. */
export function viewOf({ cache, probes }: KubeletDeps, memory: PodMemory): PodView {
  const from = memory.startingAttempt ?? 0;
  const containers = cache.containers(memory.uid);
  const up = containers.filter(({ state, name }) => state === 'running' && !memory.busy.has(name));
  const unhealthy = up.flatMap(({ id }): [string, 'liveness' | 'startup'][] => {
    const probe = probes.unhealthy(id);
    return probe ? [[id, probe]] : [];
  });
  return {
    pod: memory.pod,
    sandboxes: cache.sandboxes(memory.uid).filter(({ attempt }) => attempt >= from),
    containers,
    busy: new Set([...memory.busy.keys()].filter((name) => !isEnding(name))),
    backoffs: memory.backoffs,
    failures: memory.failures,
    unhealthy: new Map(unhealthy),
    started: new Set(up.filter(({ id }) => probes.started(id)).map(({ id }) => id)),
    ready: new Set(up.filter(({ id }) => probes.started(id) && probes.ready(id)).map(({ id }) => id)),
    ...(memory.doom ? { doom: memory.doom } : {}),
  };
}

/** Writes only what changed. */
export async function writeStatus(deps: KubeletDeps, memory: PodMemory, signal: AbortSignal): Promise<void> {
  const facts = {
    runtimeName: deps.scheme,
    terminationMessages: memory.terminationMessages,
    hostIP: deps.config.nodeIP,
    seenAt: memory.seenAt,
    ...(memory.ip === undefined ? {} : { podIP: memory.ip }),
  };
  const status = JSON.parse(JSON.stringify(statusOf(viewOf(deps, memory), facts, deps.clock.now()))) as core.PodStatus;
  if (isDeepStrictEqual(status, memory.written ?? memory.pod.status)) return;
  const { name, namespace, uid } = memory.pod.metadata;
  const patch = { metadata: { uid }, status };
  try {
    const options = { subresource: 'status' };
    const written = await deps.client
      .resource(pods)
      .patch(name, namespace, 'application/merge-patch+json', patch, options, signal);
    memory.written = status;
    remember(memory, written);
  } catch (error) {
    // Deleted or replaced meanwhile: the watch will say so.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
