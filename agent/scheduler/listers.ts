/** Objects that plugins look up, besides pods and nodes. */
import { namespaces } from '../api/core/namespace.ts';
import { services } from '../api/core/service.ts';
import type { Kind } from '../api/kind.ts';
import type { KindRegistry } from '../api/registry.ts';
import type { AnyObject, meta } from '../api/types.ts';
import type { Informers } from '../client/informer.ts';
import type { DisruptionBudget, Handle } from './framework/handle.ts';

const byNamespace = 'namespace';

/** Controllers whose selector tells which pods belong together. A replication controller's selector is a plain map. */
const selecting = new Set(['apps/ReplicaSet', 'apps/StatefulSet', '/ReplicationController']);

function selectorOf({ kind, spec }: AnyObject): meta.LabelSelector | undefined {
  const selector = spec?.selector ?? undefined;
  if (kind === 'ReplicationController') return { matchLabels: selector as Record<string, string> | undefined };
  return selector as meta.LabelSelector | undefined;
}

function budgetOf({ metadata, spec, status }: AnyObject): DisruptionBudget {
  return {
    namespace: metadata.namespace ?? '',
    selector: spec?.selector as meta.LabelSelector | undefined,
    disruptionsAllowed: Number(status?.disruptionsAllowed ?? 0),
    disruptedPods: new Set(Object.keys(status?.disruptedPods ?? {})),
  };
}

export type Listers = Pick<Handle, 'namespaceLabels' | 'servicesIn' | 'selectorOfOwner' | 'disruptionBudgets'>;

/** A kind that is not served, or not yet, has no objects. */
export function createListers(informers: Informers, kinds: Pick<KindRegistry, 'find' | 'named'>): Listers {
  const [namespace, service] = [informers.for(namespaces), informers.for(services)];
  service.index(byNamespace, ({ metadata }) => [metadata.namespace ?? '']);
  return {
    namespaceLabels: (name) => namespace.get(name)?.metadata.labels,
    servicesIn: (name) => service.byIndex(byNamespace, name),
    selectorOfOwner({ apiVersion, kind, name }, of) {
      const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
      const served = selecting.has(`${group}/${kind}`) ? kinds.named(apiVersion, kind) : undefined;
      const owner = served && informers.for(served.kind as Kind<AnyObject>).get(`${of}/${name}`);
      return owner && selectorOf(owner);
    },
    disruptionBudgets() {
      const served = kinds.find('policy', 'v1', 'poddisruptionbudgets');
      return served
        ? informers
            .for(served.kind as Kind<AnyObject>)
            .list()
            .map(budgetOf)
        : [];
    },
  };
}
