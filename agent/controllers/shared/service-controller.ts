/** Defines a controller of services: a change of a service, or of a pod that it selects, enqueues the service's key. */
import { pods } from '../../api/core/pod.ts';
import { services } from '../../api/core/service.ts';
import { selectsByMap } from '../../api/selectors.ts';
import type { Pod, Service } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { gatherDelay } from '../../client/work-queue.ts';
import { hasSelector, sameBackend } from './backends.ts';
import {
  byNamespace,
  type Context,
  type ControllerDefinition,
  namespaceIndex,
  type Request,
  watch,
} from './controller.ts';
import { type Controller, defineController } from './runtime.ts';

/** The pods that a service selects. */
export function selectedPods({ informer }: Context, service: Service): Pod[] {
  if (!hasSelector(service)) return [];
  const all = informer(pods).byIndex(namespaceIndex, service.metadata.namespace ?? '');
  return all.filter((pod) => selectsByMap(service.spec.selector, pod.metadata.labels));
}

export function defineServiceController(definition: Omit<ControllerDefinition<Service>, 'for'>): Controller {
  /** The number of pods of each service at its last reconcile. */
  const sizes = new Map<string, number>();

  const keysFor = function* (pod: Pod, { informer }: Context): Generator<Request> {
    for (const service of informer(services).byIndex(namespaceIndex, pod.metadata.namespace ?? '')) {
      if (!selectsByMap(service.spec.selector, pod.metadata.labels)) continue;
      const key = keyOf(service);
      yield { key, after: gatherDelay(sizes.get(key) ?? 0) };
    }
  };
  const onPod = watch(pods, function* ({ object, old }, context) {
    if (old && sameBackend(old, object)) return;
    yield* keysFor(object, context);
    if (old) yield* keysFor(old, context);
  });
  return defineController({
    ...definition,
    for: services,
    watches: [onPod, ...(definition.watches ?? [])],
    indices: [byNamespace(services), byNamespace(pods), ...(definition.indices ?? [])],
    reconcile(context, key) {
      const service = context.informer(services).get(key);
      if (service) sizes.set(key, selectedPods(context, service).length);
      else sizes.delete(key);
      return definition.reconcile(context, key);
    },
  });
}
