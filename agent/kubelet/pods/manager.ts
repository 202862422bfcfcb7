/** Manages every pod of this node: follows the API and the runtime, and runs the passes of each pod. */

import { isDeepStrictEqual } from 'node:util';
import { pods } from '../../api/core/pod.ts';
import type { Pod } from '../../api/types.ts';
import { createInformer, type Informer } from '../../client/informer.ts';
import { createWorkQueue, gatherDelay, type WorkQueue } from '../../client/work-queue.ts';
import type { ObjectKey } from '../sources/objects.ts';
import { allContainersOf } from '../spec/containers.ts';
import { isTerminal, mirroredUid } from '../spec/pod.ts';
import type { PodFailure } from '../spec/pod-failure.ts';
import type { Volumes } from '../volumes/volumes.ts';
import { admit } from './admit.ts';
import { removeEnded } from './clean-up.ts';
import { forgetArrivedImages, forgetReplacedImages } from './container-image.ts';
import { envReferences } from './env.ts';
import { createMemory, type PodMemory, remember } from './memory.ts';
import { orphanOf } from './orphan.ts';
import type { PodParts } from './parts.ts';
import { createResizes } from './resize/resizes.ts';
import { createStaticMemories } from './static-memories.ts';
import { createPodWorker, recordFailure } from './worker.ts';

export interface PodManager {
  /** Requests a pass; the runtime cache, the probes and the sources call it. */
  touch(podUid: string): void;
  /** Call this when a ConfigMap or Secret of the pod changed. */
  sourcesChanged(podUid: string): void;
  /** Call this when the node's images changed: containers that wait for one of them start at once. */
  imagesChanged(): Promise<void>;
  readonly informer: Informer<Pod>;
  /** The pods from the node's own manifests: all of them, each time. */
  setStatic(pods: readonly Pod[]): void;
  /** The static pod of `NAMESPACE/NAME`. */
  findStatic(key: string): Pod | undefined;
  /** The pods that run, or will, with what they were given. */
  active(): Pod[];
  /** Whether the kubelet is ending a pod that nobody deleted. */
  ending(): boolean;
  /** Removes ended containers that the node can do without. */
  removeEnded(): Promise<void>;
  /** Ends a pod that nobody deleted. */
  end(podUid: string, failure: PodFailure): void;
  /** Resolves when the API shows that the pod has ended, or has it no more. */
  ended(podUid: string): Promise<void>;
  /** Resolves when nothing is left of pods that are gone; rejects where that cannot be seen or removed. */
  readonly synced: Promise<void>;
}

/** False if a downwardAPI volume may show something else now. */
const sameMetadata = ({ metadata: left }: Pod, { metadata: right }: Pod): boolean =>
  isDeepStrictEqual(left.labels, right.labels) && isDeepStrictEqual(left.annotations, right.annotations);

const isActive = ({ admitted, end, pod }: PodMemory): boolean =>
  admitted && !end.gone && !end.failure && !isTerminal(pod) && !pod.metadata.deletionTimestamp;

const concurrentPasses = 32;
const maxDelay = 2 ** 31 - 1;

const pullSecretsOf = ({ metadata: { namespace = '' }, spec }: Pod): ObjectKey[] =>
  (spec.imagePullSecrets ?? []).flatMap(({ name }) => (name ? [{ plural: 'secrets', namespace, name }] : []));

/** The waiting reasons of containers that a new or changed ConfigMap or Secret may help. */
const helpedByObjects = ['', 'CreateContainerConfigError', 'ErrImagePull', 'ImagePullBackOff'];

/** The API objects whose changes the pod shows or needs. */
const objectsOf = (pod: Pod, volumes: Volumes): ObjectKey[] => [
  ...volumes.references(pod),
  ...pullSecretsOf(pod),
  ...allContainersOf(pod).flatMap((spec) => envReferences(spec, pod.metadata.namespace ?? '')),
];

