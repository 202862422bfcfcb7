/**
 * Which rules include which.
 * https://github.com/kubernetes/component-helpers/blob/release-1.36/auth/rbac/validation/policy_comparator.go
 */
import type { PolicyRule } from './authorizer.ts';
import { coversPath } from './rules.ts';

type List = readonly string[] | undefined;

const hasAll = (wanted: List, values: List = []): boolean => values.every((value) => wanted?.includes(value));
const hasAllOrStar = (wanted: List, values: List): boolean => wanted?.includes('*') || hasAll(wanted, values);

/** `*` + `/scale` stands for that subresource of every resource. */
function coversResource(wanted: List, resource: string): boolean {
  if (wanted?.includes('*') || wanted?.includes(resource)) return true;
  const at = resource.indexOf('/');
  return at !== -1 && wanted?.includes(`*${resource.slice(at)}`) === true;
}

const coversNames = (wanted: List = [], names: List = []): boolean =>
  wanted.length === 0 || (names.length > 0 && hasAll(wanted, names));

/** `part` is one that `breakDown` has made. */
export const covers = (rule: PolicyRule, part: PolicyRule): boolean =>
  hasAllOrStar(rule.verbs, part.verbs) &&
  hasAllOrStar(rule.apiGroups, part.apiGroups) &&
  (part.resources ?? []).every((resource) => coversResource(rule.resources, resource)) &&
  (part.nonResourceURLs ?? []).every((url) => coversPath(rule.nonResourceURLs, url)) &&
  coversNames(rule.resourceNames, part.resourceNames);

/** Rules of one verb each, for one resource (and one name, where the rule has names) or for one URL. */
export function breakDown({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule): PolicyRule[] {
  const names = resourceNames.length > 0 ? resourceNames.map((name) => ({ resourceNames: [name] })) : [{}];
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map((name) => ({ apiGroups: [group], resources: [resource], verbs: [verb], ...name })),
      ),
    ),
  );
  const ofUrls = nonResourceURLs.flatMap((url) => verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] })));
  return [...ofResources, ...ofUrls];
}

/** The parts of `wanted` that `held` does not cover. */
export const missingRules = (held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] =>
  wanted.flatMap(breakDown).filter((part) => !held.some((rule) => covers(rule, part)));
