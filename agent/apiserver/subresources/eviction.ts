/** Deletion that heeds disruption budgets, once there are any. https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/ */
import { pods } from '../../api/core/pod.ts';
import type { meta } from '../../api/types.ts';
import { badRequest } from '../errors.ts';
import { attributesOf, type Call } from '../verbs/call.ts';
import { postedObject } from '../verbs/decode.ts';
import { remove } from '../verbs/delete.ts';
import { admit } from '../verbs/pipeline.ts';

interface Eviction {
  metadata?: { name?: string };
  deleteOptions?: meta.DeleteOptions;
}

export async function evict(call: Call): Promise<void> {
  const { core, path } = call;
  const posted = postedObject(call.body ?? {}, { kind: 'Eviction', apiVersion: 'policy/v1' });
  const attributes = attributesOf(call, { operation: 'create', object: posted });
  await admit(core, attributes);
  const eviction: Eviction = attributes.object ?? posted;
  if (eviction.metadata?.name && eviction.metadata.name !== path.name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
  const options = eviction.deleteOptions ?? {};
  const { namespace, name } = path;
  await remove(core, pods, { namespace, name, options: attributes.dryRun ? { ...options, dryRun: ['All'] } : options });
}
