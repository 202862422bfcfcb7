/**
 * The pod's current view, and its status in the API.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/status/status_manager.go
 */

import { isDeepStrictEqual } from 'node:util';
import { pods } from '../../api/core/pod.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import { mediaType } from '../../api/media-types.ts';
import type { core } from '../../api/types.ts';
import { nodeIPsOf } from '../../node-config.ts';
import { isStatic } from '../spec/pod.ts';
import { isEnding, type PodMemory, remember, rememberStatus } from './memory.ts';
import type { PodView } from './model.ts';
import type { StatusWriter, ViewSource } from './parts.ts';
import { statusOf } from './status.ts';

/** The view ignores a sandbox that is being replaced. Operations that end the pod do not count as busy. */
export function viewOf({ cache, probes }: ViewSource, memory: PodMemory): PodView {
  const from = memory.sandbox.startingAttempt ?? 0;
  const containers = cache.containers(memory.uid);
  const up = containers.filter(({ state, name }) => state === 'running' && !memory.operations.has(name));
  const unhealthy = up.flatMap(({ id }): [string, 'liveness' | 'startup'][] => {
    const probe = probes.unhealthy(id);
    return probe ? [[id, probe]] : [];
  });
  return {
    pod: memory.pod,
    sandboxes: cache.sandboxes(memory.uid).filter(({ attempt }) => attempt >= from),
    containers,
    busy: new Set([...memory.operations.keys()].filter((name) => !isEnding(name))),
    backoffs: memory.starts.backoffs,
    failures: memory.starts.failures,
    unhealthy: new Map(unhealthy),
    hooked: memory.starts.hooked,
    restarting: memory.starts.restarting,
    started: new Set(up.filter(({ id }) => probes.started(id)).map(({ id }) => id)),
    ready: new Set(up.filter(({ id }) => probes.started(id) && probes.ready(id)).map(({ id }) => id)),
    resize: memory.resize,
    ...(memory.end.failure ? { failure: memory.end.failure } : {}),
  };
}

/** Writes the status if it changed. */
export async function writeStatus(parts: StatusWriter, memory: PodMemory, signal: AbortSignal): Promise<void> {
  const facts = {
    runtimeName: parts.scheme,
    terminationMessages: memory.terminationMessages,
    hostIPs: nodeIPsOf(parts.config),
    seenAt: memory.seenAt,
    ...(memory.sandbox.ips ? { podIPs: memory.sandbox.ips } : {}),
  };
  const status = JSON.parse(
    JSON.stringify(statusOf(viewOf(parts, memory), facts, parts.clock.now())),
  ) as core.PodStatus;
  if (isDeepStrictEqual(status, memory.written ?? memory.pod.status)) return;
  const { name, namespace } = memory.pod.metadata;
  const isOwn = !isStatic(memory.asked);
  const uid = isOwn ? memory.uid : memory.mirrorUid;
  if (uid === undefined) return;
  const patch = { metadata: { uid }, status };
  try {
    const options = { subresource: 'status' };
    const written = await parts.client
      .resource(pods)
      .patch(name, namespace, mediaType.mergePatch, patch, options, signal);
    memory.written = status;
    if (isOwn) remember(memory, written);
    else rememberStatus(memory, status);
  } catch (error) {
    // The pod was deleted or replaced meanwhile; the watch will report that.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