/** Creates the manager of this node's pods. It runs until the signal in `parts` aborts. */
export function createPodManager(parts: PodParts): PodManager {
  const { cache, clock, log, signal, client, config } = parts;
  const memories = new Map<string, PodMemory>();
  /** Removes the content of mounted images that no other pod mounts. */
  const releaseImages = (gone: string): void => {
    const others = [...memories.keys()].filter((uid) => uid !== gone);
    parts.imageContent.retain(others).catch((error) => log.error('Cannot remove the content of images', { error }));
  };
  const worker = createPodWorker(parts, (uid) => {
    if (memories.get(uid)?.pod.spec.volumes?.some(({ image }) => image)) releaseImages(uid);
    const memory = memories.get(uid);
    memories.delete(uid);
    if (memory) statics.gone(memory);
  });
  const scope = { fieldSelector: `spec.nodeName=${config.nodeName}` };
  const informer = createInformer(client, pods, scope, { clock, log, signal });
  let known = false;
  const waiting = new Map<string, (() => void)[]>();
  const tellEnded = (uid: string): void => {
    for (const resolve of waiting.get(uid) ?? []) resolve();
    waiting.delete(uid);
  };

  const adoptOrphan = (uid: string): PodMemory | undefined => {
    const memory = orphanOf(uid, cache, clock.now());
    if (!memory) return undefined;
    const { name, namespace } = memory.pod.metadata;
    log.info('Cleaning up after a pod that is not on this node', { pod: `${namespace}/${name}`, uid });
    memories.set(uid, memory);
    return memory;
  };

  const resizes = createResizes({
    memories: () => memories.values(),
    node: parts.node,
    recorder: parts.recorder,
    clock,
    touch: (uid) => queue.add(uid),
  });

  const reconcile = async (uid: string): Promise<void> => {
    if (!known) return;
    const memory = memories.get(uid) ?? adoptOrphan(uid);
    if (!memory) return;
    if (!memory.admitted && !memory.end.failure) {
      admit(
        memory,
        memories.values(),
        {
          node: parts.node(),
          pressure: parts.pressure(),
          shuttingDown: parts.shuttingDown(),
          hasAppArmor: parts.hasAppArmor,
        },
        parts.recorder,
      );
    }
    resizes.consider(memory);
    const wakeAt = await worker.pass(memory);
    if (memory.end.gone || isTerminal(memory.pod)) tellEnded(uid);
    if (wakeAt === undefined || !Number.isFinite(wakeAt)) return;
    queue.addAfter(uid, Math.min(Math.max(wakeAt - clock.now(), 1), maxDelay));
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

  /**
   * Gathers the requests for passes. A pod of thousands of containers has long passes, and each container requests one.
   */
  const soon = (uid: string): void => {
    const { containers = [], initContainers = [] } = memories.get(uid)?.pod.spec ?? {};
    queue.addAfter(uid, gatherDelay(containers.length + initContainers.length));
  };

  const take = (pod: Pod, old?: Pod): void => {
    const shown = mirroredUid(pod);
    if (shown !== undefined) {
      statics.mirrored(shown, pod);
      return;
    }
    const { uid } = pod.metadata;
    const memory = memories.get(uid);
    if (memory) {
      remember(memory, pod);
      forgetReplacedImages(memory);
      memory.volumes.stale ||= old !== undefined && !sameMetadata(pod, old);
    } else memories.set(uid, createMemory(pod, clock.now()));
    if (!memory || !pod.metadata.deletionTimestamp) parts.objects.follow(uid, objectsOf(pod, parts.volumes));
    if (memory) soon(uid);
    else queue.add(uid);
  };
  const statics = createStaticMemories({
    clock,
    memories,
    take,
    onChange: (key) => parts.onStaticPod(key),
    touch: (uid) => queue.add(uid),
  });
  informer.onChange((change) => {
    const shown = mirroredUid(change.object);
    if (shown !== undefined && change.type === 'deleted') {
      statics.mirrored(shown, undefined);
      return;
    }
    if (change.type !== 'deleted') {
      take(change.object, change.old);
      return;
    }
    const memory = memories.get(change.object.metadata.uid);
    if (!memory) return;
    memory.end.gone = true;
    queue.add(memory.uid);
  });

  const start = async (): Promise<void> => {
    await Promise.all([informer.synced, cache.synced, parts.staticPods]);
    known = true;
    const uids = new Set([...memories.keys(), ...cache.podUids()]);
    await parts.network.retain(cache.allSandboxes().map(({ id }) => id));
    await parts.volumes.retain(uids);
    await parts.imageContent.retain([...uids]);
    for (const uid of uids) queue.add(uid);
  };

  return {
    touch: soon,
    sourcesChanged(uid) {
      const memory = memories.get(uid);
      if (!memory) return;
      memory.volumes.stale = true;
      for (const [name, { reason }] of memory.starts.failures) {
        if (helpedByObjects.includes(reason)) memory.starts.failures.delete(name);
      }
      queue.add(uid);
    },
    async imagesChanged() {
      for (const memory of memories.values()) {
        if (memory.starts.failures.size > 0 && (await forgetArrivedImages(parts, memory))) queue.add(memory.uid);
      }
    },
    informer,
    setStatic: statics.set,
    findStatic: statics.find,
    active: () => [...memories.values()].filter(isActive).map(({ pod }) => pod),
    ending: () => [...memories.values()].some(({ pod, end }) => end.failure && !end.gone && !isTerminal(pod)),
    async removeEnded() {
      for (const memory of memories.values()) await removeEnded(parts, memory, signal);
    },
    end(uid, failure) {
      const memory = memories.get(uid);
      if (!memory || !isActive(memory)) return;
      recordFailure(parts.recorder, memory, failure);
      queue.add(uid);
    },
    ended(uid) {
      const memory = memories.get(uid);
      if (!memory || memory.end.gone || isTerminal(memory.pod)) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.set(uid, [...(waiting.get(uid) ?? []), resolve]);
      return promise;
    },
    synced: start(),
  };
}
