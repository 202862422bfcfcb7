/**
 * Empties a namespace that is being deleted, then finalizes it.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/namespace/namespace_controller.go
 */
import { namespaces } from '../../api/core/namespace.ts';
import { pods } from '../../api/core/pod.ts';
import { isNotFound, messageOf } from '../../api/errors.ts';
import { canonicalJson } from '../../api/hash.ts';
import { type Kind, resourceOf } from '../../api/kind.ts';
import type { Namespace } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import { type Context, watch } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';
import { type Content, discoveryFailure, planConditions, type Remains } from './plan.ts';

const finalizer = 'kubernetes';
/** The interval, in milliseconds, while objects other than pods remain, e.g. because of a finalizer. */
const retryInterval = 1_000;

type RemainingContent = Omit<Remains, 'unknown'>;

/**
 * Deletes pods first, because their volumes and their accounts must outlive them (OrderedNamespaceDeletion).
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/5080-ordered-namespace-deletion
 */
function deletionOrder({ kinds }: Context): [first: Kind[], rest: Kind[]] {
  const deletable = kinds
    .list()
    .filter(
      ({ namespaced, verbs }) => namespaced && (!verbs || ['delete', 'list'].every((verb) => verbs.includes(verb))),
    );
  const isPods = (kind: Kind) => resourceOf(kind) === resourceOf(pods);
  return [deletable.filter(isPods), deletable.filter((kind) => !isPods(kind))];
}

/**
 * Lists from the server, because informers may lag and most kinds (e.g. events) have none. A kind that cannot be listed
 * is a failure that keeps the namespace. A kind that is no longer served has no objects.
 */
const contentOf = (context: Context, kinds: readonly Kind[], namespace: string, failures: string[]) =>
  Promise.all(
    kinds.map(async (kind): Promise<Content> => {
      try {
        const { items } = await context.client.resource(kind).list({ namespace }, context.signal);
        return { kind, items };
      } catch (error) {
        if (!isNotFound(error)) failures.push(messageOf(error));
        return { kind, items: [] };
      }
    }),
  );

async function deleteAll({ client, signal }: Context, { kind, items }: Content, failures: string[]): Promise<void> {
  for (const { metadata } of items) {
    if (metadata.deletionTimestamp) continue;
    try {
      await client
        .resource(kind)
        .delete(metadata.name, metadata.namespace, { propagationPolicy: 'Background' }, signal);
    } catch (error) {
      if (!isNotFound(error)) failures.push(messageOf(error));
    }
  }
}

async function deleteContent(context: Context, kinds: readonly Kind[], namespace: string): Promise<RemainingContent> {
  const failures: string[] = [];
  const content = await contentOf(context, kinds, namespace, failures);
  await Promise.all(content.map((each) => deleteAll(context, each, failures)));
  return { content: await contentOf(context, kinds, namespace, failures), failures: [...new Set(failures)] };
}

const isEmpty = ({ content, failures }: RemainingContent): boolean =>
  failures.length === 0 && content.every(({ items }) => items.length === 0);

async function writeConditions(
  context: Context,
  namespace: Namespace,
  remains: RemainingContent,
  unknown: readonly string[],
): Promise<Namespace> {
  const { client, clock, signal } = context;
  const before = namespace.status?.conditions ?? [];
  const conditions = planConditions(before, { ...remains, unknown }, timestamp(clock.now()));
  if (canonicalJson(before) === canonicalJson(conditions)) return namespace;
  return client
    .resource(namespaces)
    .updateStatus({ ...namespace, status: { ...namespace.status, conditions } }, signal);
}

/** Pods end gracefully; the end of the last one requeues the namespace at once. */
const onPod = watch(pods, ({ type, object: { metadata } }, { informer }) => {
  const { namespace = '' } = metadata;
  const leaving = informer(namespaces).get(namespace)?.metadata.deletionTimestamp;
  return type === 'deleted' && leaving ? [namespace] : [];
});

export const namespaceController = defineController({
  name: 'namespace',
  account: 'namespace-controller',
  for: namespaces,
  watches: [onPod],
  async reconcile(context, name) {
    const namespace = context.informer(namespaces).get(name);
    if (!namespace?.metadata.deletionTimestamp) return;
    const finalizers = namespace.spec.finalizers ?? [];
    if (!finalizers.includes(finalizer)) return;
    const [first, rest] = deletionOrder(context);
    let remains = await deleteContent(context, first, name);
    if (isEmpty(remains)) remains = await deleteContent(context, rest, name);
    const { unknown } = context.kinds;
    const current = await writeConditions(context, namespace, remains, unknown);
    // Objects may be where nobody can look now.
    if (unknown.length > 0) throw new Error(`deletion of namespace ${name} failed: ${discoveryFailure(unknown)}`);
    if (remains.failures.length > 0) throw new Error(`deletion of namespace ${name} failed: ${remains.failures[0]}`);
    if (!isEmpty(remains)) return { after: retryInterval };
    const spec = { ...current.spec, finalizers: finalizers.filter((each) => each !== finalizer) };
    try {
      await context.client.resource(namespaces).put({ ...current, spec }, 'finalize', context.signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  },
});
