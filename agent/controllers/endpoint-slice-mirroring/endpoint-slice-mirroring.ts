/**
 * Mirrors hand-written Endpoints into slices, for clients that read only slices, like our proxy and DNS.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/endpointslicemirroring/endpointslicemirroring_controller.go
 */
import { endpoints } from '../../api/core/endpoints.ts';
import { services } from '../../api/core/service.ts';
import { endpointSlices } from '../../api/discovery/endpoint-slice.ts';
import { ownerReference } from '../../api/owner.ts';
import type { Endpoints } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { executeSlices, slicesByService, slicesOf } from '../endpoint-slice/execute.ts';
import { planSlices, type SliceFrame, sliceLabels } from '../endpoint-slice/plan.ts';
import { watch } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';
import { triggerTimeAnnotation } from '../shared/trigger-times.ts';
import { isMirrored, manager, planMirror } from './plan.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function frameFor(object: Endpoints): SliceFrame {
  const { [lastApplied]: _applied, [triggerTimeAnnotation]: _time, ...annotations } = object.metadata.annotations ?? {};
  return {
    namespace: object.metadata.namespace,
    generateName: `${object.metadata.name}-`,
    labels: sliceLabels(object, manager, false),
    annotations,
    ownerReferences: [ownerReference(object)],
  };
}

export const endpointSliceMirroring = defineController({
  name: 'endpoint_slice_mirroring',
  account: 'endpointslicemirroring-controller',
  for: endpoints,
  watches: [watch(services, ({ object }) => [keyOf(object)])],
  reads: [endpointSlices],
  indices: [slicesByService],
  async reconcile(context, key) {
    const object = context.informer(endpoints).get(key);
    const existing = slicesOf(context, manager, key);
    const mirrored = object && isMirrored(object, context.informer(services).get(key));
    const plan = mirrored
      ? planSlices(frameFor(object), planMirror(object), existing, [])
      : { create: [], update: [], delete: existing };
    await executeSlices(context, plan);
  },
});
