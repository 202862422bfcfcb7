/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/rbac/validation/validation.go
 * (ValidatePolicyRule)
 */
import { invalid, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import type { rbac } from '../types.ts';
import type { Scope } from './group.ts';

const isEmpty = (list: readonly string[] | undefined): boolean => !list?.length;

function validateUrls(field: string, rule: rbac.PolicyRule, scope: Scope): FieldError[] {
  const { nonResourceURLs: urls, apiGroups, resources, resourceNames } = rule;
  const path = `${field}.nonResourceURLs`;
  const mixed = !isEmpty(apiGroups) || !isEmpty(resources) || !isEmpty(resourceNames);
  return [
    ...(scope === 'namespace' ? [invalid(path, urls, 'namespaced rules cannot apply to non-resource URLs')] : []),
    ...(mixed ? [invalid(path, urls, 'rules cannot apply to both regular resources and non-resource URLs')] : []),
  ];
}

function validateRule(field: string, rule: rbac.PolicyRule, scope: Scope): FieldError[] {
  const verbs = isEmpty(rule.verbs) ? [required(`${field}.verbs`, 'verbs must contain at least one value')] : [];
  if (!isEmpty(rule.nonResourceURLs)) return [...verbs, ...validateUrls(field, rule, scope)];
  return [
    ...verbs,
    ...(isEmpty(rule.apiGroups)
      ? [required(`${field}.apiGroups`, 'resource rules must supply at least one api group')]
      : []),
    ...(isEmpty(rule.resources)
      ? [required(`${field}.resources`, 'resource rules must supply at least one resource')]
      : []),
  ];
}

/** `scope` is that of the role: only a cluster role may speak of URLs that are no resources. */
export const validateRules = (rules: readonly rbac.PolicyRule[] | null | undefined, scope: Scope): FieldError[] =>
  (rules ?? []).flatMap((rule, index) => validateRule(`rules[${index}]`, rule, scope));
