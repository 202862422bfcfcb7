/**
 * Which writes a policy or its binding is about.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/matching/matching.go
 */
import { isNotFound } from '../../../api/errors.ts';
import type { meta } from '../../../api/types.ts';
import type { Attributes } from '../attributes.ts';
import { matchRules, type NamedRule, type Served } from './rules.ts';
import { isNamespaceSelected, isObjectSelected, type Namespaces } from './selectors.ts';

/** admissionregistration.k8s.io/v1 MatchResources. An absent selector selects everything. */
export interface MatchResources {
  readonly namespaceSelector?: meta.LabelSelector | undefined;
  readonly objectSelector?: meta.LabelSelector | undefined;
  /** None: everything. */
  readonly resourceRules?: readonly NamedRule[] | undefined;
  readonly excludeResourceRules?: readonly NamedRule[] | undefined;
  readonly matchPolicy?: string | undefined;
}

/**
 * The group and version in which the write is seen; undefined: it is not about this write. Throws `ApiError` 404 where
 * all but the namespace's labels match, and there is no such namespace.
 */
export function matchResources(
  { namespaceSelector, objectSelector, resourceRules = [], excludeResourceRules = [], matchPolicy }: MatchResources,
  attributes: Attributes,
  cluster: Namespaces,
): Served | undefined {
  let missing: unknown;
  try {
    if (!isNamespaceSelected(namespaceSelector, attributes, cluster)) return undefined;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    missing = error;
  }
  if (!isObjectSelected(objectSelector, attributes)) return undefined;
  if (matchRules(excludeResourceRules, matchPolicy, attributes)) return undefined;
  const { group, version } = attributes.info;
  const found = resourceRules.length === 0 ? { group, version } : matchRules(resourceRules, matchPolicy, attributes);
  if (found && missing) throw missing;
  return found;
}
