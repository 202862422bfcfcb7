/**
 * Facts about a deployment's replica sets: their numbers, their annotations, and which of them is the new one. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/deployment/util/deployment_util.go
 */

import { canonicalJson } from '../../api/hash.ts';
import type { core, Deployment, ReplicaSet } from '../../api/types.ts';
import { parseRevision, withPastRevision } from '../shared/revisions.ts';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history';
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
export const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';
export const podTemplateHashLabel = 'pod-template-hash';

/** Annotations of a deployment that are not copied to its replica sets. */
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  'deprecated.deployment.rollback.to',
]);

export const replicasOf = (object: { spec: { replicas?: number } }): number => object.spec.replicas ?? 1;
export const specReplicas = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, set) => sum + replicasOf(set), 0);
export const statusReplicas = (
  sets: readonly ReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas',
) => sets.reduce((sum, set) => sum + (set.status?.[field] ?? 0), 0);

/**
 * The sum of terminating replicas. Undefined if one of the sets has no such count, because an earlier release wrote its
 * status. Upstream's GetTerminatingReplicaCountForReplicaSets.
 */
export function terminatingReplicas(sets: readonly ReplicaSet[]): number | undefined {
  const counted = sets.filter(({ status }) => status?.observedGeneration || status?.terminatingReplicas !== undefined);
  return counted.reduce<number | undefined>((sum, { status }) => {
    const more = status?.terminatingReplicas;
    return sum === undefined || more === undefined ? undefined : sum + more;
  }, 0);
}

/** Zero for an object without a revision. */
export const revisionOf = (object: ReplicaSet | Deployment): bigint =>
  parseRevision(object.metadata.annotations?.[revisionAnnotation]);

export const olderFirst = (a: ReplicaSet, b: ReplicaSet): number =>
  Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp) ||
  (a.metadata.name < b.metadata.name ? -1 : 1);

type Template = core.PodTemplateSpec | undefined;

/** Removes empty values: typed clients write `resources: {}` where others write nothing, with the same meaning. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? value.map((each) => withoutEmpty(each) ?? null) : undefined;
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const fields = Object.entries(value).map(([name, field]) => [name, withoutEmpty(field)] as const);
  const present = fields.filter(([, field]) => field !== undefined);
  return present.length > 0 ? Object.fromEntries(present) : undefined;
}

/** The parts of a template that make pods differ: everything except the hash label and the creation timestamp. */
export function essence(template: Template): unknown {
  const { [podTemplateHashLabel]: _hash, ...labels } = template?.metadata?.labels ?? {};
  const { creationTimestamp: _created, ...metadata } = template?.metadata ?? {};
  return withoutEmpty({ ...template, metadata: { ...metadata, labels } });
}

/** Upstream's EqualIgnoreHash. */
export const sameTemplate = (a: Template, b: Template): boolean =>
  canonicalJson(essence(a)) === canonicalJson(essence(b));

/** The replica set with the deployment's template; the oldest if there are several. */
export const findNew = (deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined =>
  [...sets].sort(olderFirst).find((set) => sameTemplate(set.spec.template, deployment.spec.template));

function copiedAnnotations(deployment: Deployment): Record<string, string> {
  const entries = Object.entries(deployment.metadata.annotations ?? {});
  return Object.fromEntries(entries.filter(([key]) => !notCopied.has(key)));
}

/**
 * Annotations of the new replica set at this revision. A reused replica set keeps its former revisions in its history.
 */
export function annotationsAt(deployment: Deployment, revision: bigint, existing?: ReplicaSet): Record<string, string> {
  const old = existing?.metadata.annotations ?? {};
  const annotations = { ...old, ...copiedAnnotations(deployment) };
  const { [revisionAnnotation]: past = '', [revisionHistoryAnnotation]: history } = old;
  const pastRevision = parseRevision(past);
  if (pastRevision >= revision) return annotations;
  annotations[revisionAnnotation] = String(revision);
  if (pastRevision > 0n) annotations[revisionHistoryAnnotation] = withPastRevision(history, past);
  return annotations;
}
