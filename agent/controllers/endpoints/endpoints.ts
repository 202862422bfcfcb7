/**
 * Maintains the Endpoints of services that select pods.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/endpoint/endpoints_controller.go
 */
import { endpoints } from '../../api/core/endpoints.ts';
import { services } from '../../api/core/service.ts';
import { isNotFound } from '../../api/errors.ts';
import type { Service } from '../../api/types.ts';
import { keyOf, splitKey } from '../../client/informer.ts';
import { hasSelector } from '../shared/backends.ts';
import type { Context } from '../shared/controller.ts';
import type { Controller } from '../shared/runtime.ts';
import { defineServiceController, selectedPods } from '../shared/service-controller.ts';
import { createTriggerTimes, type TriggerTimes, withTriggerTime } from '../shared/trigger-times.ts';
import { endpointsLabels, planSubsets, sameEndpoints } from './plan.ts';

async function remove({ client, informer, signal }: Context, key: string): Promise<void> {
  const [namespace, name] = splitKey(key);
  if (!informer(endpoints).get(key)) return;
  try {
    await client.resource(endpoints).delete(name, namespace, undefined, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function write(context: Context, triggerTimes: TriggerTimes, service: Service): Promise<void> {
  const { client, informer, signal } = context;
  const { name, namespace } = service.metadata;
  const key = keyOf(service);
  const existing = informer(endpoints).get(key);
  const pods = selectedPods(context, service);
  const labels = endpointsLabels(service);
  const subsets = planSubsets(service, pods);
  const triggeredAt = triggerTimes.next(key, service, pods);
  if (existing && sameEndpoints(existing, labels, subsets)) return;
  const resource = client.resource(endpoints);
  const written = existing
    ? await resource.update(
        { ...existing, metadata: { ...withTriggerTime(existing.metadata, triggeredAt), labels }, subsets },
        signal,
      )
    : await resource.create(
        {
          apiVersion: 'v1',
          kind: 'Endpoints',
          metadata: withTriggerTime({ name, namespace, labels, annotations: {} }, triggeredAt),
          subsets,
        },
        signal,
      );
  await informer(endpoints).caughtUp(written, signal);
}

export const endpointsController = (): Controller => {
  const triggerTimes = createTriggerTimes();
  return defineServiceController({
    name: 'endpoint',
    account: 'endpoint-controller',
    reads: [endpoints],
    async reconcile(context, key) {
      const service = context.informer(services).get(key);
      if (!service) {
        triggerTimes.forget(key);
        await remove(context, key);
      } else if (hasSelector(service)) await write(context, triggerTimes, service);
    },
  });
};
