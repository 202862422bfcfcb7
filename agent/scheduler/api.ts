/** Writes the scheduler's decisions to the API. */

import { findCondition } from '../api/conditions.ts';
import { persistentVolumes } from '../api/core/persistent-volume.ts';
import { persistentVolumeClaims } from '../api/core/persistent-volume-claim.ts';
import { pods } from '../api/core/pod.ts';
import { isNotFound } from '../api/errors.ts';
import { mediaType } from '../api/media-types.ts';
import { disruptionTarget, observedGeneration } from '../api/pods.ts';
import type { Pod } from '../api/types.ts';
import type { Client, ResourceClient } from '../client/client.ts';
import type { Recorder } from '../client/recorder.ts';
import { type Clock, timestamp } from '../clock.ts';
import type { SchedulerApi } from './framework/handle.ts';

export interface Failure {
  reason: 'Unschedulable' | 'SchedulerError';
  message: string;
  /** The value of `status.nominatedNodeName`; '' removes it, undefined leaves it unchanged. */
  nominate?: string;
}

export interface ApiWriter extends SchedulerApi {
  /** Records the event FailedScheduling, and writes the condition PodScheduled if it changes. */
  explain(pod: Pod, failure: Failure): Promise<void>;
}

const patchType = mediaType.strategicMergePatch;

/** Ignores a missing pod: it is either the intended result, or nothing is left to change. */
async function unlessGone(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

const patchStatus = (resource: ResourceClient<Pod>, { metadata }: Pod, status: object, signal: AbortSignal) =>
  resource.patch(metadata.name, metadata.namespace, patchType, { status }, { subresource: 'status' }, signal);

export function createApiWriter(client: Client, recorder: Recorder, clock: Clock, signal: AbortSignal): ApiWriter {
  const resource = client.resource(pods);
  return {
    async bind(pod, nodeName, aborted) {
      const { name, namespace, uid } = pod.metadata;
      const target = { apiVersion: 'v1', kind: 'Node', name: nodeName };
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target };
      await resource.post(name, namespace, 'binding', binding, aborted);
      recorder.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${nodeName}`);
    },
    async explain(pod, { reason, message, nominate }) {
      recorder.event(pod, 'Warning', 'FailedScheduling', message);
      const known = findCondition(pod.status?.conditions, 'PodScheduled');
      const same = known?.status === 'False' && known.reason === reason && known.message === message;
      const nominated = nominate ?? pod.status?.nominatedNodeName ?? '';
      const moves = nominated !== (pod.status?.nominatedNodeName ?? '');
      if (same && !moves) return;
      const lastTransitionTime = known?.status === 'False' ? known.lastTransitionTime : timestamp(clock.now());
      const about = { type: 'PodScheduled', ...observedGeneration(pod) };
      const condition = { ...about, status: 'False', reason, message, lastTransitionTime };
      const nomination = moves ? { nominatedNodeName: nominated || null } : {};
      await patchStatus(resource, pod, { conditions: [condition], ...nomination }, signal);
    },
    async preempt(victim, preemptor, nodeName) {
      const { name, namespace, uid } = victim.metadata;
      const message = `${preemptor.spec.schedulerName}: preempting to accommodate a higher priority pod`;
      const condition = disruptionTarget(victim, 'PreemptionByScheduler', message, timestamp(clock.now()));
      await unlessGone(patchStatus(resource, victim, { conditions: [condition] }, signal));
      await unlessGone(resource.delete(name, namespace, { preconditions: { uid } }, signal));
      recorder.event(victim, 'Normal', 'Preempted', `Preempted by pod ${preemptor.metadata.uid} on node ${nodeName}`);
    },
    async updateVolume(volume, aborted) {
      await client.resource(persistentVolumes).update(volume, aborted);
    },
    async updateClaim(claim, aborted) {
      await client.resource(persistentVolumeClaims).update(claim, aborted);
    },
    clearNomination: (pod) => unlessGone(patchStatus(resource, pod, { nominatedNodeName: null }, signal)),
  };
}
