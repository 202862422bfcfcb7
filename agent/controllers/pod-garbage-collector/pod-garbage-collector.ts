/**
 * Removes pods of nodes that have vanished, and finished pods beyond a number.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/podgc/gc_controller.go
 */
import { nodes } from '../../api/core/node.ts';
import { pods } from '../../api/core/pod.ts';
import { isNotFound } from '../../api/errors.ts';
import { isPodTerminal } from '../../api/pods.ts';
import type { Pod } from '../../api/types.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import type { ControllerDeps } from '../shared/controller.ts';
import { withDisruption } from '../shared/pods.ts';
import { type Doomed, planPodGarbage } from './plan.ts';

const terminatedThreshold = 12_500;
/** A node may be registered again right after it was deleted. Milliseconds. */
const quarantine = 40_000;
const everything = 'all';

export function startPodGarbageCollector(deps: ControllerDeps): void {
  const { client, informers, clock, log, signal } = deps;
  const podInformer = informers.for(pods);
  const nodeInformer = informers.for(nodes);
  const resource = client.resource(pods);
  const missingSince = new Map<string, number>();

  const isMissing = ({ spec }: Pod): boolean => Boolean(spec.nodeName && !nodeInformer.get(spec.nodeName));

  /** Nodes of pods that have been missing for the quarantine, by our clock, from when we first saw that they are not there. */
  const goneNodes = (all: readonly Pod[]): ReadonlySet<string> => {
    const missing = new Set(all.filter(isMissing).map(({ spec }) => spec.nodeName ?? ''));
    for (const name of missingSince.keys()) if (!missing.has(name)) missingSince.delete(name);
    const gone = new Set<string>();
    for (const name of missing) {
      const since = missingSince.get(name) ?? clock.now();
      missingSince.set(name, since);
      const left = since + quarantine - clock.now();
      if (left > 0) queue.addAfter(everything, left);
      else gone.add(name);
    }
    return gone;
  };

  const fail = async (pod: Pod): Promise<void> => {
    const conditions = withDisruption(pod, 'DeletionByPodGC', 'PodGC: node no longer exists', clock.now());
    await resource.updateStatus({ ...pod, status: { ...pod.status, phase: 'Failed', conditions } }, signal);
  };
  const remove = async ({ pod, why }: Doomed): Promise<void> => {
    const { name, namespace, uid } = pod.metadata;
    try {
      if (why === 'orphaned' && !isPodTerminal(pod)) await fail(pod);
      await resource.delete(name, namespace, { gracePeriodSeconds: 0, preconditions: { uid } }, signal);
      log.info('Forced deletion of pod', { pod: `${namespace}/${name}`, why });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  };
  const reconcile = async (): Promise<void> => {
    const all = podInformer.list();
    const gone = goneNodes(all);
    await Promise.all(planPodGarbage(all, (name) => gone.has(name), terminatedThreshold).map(remove));
    // A controller makes them anew, for the same node. The new ones wait as well, or the two of us would never rest.
    for (const name of gone) missingSince.delete(name);
  };
  const queue = createWorkQueue({ name: 'podgc', clock, log, signal, reconcile });

  void Promise.all([podInformer.synced, nodeInformer.synced]).then(() => {
    nodeInformer.onChange(({ type }) => type === 'deleted' && queue.add(everything));
    let finished = podInformer.list().filter(isPodTerminal).length;
    podInformer.onChange(({ type, object, old }) => {
      const before = old ? isPodTerminal(old) : type === 'deleted' && isPodTerminal(object);
      finished += Number(type !== 'deleted' && isPodTerminal(object)) - Number(before);
      const unscheduled = !object.spec.nodeName && object.metadata.deletionTimestamp;
      if (type !== 'deleted' && (finished > terminatedThreshold || isMissing(object) || unscheduled))
        queue.add(everything);
    });
    queue.add(everything);
  });
}
