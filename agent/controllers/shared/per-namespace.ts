/** Maintains one object of a given name in every active namespace. */
import { namespaces } from '../../api/core/namespace.ts';
import { isAlreadyExists, isNotFound } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/types.ts';
import { watch } from './controller.ts';
import { type Controller, defineController } from './runtime.ts';

export interface PerNamespace<T extends KubeObject> {
  /** Upstream's name of the queue. */
  name: string;
  /** See `ControllerDefinition`. */
  account: string;
  kind: Kind<T>;
  objectName: string;
  draft(namespace: string): Draft<T>;
  /** Returns its argument if nothing needs to change. */
  correct?(existing: T): T;
}

export const definePerNamespace = <T extends KubeObject>(options: PerNamespace<T>): Controller => {
  const { name, account, kind, objectName, draft, correct } = options;
  return defineController({
    name,
    account,
    for: namespaces,
    watches: [
      watch(kind, ({ object: { metadata } }) => (metadata.name === objectName ? [metadata.namespace ?? ''] : [])),
    ],
    async reconcile({ client, informer, signal }, key) {
      const namespace = informer(namespaces).get(key);
      if (!namespace || namespace.metadata.deletionTimestamp) return;
      const resource = client.resource(kind);
      const existing = informer(kind).get(`${key}/${objectName}`);
      const wanted = existing && correct ? correct(existing) : existing;
      try {
        if (!wanted) await informer(kind).caughtUp(await resource.create(draft(key), signal), signal);
        else if (wanted !== existing) await informer(kind).caughtUp(await resource.update(wanted, signal), signal);
      } catch (error) {
        // Somebody else created the object, or the namespace is gone; the informers will report that.
        if (!isAlreadyExists(error) && !isNotFound(error)) throw error;
      }
    },
  });
};
