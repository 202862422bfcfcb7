/**
 * Which bindings name a subject. It follows the state synchronously: a binding that is visible counts at once, and one
 * that is gone counts no more.
 */
import { type Kind, resourceOf } from '../../api/kind.ts';
import { clusterRoleBindings } from '../../api/rbac/cluster-role-binding.ts';
import { roleBindings } from '../../api/rbac/role-binding.ts';
import type { KindSource } from '../../api/registry.ts';
import type { AnyObject, ClusterRoleBinding, KubeObject, RoleBinding, rbac } from '../../api/types.ts';
import type { State } from '../state/state.ts';
import type { UserInfo } from '../user.ts';

/** A cluster role binding is in no namespace: '' or absent. */
export type Binding = RoleBinding | ClusterRoleBinding;

export interface BindingIndex {
  /** In the order of their names, each once. `namespace` is '' for those of the whole cluster. */
  of(user: UserInfo, namespace: string): readonly Binding[];
}

export interface EditableBindingIndex extends BindingIndex {
  put(binding: Binding): void;
  remove(binding: Binding): void;
}

/** The user's name by which a service account authenticates. */
const accountUser = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;

function keyOf({ kind, name, namespace }: rbac.Subject, bindingNamespace: string): string {
  if (kind === 'ServiceAccount') return `User ${accountUser(namespace || bindingNamespace, name)}`;
  return `${kind} ${name}`;
}

/** The first subject of the binding that the user is, or is a member of. */
export function subjectOf(binding: Binding, { username, groups }: UserInfo): rbac.Subject | undefined {
  const namespace = binding.metadata.namespace ?? '';
  return binding.subjects?.find((subject) =>
    subject.kind === 'Group' ? groups.includes(subject.name) : keyOf(subject, namespace) === `User ${username}`,
  );
}

const compareNames = (a: KubeObject, b: KubeObject): number => (a.metadata.name < b.metadata.name ? -1 : 1);

export function createBindingIndex(): EditableBindingIndex {
  /** By namespace, subject and the binding's name. */
  const namespaces = new Map<string, Map<string, Map<string, Binding>>>();

  const keysOf = (binding: Binding): Set<string> =>
    new Set((binding.subjects ?? []).map((subject) => keyOf(subject, binding.metadata.namespace ?? '')));

  const remove = (binding: Binding): void => {
    const { name, namespace = '' } = binding.metadata;
    const subjects = namespaces.get(namespace);
    if (!subjects) return;
    for (const key of keysOf(binding)) {
      const bindings = subjects.get(key);
      bindings?.delete(name);
      if (bindings?.size === 0) subjects.delete(key);
    }
    if (subjects.size === 0) namespaces.delete(namespace);
  };
  const put = (binding: Binding): void => {
    const { name, namespace = '' } = binding.metadata;
    const subjects = namespaces.get(namespace) ?? new Map<string, Map<string, Binding>>();
    for (const key of keysOf(binding)) {
      const bindings = subjects.get(key) ?? new Map<string, Binding>();
      subjects.set(key, bindings.set(name, binding));
    }
    if (subjects.size > 0) namespaces.set(namespace, subjects);
  };

  return {
    put,
    remove,
    of: ({ username, groups }, namespace) => {
      const subjects = namespaces.get(namespace);
      if (!subjects) return [];
      const keys = [`User ${username}`, ...groups.map((group) => `Group ${group}`)];
      const found = new Set(keys.flatMap((key) => [...(subjects.get(key)?.values() ?? [])]));
      return [...found].sort(compareNames);
    },
  };
}

const bindingKinds = new Set<string>([roleBindings, clusterRoleBindings].map(resourceOf));

/** Follows the bindings that are served, for as long as the state lives. */
export function followBindings(state: State, kinds: KindSource): BindingIndex {
  const index = createBindingIndex();
  // Only objects of these kinds come here, and the state decodes them by their schemas.
  const asBinding = (object: AnyObject) => object as AnyObject & Binding;
  const follow = (kind: Kind) => {
    if (!bindingKinds.has(resourceOf(kind))) return;
    const { objects, followers } = state.of(kind);
    for (const { object } of objects.list('')) index.put(asBinding(object));
    followers.add(({ type, record, previous }) => {
      if (previous) index.remove(asBinding(previous.object));
      if (type !== 'DELETED') index.put(asBinding(record.object));
    });
  };
  kinds.list().forEach(follow);
  kinds.onChange(({ added }) => added && follow(added));
  return index;
}
