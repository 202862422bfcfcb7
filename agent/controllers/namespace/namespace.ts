/**
 * Empties a namespace that is being deleted, then lets it go.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/namespace/namespace_controller.go
 */
import { namespaces } from '../../api/core/namespace.ts';
import { pods } from '../../api/core/pod.ts';
import { isNotFound } from '../../api/errors.ts';
import { canonicalJson } from '../../api/hash.ts';
import { type Kind, resourceOf } from '../../api/kind.ts';
import { builtInKinds } from '../../api/kinds.ts';
import type { Namespace } from '../../api/types.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import { timestamp } from '../../clock.ts';
import type { ControllerDeps } from '../shared/controller.ts';
import { type Content, planConditions } from './plan.ts';

const finalizer = 'kubernetes';
/** While something that is not a pod is still there, e.g. because of a finalizer. Milliseconds. */
const lookAgain = 1_000;

const contentKinds = builtInKinds.filter(({ namespaced, verbs }) => namespaced && (!verbs || verbs.includes('delete')));

export function startNamespaceController(deps: ControllerDeps): void {
  const { client, informers, clock, log, signal } = deps;
  const informer = informers.for(namespaces);
  const resource = client.resource(namespaces);

  /** Lists live: an informer may lag, and of most kinds (events) there is none. */
  const contentOf = (namespace: string): Promise<Content[]> =>
    Promise.all(
      contentKinds.map(async (kind) => {
        const { items } = await client.resource(kind).list({ namespace }, signal);
        return { resource: resourceOf(kind), items };
      }),
    );

  const deleteAll = async (kind: Kind, content: Content, failures: string[]): Promise<void> => {
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
  };

  const writeConditions = async (namespace: Namespace, content: Content[], failures: string[]): Promise<Namespace> => {
    const before = namespace.status?.conditions ?? [];
    const conditions = planConditions(before, content, failures, timestamp(clock.now()));
    if (canonicalJson(before) === canonicalJson(conditions)) return namespace;
    return resource.updateStatus({ ...namespace, status: { ...namespace.status, conditions } }, signal);
  };

  const reconcile = async (name: string): Promise<void> => {
    const namespace = informer.get(name);
    if (!namespace?.metadata.deletionTimestamp) return;
    const finalizers = namespace.spec.finalizers ?? [];
    if (!finalizers.includes(finalizer)) return;
    const failures: string[] = [];
    const doomed = await contentOf(name);
    await Promise.all(
      contentKinds.map((kind, i) => deleteAll(kind, doomed[i] ?? { resource: kind.plural, items: [] }, failures)),
    );
    const content = await contentOf(name);
    const current = await writeConditions(namespace, content, failures);
    if (failures.length > 0) throw new Error(`namespace ${name}: ${failures[0]}`);
    if (content.some(({ items }) => items.length > 0)) {
      queue.addAfter(name, lookAgain);
      return;
    }
    const spec = { ...current.spec, finalizers: finalizers.filter((each) => each !== finalizer) };
    try {
      await resource.put({ ...current, spec }, 'finalize', signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  };
  const queue = createWorkQueue({ name: 'namespace', clock, log, signal, concurrency: 5, reconcile });

  const isLeaving = (name: string): boolean => Boolean(informer.get(name)?.metadata.deletionTimestamp);
  void Promise.all([informer.synced, informers.for(pods).synced]).then(() => {
    informer.onChange(({ object }) => queue.add(object.metadata.name));
    // Pods end gracefully; whoever is last brings us back at once.
    informers.for(pods).onChange(({ type, object }) => {
      const { namespace = '' } = object.metadata;
      if (type === 'deleted' && isLeaving(namespace)) queue.add(namespace);
    });
    for (const { metadata } of informer.list()) queue.add(metadata.name);
  });
}
