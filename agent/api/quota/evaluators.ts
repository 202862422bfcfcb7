/** The evaluator of each kind. Kinds without one of their own are counted, custom resources as well. */
import { type Kind, resourceOf } from '../kind.ts';
import type { ResourceQuota } from '../types.ts';
import { type Amounts, only } from './amounts.ts';
import { claimEvaluator } from './claims.ts';
import { countOf, type Evaluator, requirementsOf } from './evaluator.ts';
import { podEvaluator } from './pods.ts';
import { serviceEvaluator } from './services.ts';

const own: ReadonlyMap<string, Evaluator> = new Map<string, Evaluator>([
  ['pods', podEvaluator as Evaluator],
  ['services', serviceEvaluator as Evaluator],
  ['persistentvolumeclaims', claimEvaluator as Evaluator],
]);

/** Counted under their bare names as well. */
const named = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);

function counter(resource: string): Evaluator {
  const names = named.has(resource) ? [countOf(resource), resource] : [countOf(resource)];
  const usage = Object.fromEntries(names.map((name) => [name, '1']));
  return { counts: (name) => names.includes(name), usage: () => usage, isInScope: () => false };
}

const counters = new WeakMap<Kind, Evaluator>();

/**
 * Undefined where objects of the kind never count: events, and what has no namespace.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/quota/v1/install/registry.go
 */
export function evaluatorOf(kind: Kind): Evaluator | undefined {
  const resource = resourceOf(kind);
  if (!kind.namespaced || kind.ownership === false) return undefined;
  const found = own.get(resource) ?? counters.get(kind) ?? counter(resource);
  counters.set(kind, found);
  return found;
}

export const hardOf = (amounts: unknown): Amounts => (amounts ?? {}) as Amounts;

/** The resources of the quota that objects of the kind count towards. */
export const countedBy = ({ counts }: Evaluator, amounts: Amounts): Amounts => only(amounts, counts);

/** Whether the quota's scopes let the object count. */
export const isInScopes = (quota: ResourceQuota, evaluator: Evaluator, object: Parameters<Evaluator['usage']>[0]) =>
  requirementsOf(quota).every((requirement) => evaluator.isInScope(requirement, object));
