/** One object of a given name in every namespace that is not going away. */
import { isAlreadyExists, isNotFound } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject, Namespace } from '../../api/types.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import type { ControllerDeps } from './controller.ts';

export interface PerNamespace<T extends KubeObject> {
  name: string;
  namespaces: Kind<Namespace>;
  kind: Kind<T>;
  objectName: string;
  draft(namespace: string): Draft<T>;
  /** Returns its argument where nothing is wrong. */
  correct?(existing: T): T;
}

export function startPerNamespace<T extends KubeObject>(deps: ControllerDeps, options: PerNamespace<T>): void {
  const { client, informers, clock, log, signal } = deps;
  const { kind, objectName, draft, correct } = options;
  const namespaceInformer = informers.for(options.namespaces);
  const informer = informers.for(kind);
  const resource = client.resource(kind);

  const reconcile = async (name: string): Promise<void> => {
    const namespace = namespaceInformer.get(name);
    if (!namespace || namespace.metadata.deletionTimestamp) return;
    const existing = informer.get(`${name}/${objectName}`);
    const wanted = existing && correct ? correct(existing) : existing;
    try {
      if (!wanted) await informer.caughtUp(await resource.create(draft(name), signal), signal);
      else if (wanted !== existing) await informer.caughtUp(await resource.update(wanted, signal), signal);
    } catch (error) {
      // Made by somebody else, or the namespace has gone meanwhile: the informers will say so.
      if (!isAlreadyExists(error) && !isNotFound(error) && !isTerminating(error)) throw error;
    }
  };
  const queue = createWorkQueue({ name: options.name, clock, log, signal, concurrency: 5, reconcile });

  void Promise.all([namespaceInformer.synced, informer.synced]).then(() => {
    namespaceInformer.onChange(({ object }) => queue.add(object.metadata.name));
    informer.onChange(({ object }) => {
      if (object.metadata.name === objectName) queue.add(object.metadata.namespace ?? '');
    });
    for (const { metadata } of namespaceInformer.list()) queue.add(metadata.name);
  });
}

/** https://github.com/kubernetes/apiserver/blob/release-1.33/pkg/admission/plugin/namespace/lifecycle/admission.go */
const isTerminating = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('because it is being terminated');
