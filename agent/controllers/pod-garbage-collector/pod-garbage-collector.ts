/**
 * Deletes pods of missing nodes, and finished pods beyond a threshold.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/podgc/gc_controller.go
 */
import { nodes } from '../../api/core/node.ts';
import { pods } from '../../api/core/pod.ts';
import { isNotFound } from '../../api/errors.ts';
import { mediaType } from '../../api/media-types.ts';
import { isPodTerminal } from '../../api/pods.ts';
import type { Pod } from '../../api/types.ts';
import { type Context, watch } from '../shared/controller.ts';
import { withDisruption } from '../shared/pods.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { type PodGarbage, planPodGarbage } from './plan.ts';

const terminatedThreshold = 12_500;
/** How long a node must be missing, in milliseconds: a deleted node may be registered again soon. */
const quarantine = 40_000;
/** The only key: each reconcile goes through all pods. */
const allPods = 'all';

const isMissing = ({ informer }: Context, { spec }: Pod): boolean =>
  Boolean(spec.nodeName && !informer(nodes).get(spec.nodeName));

async function remove({ client, clock, log, signal }: Context, { pod, why }: PodGarbage): Promise<void> {
  const resource = client.resource(pods);
  const { name, namespace, uid, resourceVersion } = pod.metadata;
  try {
    if (why === 'orphaned' && !isPodTerminal(pod)) {
      const conditions = withDisruption(pod, 'DeletionByPodGC', 'PodGC: node no longer exists', clock.now());
      // It may patch a status and not replace it; the version keeps conditions that somebody has added meanwhile.
      const patch = { metadata: { uid, resourceVersion }, status: { phase: 'Failed', conditions } };
      await resource.patch(name, namespace, mediaType.mergePatch, patch, { subresource: 'status' }, signal);
    }
    await resource.delete(name, namespace, { gracePeriodSeconds: 0, preconditions: { uid } }, signal);
    log.info('Forced deletion of pod', { pod: `${namespace}/${name}`, why });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Tracks missing nodes that pods name, with the time when each was first missed, by this process's clock. */
function createMissingNodes() {
  const since = new Map<string, number>();
  return {
    /**
     * `gone`: the nodes that have been missing for the quarantine. `wait`: milliseconds until the next one has been.
     */
    look(missing: ReadonlySet<string>, now: number): { gone: ReadonlySet<string>; wait?: number } {
      for (const name of since.keys()) if (!missing.has(name)) since.delete(name);
      for (const name of missing) if (!since.has(name)) since.set(name, now);
      const left = (at: number) => at + quarantine - now;
      const gone = new Set([...since].filter(([, at]) => left(at) <= 0).map(([name]) => name));
      const waits = [...since.values()].map(left).filter((each) => each > 0);
      return { gone, ...(waits.length > 0 ? { wait: Math.min(...waits) } : {}) };
    },
    /**
     * Restarts the quarantine of these nodes. A controller may create the deleted pods again for the same node; without
     * the pause the two would never stop.
     */
    forget: (names: ReadonlySet<string>): void => {
      for (const name of names) since.delete(name);
    },
  };
}

export function podGarbageCollector(): Controller {
  const missingNodes = createMissingNodes();
  let finished = 0;
  return defineController({
    name: 'orphaned_pods_nodes',
    account: 'pod-garbage-collector',
    for: pods,
    keys({ type, object, old }, context) {
      const before = old ? isPodTerminal(old) : type === 'deleted' && isPodTerminal(object);
      finished += Number(type !== 'deleted' && isPodTerminal(object)) - Number(before);
      const unscheduled = !object.spec.nodeName && object.metadata.deletionTimestamp;
      const due = finished > terminatedThreshold || isMissing(context, object) || unscheduled;
      return type !== 'deleted' && due ? [allPods] : [];
    },
    watches: [watch(nodes, ({ type }) => (type === 'deleted' ? [allPods] : []))],
    concurrency: 1,
    async reconcile(context) {
      const all = context.informer(pods).list();
      const missing = new Set(all.filter((pod) => isMissing(context, pod)).map(({ spec }) => spec.nodeName ?? ''));
      const { gone, wait } = missingNodes.look(missing, context.clock.now());
      const garbage = planPodGarbage(all, (name) => gone.has(name), terminatedThreshold);
      await Promise.all(garbage.map((each) => remove(context, each)));
      missingNodes.forget(gone);
      return wait === undefined ? undefined : { after: wait };
    },
  });
}
