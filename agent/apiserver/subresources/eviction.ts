/**
 * Deletion that heeds disruption budgets, once there are any.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/pod/storage/eviction.go
 */
import { withCondition } from '../../api/conditions.ts';
import { pods } from '../../api/core/pod.ts';
import { disruptionTarget } from '../../api/pods.ts';
import type { AnyObject, meta, Pod } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import type { Core } from '../core.ts';
import { badRequest } from '../errors.ts';
import { attributesOf, type Call } from '../verbs/call.ts';
import { decodePosted, postedType } from '../verbs/decode.ts';
import { checkPreconditions, remove } from '../verbs/delete.ts';
import { checkDeleteOptions } from '../verbs/options.ts';
import { admit } from '../verbs/pipeline.ts';

interface Eviction {
  metadata?: { name?: string };
  deleteOptions?: meta.DeleteOptions;
}

const evictionType = postedType('policy', 'v1', 'Eviction');

interface Evicted {
  namespace: string;
  name: string;
  options: meta.DeleteOptions;
}

function withDisruption(core: Core, object: AnyObject): AnyObject {
  const pod = object as object as Pod;
  const at = timestamp(core.clock.now());
  const target = disruptionTarget(pod, 'EvictionByEvictionAPI', 'Eviction API: evicting', at);
  return { ...object, status: { ...object.status, conditions: withCondition(pod.status?.conditions, target) } };
}

/**
 * The pod says why it goes before it does. Resolves with the options of the deletion: a resourceVersion that they ask
 * for is then that of this write.
 */
async function announce(core: Core, { namespace, name, options }: Evicted): Promise<meta.DeleteOptions> {
  const { record } = await core.storage.change(pods, namespace, name, false, (current) => {
    checkPreconditions(pods, current, options);
    return { action: 'put', object: withDisruption(core, current.object) };
  });
  if (!options.preconditions?.resourceVersion) return options;
  const { resourceVersion } = record.object.metadata;
  return { ...options, preconditions: { ...options.preconditions, resourceVersion } };
}

export async function evict(call: Call): Promise<void> {
  const { core, path } = call;
  const posted = decodePosted(call, evictionType, call.body ?? {});
  const attributes = attributesOf(call, { operation: 'create', object: posted });
  await admit(core, attributes);
  const eviction: Eviction = attributes.object ?? posted;
  if (eviction.metadata?.name !== path.name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
  const asked = eviction.deleteOptions ?? {};
  const { namespace, name } = path;
  const options: meta.DeleteOptions = attributes.dryRun ? { ...asked, dryRun: ['All'] } : asked;
  checkDeleteOptions(options);
  const dryRun = (options.dryRun ?? []).length > 0;
  const final = dryRun ? options : await announce(core, { namespace, name, options });
  await remove(core, pods, { namespace, name, options: final });
}
