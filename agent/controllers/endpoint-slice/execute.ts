/** Writes a slice plan. Resolves when the cache shows the result, so that the next plan builds on it. */
import { endpointSlices } from '../../api/discovery/endpoint-slice.ts';
import { isNotFound } from '../../api/errors.ts';
import type { EndpointSlice } from '../../api/types.ts';
import { type Context, index } from '../shared/controller.ts';
import { managedByLabel, type SlicePlan, serviceNameLabel } from './plan.ts';

const serviceIndex = 'service';

/** Slices by `MANAGER/NAMESPACE/SERVICE`. */
export const slicesByService = index(endpointSlices, serviceIndex, ({ metadata }) => {
  const { [managedByLabel]: manager, [serviceNameLabel]: service } = metadata.labels ?? {};
  return manager && service ? [`${manager}/${metadata.namespace}/${service}`] : [];
});

/** The controller must declare the index `slicesByService`. */
export const slicesOf = ({ informer }: Context, manager: string, serviceKey: string): EndpointSlice[] =>
  informer(endpointSlices)
    .byIndex(serviceIndex, `${manager}/${serviceKey}`)
    .filter(({ metadata }) => !metadata.deletionTimestamp);

/** Creates and updates slices first, then deletes. Rejects with a conflict if a slice changed meanwhile. */
export async function executeSlices({ client, informer: informerOf, signal }: Context, plan: SlicePlan): Promise<void> {
  const resource = client.resource(endpointSlices);
  const informer = informerOf(endpointSlices);
  const written = await Promise.all([
    ...plan.create.map((slice) => resource.create(slice, signal)),
    ...plan.update.map((slice) => resource.update(slice, signal)),
  ]);
  const remove = async (slice: EndpointSlice): Promise<void> => {
    try {
      await resource.delete(slice.metadata.name, slice.metadata.namespace, undefined, signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    await informer.seenDeleted(slice, signal);
  };
  // Delete last, so that the service never has fewer endpoints than before and after.
  await Promise.all(plan.delete.map(remove));
  await Promise.all(written.map((slice) => informer.caughtUp(slice, signal)));
}
