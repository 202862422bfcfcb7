/**
 * What has to be done so that an object has at least what the default policy gives it. What somebody has added stays.
 * Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/component-helpers/auth/rbac/reconciliation/reconcile_role.go
 * and reconcile_rolebindings.go
 */
import { isEqual } from '../../../api/json/value.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  Draft,
  KubeObject,
  Role,
  RoleBinding,
  rbac,
} from '../../../api/types.ts';
import { missingRules } from '../coverage.ts';
import { autoUpdate } from './default-policy.ts';

export type Step<T extends KubeObject> =
  | { action: 'none' }
  | { action: 'create'; object: Draft<T> }
  | { action: 'update'; object: T }
  /** A binding cannot be changed to another role. */
  | { action: 'replace'; object: Draft<T> };

const isProtected = ({ metadata }: KubeObject): boolean => metadata.annotations?.[autoUpdate] === 'false';

/** What is there wins over what is expected. */
function withMetadata<T extends KubeObject>(existing: T, { metadata }: Draft<T>): T {
  const labels = { ...metadata.labels, ...existing.metadata.labels };
  const annotations = { ...metadata.annotations, ...existing.metadata.annotations };
  return {
    ...existing,
    metadata: {
      ...existing.metadata,
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
  };
}

const updated = <T extends KubeObject>(existing: T, object: T): Step<T> =>
  isEqual(existing, object) ? { action: 'none' } : { action: 'update', object };

/** An aggregated role gets its rules from others: only its selectors are looked at. */
function withRules(existing: ClusterRole, expected: Draft<ClusterRole>): ClusterRole {
  const { aggregationRule } = expected;
  if (!aggregationRule) {
    // Nearly always, and much quicker to find out than what is missing.
    if (isEqual(existing.rules, expected.rules)) return existing;
    const missing = missingRules(existing.rules ?? [], expected.rules ?? []) as rbac.PolicyRule[];
    return missing.length > 0 ? { ...existing, rules: [...(existing.rules ?? []), ...missing] } : existing;
  }
  const present = existing.aggregationRule?.clusterRoleSelectors ?? [];
  const wanted = aggregationRule.clusterRoleSelectors ?? [];
  const missing = wanted.filter((each) => !present.some((selector) => isEqual(selector, each)));
  return missing.length > 0
    ? { ...existing, aggregationRule: { clusterRoleSelectors: [...present, ...missing] } }
    : existing;
}

export function reconcileRole<T extends Role | ClusterRole>(existing: T | undefined, expected: Draft<T>): Step<T> {
  if (!existing) return { action: 'create', object: expected };
  if (isProtected(existing)) return { action: 'none' };
  return updated(existing, withRules(withMetadata(existing, expected), expected) as T);
}

const isSubject =
  (a: rbac.Subject) =>
  (b: rbac.Subject): boolean =>
    a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '');

export function reconcileBinding<T extends RoleBinding | ClusterRoleBinding>(
  existing: T | undefined,
  expected: Draft<T>,
): Step<T> {
  if (!existing) return { action: 'create', object: expected };
  if (isProtected(existing)) return { action: 'none' };
  if (!isEqual(existing.roleRef, expected.roleRef)) return { action: 'replace', object: expected };
  const present = existing.subjects ?? [];
  const missing = (expected.subjects ?? []).filter((each) => !present.some(isSubject(each)));
  const merged = withMetadata(existing, expected);
  return updated(existing, missing.length > 0 ? { ...merged, subjects: [...present, ...missing] } : merged);
}
