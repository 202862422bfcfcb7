/**
 * Maintains the Endpoints of services that select pods.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/endpoint/endpoints_controller.go
 */
import { endpoints } from '../../api/core/endpoints.ts';
import { services } from '../../api/core/service.ts';
import { isNotFound } from '../../api/errors.ts';
import type { Endpoints, Service } from '../../api/types.ts';
import { splitKey } from '../../client/informer.ts';
import { hasSelector } from '../shared/backends.ts';
import type { Context } from '../shared/controller.ts';
import type { Controller } from '../shared/runtime.ts';
import { defineServiceController, selectedPods } from '../shared/service-controller.ts';
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

async function write(context: Context, service: Service, existing: Endpoints | undefined): Promise<void> {
  const { client, informer, signal } = context;
  const { name, namespace } = service.metadata;
  const labels = endpointsLabels(service);
  const subsets = planSubsets(service, selectedPods(context, service));
  if (existing && sameEndpoints(existing, labels, subsets)) return;
  const resource = client.resource(endpoints);
  const draft = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace, labels }, subsets };
  const written = existing
    ? await resource.update({ ...existing, metadata: { ...existing.metadata, labels }, subsets }, signal)
    : await resource.create(draft, signal);
  await informer(endpoints).caughtUp(written, signal);
}

export const endpointsController = (): Controller =>
  defineServiceController({
    name: 'endpoint',
    reads: [endpoints],
    async reconcile(context, key) {
      const service = context.informer(services).get(key);
      if (!service) await remove(context, key);
      else if (hasSelector(service)) await write(context, service, context.informer(endpoints).get(key));
    },
  });
