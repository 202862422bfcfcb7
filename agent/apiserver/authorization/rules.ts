/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/rbac/v1/evaluation_helpers.go */
import type { RequestInfo } from '../request-info.ts';
import type { PolicyRule } from './authorizer.ts';

const covers = (wanted: readonly string[] | undefined, value: string): boolean =>
  wanted !== undefined && (wanted.includes(value) || wanted.includes('*'));

function coversResource(wanted: readonly string[] | undefined, { resource, subresource }: RequestInfo): boolean {
  if (!wanted) return false;
  if (covers(wanted, subresource ? `${resource}/${subresource}` : resource)) return true;
  return subresource !== '' && wanted.includes(`*/${subresource}`);
}

/** Whether one of these URLs is the path; those that end in `*` stand for whatever begins like them. */
export const coversPath = (wanted: readonly string[] | undefined, path: string): boolean =>
  wanted?.some((each) => each === path || (each.endsWith('*') && path.startsWith(each.replace(/\*+$/, '')))) === true;

/** A rule with names does not cover a request without one, such as a creation. */
export function ruleAllows(rule: PolicyRule, info: RequestInfo): boolean {
  if (!covers(rule.verbs, info.verb)) return false;
  if (!info.isResource) return coversPath(rule.nonResourceURLs, info.path);
  return (
    covers(rule.apiGroups, info.group) &&
    coversResource(rule.resources, info) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(info.name))
  );
}
