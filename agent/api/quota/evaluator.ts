/**
 * How objects of a kind count towards quotas.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/quota/v1/interfaces.go (Evaluator)
 */
import type { KubeObject, ResourceQuota } from '../types.ts';
import type { Amounts } from './amounts.ts';

/** Of a quota's scopes, one: `operator` is In, NotIn, Exists or DoesNotExist. */
export interface ScopeRequirement {
  scopeName: string;
  operator: string;
  values?: readonly string[];
}

/** Methods, so that an evaluator of pods is one of any object. */
export interface Evaluator<T extends KubeObject = KubeObject> {
  /** Whether objects of the kind count towards this resource of a quota. */
  counts(resource: string): boolean;
  /** What one object takes; `now` in milliseconds since the epoch. */
  usage(object: T, now: number): Amounts;
  isInScope(requirement: ScopeRequirement, object: T): boolean;
  /** What the object must say for a quota of these resources, in upstream's words; '' where it does. */
  missing?(required: readonly string[], object: T): string;
  /** Whether an update, of the object itself or through this subresource, is charged as a creation is. */
  chargesUpdate?(subresource: string): boolean;
}

export const countOf = (resource: string): string => `count/${resource}`;

export function requirementsOf({ spec }: ResourceQuota): ScopeRequirement[] {
  const asked = (spec.scopeSelector?.matchExpressions ?? []) as readonly ScopeRequirement[];
  return [...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })), ...asked];
}

/** Whether the scope has such a value, of which an object may have none, one or several. */
export function matchesScope({ operator, values = [] }: ScopeRequirement, present: readonly string[]): boolean {
  switch (operator) {
    case 'Exists':
      return present.length > 0;
    case 'DoesNotExist':
      return present.length === 0;
    case 'In':
      return present.some((value) => values.includes(value));
    default:
      return present.length === 0 || present.some((value) => !values.includes(value));
  }
}
