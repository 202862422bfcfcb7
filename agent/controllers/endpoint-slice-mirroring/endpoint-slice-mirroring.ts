/**
 * Mirrors hand-written Endpoints into slices, for clients that only read those (our proxy and DNS do).
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/endpointslicemirroring/endpointslicemirroring_controller.go
 */
import { endpoints } from '../../api/core/endpoints.ts';
import { services } from '../../api/core/service.ts';
import { endpointSlices } from '../../api/discovery/endpoint-slice.ts';
import { ownerReference } from '../../api/owner.ts';
import type { Endpoints } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import { executeSlices, indexSlices, slicesOf } from '../endpoint-slice/execute.ts';
import { planSlices, type SliceFrame, sliceLabels } from '../endpoint-slice/plan.ts';
import type { ControllerDeps } from '../shared/controller.ts';
import { isMirrored, manager, planMirror } from './plan.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function frameFor(object: Endpoints): SliceFrame {
  const { [lastApplied]: _applied, ...annotations } = object.metadata.annotations ?? {};
  return {
    namespace: object.metadata.namespace,
    generateName: `${object.metadata.name}-`,
    labels: sliceLabels(object, manager, false),
    annotations,
    ownerReferences: [ownerReference(object)],
  };
}

export function startEndpointSliceMirroringController(deps: ControllerDeps): void {
  const { informers, clock, log, signal } = deps;
  const informer = informers.for(endpoints);
  const serviceInformer = informers.for(services);
  const sliceInformer = informers.for(endpointSlices);
  indexSlices(deps);

  const reconcile = async (key: string): Promise<void> => {
    const object = informer.get(key);
    const existing = slicesOf(deps, manager, key);
    const mirrored = object && isMirrored(object, serviceInformer.get(key));
    const plan = mirrored
      ? planSlices(frameFor(object), planMirror(object), existing, [])
      : { create: [], update: [], delete: existing };
    await executeSlices(deps, plan);
  };
  const queue = createWorkQueue({ name: 'endpointslicemirroring', clock, log, signal, reconcile });

  void Promise.all([informer.synced, serviceInformer.synced, sliceInformer.synced]).then(() => {
    informer.onChange(({ object }) => queue.add(keyOf(object)));
    serviceInformer.onChange(({ object }) => queue.add(keyOf(object)));
    for (const object of informer.list()) queue.add(keyOf(object));
  });
}
