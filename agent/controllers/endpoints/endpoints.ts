/**
 * Keeps the Endpoints of services that select pods.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/endpoint/endpoints_controller.go
 */
import { endpoints } from '../../api/core/endpoints.ts';
import { services } from '../../api/core/service.ts';
import { isNotFound } from '../../api/errors.ts';
import { splitKey } from '../../client/informer.ts';
import { hasSelector } from '../shared/backends.ts';
import type { ControllerDeps } from '../shared/controller.ts';
import { createServiceQueue, selectedPods } from '../shared/service-queue.ts';
import { endpointsLabels, planSubsets, sameEndpoints } from './plan.ts';

export function startEndpointsController(deps: ControllerDeps): void {
  const { client, informers, signal } = deps;
  const serviceInformer = informers.for(services);
  const informer = informers.for(endpoints);
  const resource = client.resource(endpoints);

  const remove = async (key: string): Promise<void> => {
    const [namespace, name] = splitKey(key);
    if (!informer.get(key)) return;
    try {
      await resource.delete(name, namespace, undefined, signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  };

  const reconcile = async (key: string): Promise<void> => {
    const service = serviceInformer.get(key);
    if (!service) return remove(key);
    if (!hasSelector(service)) return;
    const { name, namespace } = service.metadata;
    const labels = endpointsLabels(service);
    const subsets = planSubsets(service, selectedPods(deps, service));
    const existing = informer.get(key);
    if (existing && sameEndpoints(existing, labels, subsets)) return;
    const written = existing
      ? await resource.update({ ...existing, metadata: { ...existing.metadata, labels }, subsets }, signal)
      : await resource.create(
          { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace, labels }, subsets },
          signal,
        );
    await informer.caughtUp(written, signal);
  };

  createServiceQueue(deps, 'endpoint', [informer.synced], reconcile);
}
