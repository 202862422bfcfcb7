/** A queue of services that fills when a service, or a pod that it selects, changes. */
import { pods } from '../../api/core/pod.ts';
import { services } from '../../api/core/service.ts';
import { selectsByMap } from '../../api/selectors.ts';
import type { Pod, Service } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { createWorkQueue, gatherDelay, type WorkQueue } from '../../client/work-queue.ts';
import { hasSelector, sameBackend } from './backends.ts';
import type { ControllerDeps } from './controller.ts';

const namespaceIndex = 'namespace';
const byNamespace = ({ metadata }: Pod | Service): readonly string[] => [metadata.namespace ?? ''];

/** Pods that a service selects. */
export function selectedPods(deps: ControllerDeps, service: Service): Pod[] {
  if (!hasSelector(service)) return [];
  const all = deps.informers.for(pods).byIndex(namespaceIndex, service.metadata.namespace ?? '');
  return all.filter((pod) => selectsByMap(service.spec.selector, pod.metadata.labels));
}

/** `ready` are further informers to wait for before the first reconcile. */
export function createServiceQueue(
  deps: ControllerDeps,
  name: string,
  ready: readonly Promise<void>[],
  reconcile: (key: string) => Promise<void>,
): WorkQueue {
  const { informers, clock, log, signal } = deps;
  const serviceInformer = informers.for(services);
  const podInformer = informers.for(pods);
  serviceInformer.index(namespaceIndex, byNamespace);
  podInformer.index(namespaceIndex, byNamespace);
  /** Pods by service, as of its last reconcile. */
  const sizes = new Map<string, number>();
  const counting = async (key: string): Promise<void> => {
    const service = serviceInformer.get(key);
    if (service) sizes.set(key, selectedPods(deps, service).length);
    else sizes.delete(key);
    await reconcile(key);
  };
  const queue = createWorkQueue({ name, clock, log, signal, concurrency: 5, reconcile: counting });

  const enqueueFor = (pod: Pod): void => {
    for (const service of serviceInformer.byIndex(namespaceIndex, pod.metadata.namespace ?? '')) {
      if (!selectsByMap(service.spec.selector, pod.metadata.labels)) continue;
      const key = keyOf(service);
      queue.addAfter(key, gatherDelay(sizes.get(key) ?? 0));
    }
  };
  void Promise.all([serviceInformer.synced, podInformer.synced, ...ready]).then(() => {
    serviceInformer.onChange(({ object }) => queue.add(keyOf(object)));
    podInformer.onChange(({ object, old }) => {
      if (old && sameBackend(old, object)) return;
      enqueueFor(object);
      if (old) enqueueFor(old);
    });
    for (const service of serviceInformer.list()) queue.add(keyOf(service));
  });
  return queue;
}
