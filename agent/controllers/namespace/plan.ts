/**
 * Describes the remaining content of a namespace that is being deleted, in upstream's words. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/namespace/deletion/status_condition_utils.go
 */
import { type Condition, findCondition, withCondition } from '../../api/conditions.ts';
import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/types.ts';

/** The remaining objects of one kind. */
export interface Content {
  kind: Kind;
  items: readonly KubeObject[];
}

function remaining(content: readonly Content[]): string {
  // Upstream's names of core kinds end in a dot: `pods. has 1 resource instances`.
  const counts = content.map(({ kind: { plural, representations }, items }) => {
    const resource = `${plural}.${representations[0].group}`;
    return `${resource} has ${items.length} resource instances`;
  });
  return `Some resources are remaining: ${counts.sort().join(', ')}`;
}

function finalizing(content: readonly Content[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { metadata } of content.flatMap(({ items }) => items)) {
    for (const finalizer of metadata.finalizers ?? []) counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
  }
  if (counts.size === 0) return undefined;
  const texts = [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  return `Some content in the namespace has finalizers remaining: ${texts.sort().join(', ')}`;
}

export interface Remains {
  content: readonly Content[];
  /** Messages of failed deletions. */
  failures: readonly string[];
  /** Group versions of which nobody knows what is in them: `metrics.k8s.io/v1beta1`. */
  unknown: readonly string[];
}

/** As client-go says it. https://github.com/kubernetes/client-go/blob/release-1.36/discovery/discovery_client.go */
export function discoveryFailure(unknown: readonly string[]): string {
  const groups = [...unknown].sort().map((each) => `${each}: stale GroupVersion discovery: ${each}`);
  return `unable to retrieve the complete list of server APIs: ${groups.join(', ')}`;
}

/** `now` is in the API's time format. */
export function planConditions(
  before: readonly Condition[],
  { content, failures, unknown }: Remains,
  now: string,
): Condition[] {
  const left = content.filter(({ items }) => items.length > 0);
  const finalizers = finalizing(left);
  const wanted: [type: string, bad: boolean, reason: string, message: string][] = [
    unknown.length > 0
      ? [
          'NamespaceDeletionDiscoveryFailure',
          true,
          'DiscoveryFailed',
          `Discovery failed for some groups, ${unknown.length} failing: ${discoveryFailure(unknown)}`,
        ]
      : ['NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    failures.length > 0
      ? [
          'NamespaceDeletionContentFailure',
          true,
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${failures.length} remaining: ${[...failures].sort().join(', ')}`,
        ]
      : [
          'NamespaceDeletionContentFailure',
          false,
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ],
    left.length > 0
      ? ['NamespaceContentRemaining', true, 'SomeResourcesRemain', remaining(left)]
      : ['NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'],
    finalizers
      ? ['NamespaceFinalizersRemaining', true, 'SomeFinalizersRemain', finalizers]
      : ['NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
  ];
  let conditions = [...before];
  for (const [type, bad, reason, message] of wanted) {
    const status = bad ? 'True' : 'False';
    const known = findCondition(conditions, type);
    if (known?.status === status && known.message === message) continue;
    conditions = withCondition(conditions, { type, status, reason, message, lastTransitionTime: now });
  }
  return conditions;
}
