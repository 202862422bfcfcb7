/** Deletion that heeds disruption budgets, once there are any. https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/ */
import { pods } from '../../api/core/pod.ts';
import type { meta } from '../../api/types.ts';
import type { Core } from '../core.ts';
import { badRequest } from '../errors.ts';
import { remove } from '../verbs/delete.ts';

interface Eviction {
  metadata?: { name?: string };
  deleteOptions?: meta.DeleteOptions;
}

export async function evict(
  core: Core,
  namespace: string,
  name: string,
  body: unknown,
  dryRun: boolean,
): Promise<void> {
  const eviction: Eviction = typeof body === 'object' && body !== null ? body : {};
  if (eviction.metadata?.name && eviction.metadata.name !== name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
  const served = { kind: pods, representation: pods.representations[0] };
  const options = eviction.deleteOptions ?? {};
  await remove(core, served, namespace, name, dryRun ? { ...options, dryRun: ['All'] } : options);
}
