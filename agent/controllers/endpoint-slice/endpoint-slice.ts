/**
 * Keeps the EndpointSlices of services that select pods.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/endpointslice/endpointslice_controller.go
 */
import { nodes } from '../../api/core/node.ts';
import { services } from '../../api/core/service.ts';
import { endpointSlices } from '../../api/discovery/endpoint-slice.ts';
import { ownerReference } from '../../api/owner.ts';
import { keyOf } from '../../client/informer.ts';
import { familiesOf, hasSelector } from '../shared/backends.ts';
import type { ControllerDeps } from '../shared/controller.ts';
import { createServiceQueue, selectedPods } from '../shared/service-queue.ts';
import { executeSlices, indexSlices, slicesOf } from './execute.ts';
import { frameFor, groupByPorts, managedByLabel, manager, planSlices, serviceNameLabel } from './plan.ts';

export function startEndpointSliceController(deps: ControllerDeps): void {
  const { informers } = deps;
  const serviceInformer = informers.for(services);
  const sliceInformer = informers.for(endpointSlices);
  const nodeInformer = informers.for(nodes);
  indexSlices(deps);
  const zoneOf = (nodeName = '') => nodeInformer.get(nodeName)?.metadata.labels?.['topology.kubernetes.io/zone'];

  const reconcile = async (key: string): Promise<void> => {
    const service = serviceInformer.get(key);
    // What a deleted service leaves behind goes with its owner; one without a selector has its slices written by hand.
    if (!service || service.metadata.deletionTimestamp || !hasSelector(service)) return;
    const frame = frameFor(service, ownerReference(service));
    const groups = groupByPorts(service, selectedPods(deps, service), zoneOf);
    await executeSlices(deps, planSlices(frame, groups, slicesOf(deps, manager, key), familiesOf(service)));
  };

  const queue = createServiceQueue(deps, 'endpointslice', [sliceInformer.synced, nodeInformer.synced], reconcile);
  sliceInformer.onChange(({ type, object }) => {
    // Somebody else's change is put right; our own is a plan without actions.
    const { [managedByLabel]: by, [serviceNameLabel]: name } = object.metadata.labels ?? {};
    if (by === manager && name && type !== 'added') {
      queue.add(keyOf({ ...object, metadata: { ...object.metadata, name } }));
    }
  });
}
