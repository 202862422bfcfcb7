/** Writes of a seeded kind, by the stock client's object API, and what an informer is to say of them. */
import { type KubeConfig, KubernetesObjectApi, PatchStrategy, type V1ConfigMap } from '@kubernetes/client-node';

export interface Churn {
  /** One write, and what it is to make an informer say: at most one line. */
  write(): Promise<string[]>;
  /** The resourceVersion of each object that an informer is to know, by name. */
  selected(): Record<string, string>;
}

export interface ChurnOptions {
  config: KubeConfig;
  namespace: string;
  /** Objects have it, or not. */
  label: { key: string; value: string };
  names: readonly string[];
  random: () => number;
}

interface Written {
  version: string;
  isSelected: boolean;
  count: number;
}

type Deed = (name: string, before: Written) => Promise<string[]>;

export function createChurn({ config, namespace, label, names, random }: ChurnOptions): Churn {
  const api = KubernetesObjectApi.makeApiClient(config);
  const written = new Map<string, Written>();
  let count = 0;

  const draft = (name: string, labels: Record<string, string | null>, data: Record<string, string>) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels },
    data,
  });
  const selected = { [label.key]: label.value };
  const keep = (name: string, object: V1ConfigMap, isSelected: boolean): string => {
    const version = object.metadata?.resourceVersion ?? '';
    written.set(name, { version, isSelected, count });
    return version;
  };
  /** A merge patch: a label that is null goes. */
  const patch = async (name: string, labels: Record<string, string | null>, data: Record<string, string>) =>
    api.patch<V1ConfigMap>(
      draft(name, labels, data) as V1ConfigMap,
      undefined,
      undefined,
      undefined,
      undefined,
      PatchStrategy.MergePatch,
    );

  const create = async (name: string): Promise<string[]> => {
    const object = await api.create<V1ConfigMap>(draft(name, selected, { count: String(count) }) as V1ConfigMap);
    return [`add ${name} ${keep(name, object, true)}`];
  };
  const remove: Deed = async (name, { isSelected }) => {
    await api.delete(draft(name, {}, {}) as V1ConfigMap);
    written.delete(name);
    return isSelected ? [`delete ${name}`] : [];
  };
  const ofSelected: readonly Deed[] = [
    async (name) => [`update ${name} ${keep(name, await patch(name, selected, { count: String(count) }), true)}`],
    async (name, { version }) => {
      const next = draft(name, selected, { replaced: String(count) });
      const object = { ...next, metadata: { ...next.metadata, resourceVersion: version } };
      return [`update ${name} ${keep(name, await api.replace<V1ConfigMap>(object as V1ConfigMap), true)}`];
    },
    // What changes nothing is no event.
    async (name) => {
      keep(name, await patch(name, selected, {}), true);
      return [];
    },
    async (name) => {
      keep(name, await patch(name, { [label.key]: null }, {}), false);
      return [`delete ${name}`];
    },
    remove,
  ];
  const ofOthers: readonly Deed[] = [
    async (name) => [`add ${name} ${keep(name, await patch(name, selected, {}), true)}`],
    async (name) => {
      keep(name, await patch(name, {}, { count: String(count) }), false);
      return [];
    },
    remove,
  ];
  const pick = <T>(list: readonly T[]): T => {
    const picked = list[Math.floor(random() * list.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  };
  return {
    write: async () => {
      count += 1;
      const name = pick(names);
      const before = written.get(name);
      if (!before) return create(name);
      return pick(before.isSelected ? ofSelected : ofOthers)(name, before);
    },
    selected: () =>
      Object.fromEntries(
        [...written].filter(([, { isSelected }]) => isSelected).map(([name, { version }]) => [name, version]),
      ),
  };
}
