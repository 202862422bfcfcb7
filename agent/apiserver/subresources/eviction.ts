/**
 * Deletion that heeds disruption budgets.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/pod/storage/eviction.go
 */
import { withCondition } from '../../api/conditions.ts';
import { pods } from '../../api/core/pod.ts';
import { ApiError, isConflict } from '../../api/errors.ts';
import { disruptionTarget, isPodTerminal } from '../../api/pods.ts';
import type { AnyObject, meta, Pod } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import type { Core } from '../core.ts';
import { badRequest } from '../errors.ts';
import { attributesOf, type Call } from '../verbs/call.ts';
import { decodePosted, postedType } from '../verbs/decode.ts';
import { checkPreconditions, remove } from '../verbs/delete.ts';
import { checkDeleteOptions, isDryRun } from '../verbs/options.ts';
import { admit } from '../verbs/pipeline.ts';
import { askBudgets, stillProcessed } from './budgets.ts';

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

type Preconditions = NonNullable<meta.DeleteOptions['preconditions']>;

const withPreconditions = (options: meta.DeleteOptions, more: Preconditions): meta.DeleteOptions => ({
  ...options,
  preconditions: { ...options.preconditions, ...more },
});

/** It runs nothing yet or no more, or is on its way out: no budget counts it. */
const isBeyondBudgets = (pod: Pod): boolean =>
  isPodTerminal(pod) || pod.status?.phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined;

async function end(core: Core, evicted: Evicted): Promise<void> {
  const options = isDryRun(evicted.options) ? evicted.options : await announce(core, evicted);
  await remove(core, pods, { ...evicted, options });
}

const mostTries = 20;

/** Repeats what failed because the pod changed, unless the client asked for one revision of it. */
async function repeatOnConflict<T>(options: meta.DeleteOptions, act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      if (!isConflict(error) || options.preconditions?.resourceVersion || tries === mostTries) throw error;
    }
  }
}

const presentPod = (core: Core, { namespace, name }: Evicted): Pod =>
  core.storage.get(pods, namespace, name).object as object as Pod;

/**
 * Ends a pod that no budget counts. Resolves with false if budgets must be asked. The revision is a precondition, so
 * that a pod that becomes ready meanwhile is asked about again.
 */
const endUncounted = (core: Core, evicted: Evicted): Promise<boolean> =>
  repeatOnConflict(evicted.options, async () => {
    const pod = presentPod(core, evicted);
    if (!isBeyondBudgets(pod)) return false;
    const { resourceVersion, deletionTimestamp } = pod.metadata;
    const free = isPodTerminal(pod) || deletionTimestamp || evicted.options.preconditions?.resourceVersion;
    await end(core, free ? evicted : { ...evicted, options: withPreconditions(evicted.options, { resourceVersion }) });
    return true;
  });

async function endCounted(core: Core, evicted: Evicted): Promise<void> {
  const { options } = evicted;
  const pod = presentPod(core, evicted);
  const unready = await askBudgets(core, pod, isDryRun(options));
  if (unready === undefined) return end(core, evicted);
  const { resourceVersion } = pod.metadata;
  try {
    await end(core, { ...evicted, options: withPreconditions(options, { resourceVersion }) });
  } catch (error) {
    if (isConflict(error) && !options.preconditions?.resourceVersion) throw stillProcessed(unready);
    throw error;
  }
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/core/pod/storage/eviction.go (propagateDryRun) */
function optionsOf({ deleteOptions = {} }: Eviction, asked: readonly string[] = []): meta.DeleteOptions {
  const named = deleteOptions.dryRun ?? [];
  if (named.length > 0 && asked.length > 0 && named.join() !== asked.join()) {
    const lists = `[${asked.join(' ')}] and [${named.join(' ')}]`;
    throw new ApiError(500, 'InternalError', `Non-matching dry-run options in request and content: ${lists}`);
  }
  return named.length > 0 || asked.length === 0 ? deleteOptions : { ...deleteOptions, dryRun: [...asked] };
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
  const { namespace, name } = path;
  const options = optionsOf(eviction, attributes.options.dryRun);
  checkDeleteOptions(options);
  const evicted: Evicted = { namespace, name, options };
  if (!(await endUncounted(core, evicted))) await endCounted(core, evicted);
}
