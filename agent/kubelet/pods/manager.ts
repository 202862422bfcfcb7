/** Every pod of this node: follows the API and the runtime, and gives each pod its passes. */

import { isDeepStrictEqual } from 'node:util';
import { pods } from '../../api/core/pod.ts';
import type { Pod } from '../../api/types.ts';
import { createInformer, type Informer } from '../../client/informer.ts';
import { createWorkQueue, type WorkQueue } from '../../client/work-queue.ts';
import type { KubeletDeps } from '../deps.ts';
import { allContainersOf } from '../spec/containers.ts';
import { isMirror, isTerminal } from '../spec/pod.ts';
import { rejectionOf } from './admission.ts';
import { envReferences } from './env.ts';
import { podAnnouncer } from './events.ts';
import { createMemory, type PodMemory, remember } from './memory.ts';
import { createPodWorker } from './worker.ts';

export interface PodManager {
  /** Has the pod looked at again; for the runtime cache, the probes and the sources. */
  touch(podUid: string): void;
  /** A ConfigMap or Secret of the pod changed. */
  sourcesChanged(podUid: string): void;
  readonly informer: Informer<Pod>;
  /** Resolves when the pods and the runtime are known. */
  readonly synced: Promise<void>;
}

/** What a downwardAPI volume shows may have changed. */
const sameMetadata = ({ metadata: left }: Pod, { metadata: right }: Pod): boolean =>
  isDeepStrictEqual(left.labels, right.labels) && isDeepStrictEqual(left.annotations, right.annotations);

const concurrentPasses = 32;
const longest = 2 ** 31 - 1;

export function createPodManager(deps: KubeletDeps): PodManager {
  const objectsOf = (pod: Pod) => [
    ...deps.volumes.references(pod),
    ...allContainersOf(pod).flatMap((spec) => envReferences(spec, pod.metadata.namespace ?? '')),
  ];
  const { cache, clock, log, signal, client, config } = deps;
  const memories = new Map<string, PodMemory>();
  const worker = createPodWorker(deps, (uid) => void memories.delete(uid));
  const scope = { fieldSelector: `spec.nodeName=${config.nodeName}` };
  const informer = createInformer(client, pods, scope, { clock, log, signal });
  let known = false;

  /** Something runs of a pod that the API has never heard of, or that was deleted while this agent was away. */
  const adoptOrphan = (uid: string): PodMemory | undefined => {
    const [object] = [...cache.sandboxes(uid), ...cache.containers(uid)];
    if (!object) return undefined;
    const { name, namespace } = object.pod;
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, uid, resourceVersion: '0', creationTimestamp: '' },
      spec: { containers: [] },
    };
    log.info('Cleaning up after a pod that is not on this node', { pod: `${namespace}/${name}`, uid });
    const memory = createMemory(pod, clock.now());
    memory.gone = true;
    memories.set(uid, memory);
    return memory;
  };

  /**
   * In the order in which the pods came, and within one turn, so that two pods do not stand in each other's way. One that
   * was taken before this agent started stays.
   */
  const admit = (memory: PodMemory): void => {
    const { pod } = memory;
    const taken = (other: PodMemory) => other.admitted || other.pod.status?.startTime !== undefined;
    const node = deps.node();
    const others = [...memories.values()].filter((other) => other !== memory && taken(other));
    const counted = others.filter((other) => !other.gone && !isTerminal(other.pod)).map((other) => other.pod);
    const asked = node && !memory.gone && !taken(memory) && !isTerminal(pod);
    const rejection = asked ? rejectionOf(pod, node, counted) : undefined;
    memory.admitted = !rejection;
    if (!rejection) return;
    const { reason, message } = rejection;
    memory.doom = { reason, message: `Pod was rejected: ${message}`, rejected: true };
    podAnnouncer(deps.recorder, memory)('Warning', reason, message);
  };

  const reconcile = async (uid: string): Promise<void> => {
    if (!known) return;
    const memory = memories.get(uid) ?? adoptOrphan(uid);
    if (!memory) return;
    if (!memory.admitted && !memory.doom) admit(memory);
    const wakeAt = await worker.pass(memory);
    if (wakeAt === undefined || !Number.isFinite(wakeAt)) return;
    queue.addAfter(uid, Math.min(Math.max(wakeAt - clock.now(), 1), longest));
  };
  const queue: WorkQueue = createWorkQueue({
    name: 'pods',
    clock,
    log,
    signal,
    concurrency: concurrentPasses,
    backoff: { base: 100, max: 10_000 },
    reconcile,
  });

  const take = (pod: Pod, old?: Pod): void => {
    if (isMirror(pod)) return;
    const { uid } = pod.metadata;
    const memory = memories.get(uid);
    if (memory) {
      remember(memory, pod);
      memory.volumesStale ||= old !== undefined && !sameMetadata(pod, old);
    } else memories.set(uid, createMemory(pod, clock.now()));
    if (!memory || !pod.metadata.deletionTimestamp) deps.objects.follow(uid, objectsOf(pod));
    queue.add(uid);
  };
  informer.onChange((change) => {
    if (change.type !== 'deleted') {
      take(change.object, change.old);
      return;
    }
    const memory = memories.get(change.object.metadata.uid);
    if (!memory) return;
    memory.gone = true;
    queue.add(memory.uid);
  });

  const start = async (): Promise<void> => {
    await Promise.all([informer.synced, cache.synced]);
    known = true;
    const uids = new Set([...memories.keys(), ...cache.podUids()]);
    await deps.network.retain(cache.allSandboxes().map(({ id }) => id));
    await deps.volumes.retain(uids);
    for (const uid of uids) queue.add(uid);
  };

  return {
    touch: (uid) => queue.add(uid),
    sourcesChanged(uid) {
      const memory = memories.get(uid);
      if (!memory) return;
      memory.volumesStale = true;
      for (const [name, { reason }] of memory.failures) {
        if (reason === '' || reason === 'CreateContainerConfigError') memory.failures.delete(name);
      }
      queue.add(uid);
    },
    informer,
    synced: start(),
  };
}
