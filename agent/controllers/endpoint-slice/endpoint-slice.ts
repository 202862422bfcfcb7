/**
 * Maintains the EndpointSlices of services that select pods.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/endpointslice/endpointslice_controller.go
 */
import { nodes } from '../../api/core/node.ts';
import { services } from '../../api/core/service.ts';
import { endpointSlices } from '../../api/discovery/endpoint-slice.ts';
import { ownerReference } from '../../api/owner.ts';
import { familiesOf, hasSelector } from '../shared/backends.ts';
import { watch } from '../shared/controller.ts';
import type { Controller } from '../shared/runtime.ts';
import { defineServiceController, selectedPods } from '../shared/service-controller.ts';
import { createTriggerTimes } from '../shared/trigger-times.ts';
import { executeSlices, slicesByService, slicesOf } from './execute.ts';
import { frameFor, groupByPorts, managedByLabel, manager, planSlices, serviceNameLabel } from './plan.ts';

/** Reconciles after somebody else's change of a slice. After our own change the plan has no actions. */
const onSlice = watch(endpointSlices, ({ type, object }) => {
  const { [managedByLabel]: by, [serviceNameLabel]: name } = object.metadata.labels ?? {};
  return by === manager && name && type !== 'added' ? [`${object.metadata.namespace}/${name}`] : [];
});

export const endpointSlice = (): Controller => {
  const triggerTimes = createTriggerTimes();
  return defineServiceController({
    name: 'endpoint_slice',
    account: 'endpointslice-controller',
    watches: [onSlice],
    reads: [nodes],
    indices: [slicesByService],
    async reconcile(context, key) {
      const service = context.informer(services).get(key);
      // The garbage collector removes the slices of a deleted service. Users write the slices of a service without a
      // selector.
      if (!service) triggerTimes.forget(key);
      if (!service || service.metadata.deletionTimestamp || !hasSelector(service)) return;
      const pods = selectedPods(context, service);
      const frame = frameFor(service, ownerReference(service), triggerTimes.next(key, service, pods));
      const zoneOf = (nodeName = '') =>
        context.informer(nodes).get(nodeName)?.metadata.labels?.['topology.kubernetes.io/zone'];
      const groups = groupByPorts(service, pods, zoneOf);
      const existing = slicesOf(context, manager, key);
      await executeSlices(context, planSlices(frame, groups, existing, familiesOf(service)));
    },
  });
};
