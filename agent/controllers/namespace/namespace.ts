/**
 * Empties a namespace that is being deleted, then lets it go.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/namespace/namespace_controller.go
 */
import { namespaces } from '../../api/core/namespace.ts';
import { pods } from '../../api/core/pod.ts';
import { isNotFound } from '../../api/errors.ts';
import { canonicalJson } from '../../api/hash.ts';
import { type Kind, resourceOf } from '../../api/kind.ts';
import type { Namespace } from '../../api/types.ts';
import { timestamp } from '../../clock.ts';
import { type Context, watch } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';
import { type Content, planConditions } from './plan.ts';

const finalizer = 'kubernetes';
/** While something that is not a pod is still there, e.g. because of a finalizer. Milliseconds. */
const lookAgain = 1_000;

const contentKinds = ({ kinds }: Context): Kind[] =>
  kinds.list().filter(({ namespaced, verbs }) => namespaced && (!verbs || verbs.includes('delete')));

/** Lists live: an informer may lag, and of most kinds (events) there is none. */
const contentOf = ({ client, signal }: Context, kinds: readonly Kind[], namespace: string): Promise<Content[]> =>
  Promise.all(
    kinds.map(async (kind) => {
      const { items } = await client.resource(kind).list({ namespace }, signal);
      return { resource: resourceOf(kind), items };
    }),
  );

async function deleteAll({ client, signal }: Context, kind: Kind, content: Content, failures: string[]): Promise<void> {
  for (const { metadata } of content.items) {
    if (metadata.deletionTimestamp) continue;
    try {
      await client
        .resource(kind)
        .delete(metadata.name, metadata.namespace, { propagationPolicy: 'Background' }, signal);
    } catch (error) {
      if (!isNotFound(error)) failures.push(error instanceof Error ? error.message : String(error));
    }
  }
}

async function writeConditions(context: Context, namespace: Namespace, content: Content[], failures: string[]) {
  const { client, clock, signal } = context;
  const before = namespace.status?.conditions ?? [];
  const conditions = planConditions(before, content, failures, timestamp(clock.now()));
  if (canonicalJson(before) === canonicalJson(conditions)) return namespace;
  return client
    .resource(namespaces)
    .updateStatus({ ...namespace, status: { ...namespace.status, conditions } }, signal);
}

/** Pods end gracefully; whoever is last brings the namespace back at once. */
const onPod = watch(pods, ({ type, object: { metadata } }, { informer }) => {
  const { namespace = '' } = metadata;
  const leaving = informer(namespaces).get(namespace)?.metadata.deletionTimestamp;
  return type === 'deleted' && leaving ? [namespace] : [];
});

export const namespaceController = defineController({
  name: 'namespace',
  for: namespaces,
  watches: [onPod],
  async reconcile(context, name) {
    const namespace = context.informer(namespaces).get(name);
    if (!namespace?.metadata.deletionTimestamp) return;
    const finalizers = namespace.spec.finalizers ?? [];
    if (!finalizers.includes(finalizer)) return;
    const failures: string[] = [];
    const kinds = contentKinds(context);
    const doomed = await contentOf(context, kinds, name);
    await Promise.all(
      kinds.map((kind, i) => deleteAll(context, kind, doomed[i] ?? { resource: kind.plural, items: [] }, failures)),
    );
    const content = await contentOf(context, kinds, name);
    const current = await writeConditions(context, namespace, content, failures);
    if (failures.length > 0) throw new Error(`namespace ${name}: ${failures[0]}`);
    if (content.some(({ items }) => items.length > 0)) return { after: lookAgain };
    const spec = { ...current.spec, finalizers: finalizers.filter((each) => each !== finalizer) };
    try {
      await context.client.resource(namespaces).put({ ...current, spec }, 'finalize', context.signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  },
});
