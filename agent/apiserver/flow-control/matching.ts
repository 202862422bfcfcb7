/**
 * Which requests a flow schema is about. Pure.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/util/flowcontrol/rule.go
 */
import type { FlowSchema, flowcontrol } from '../../api/types.ts';
import type { RequestInfo } from '../request-info.ts';
import type { UserInfo } from '../user.ts';

const any = '*';
const accountPrefix = 'system:serviceaccount:';
const has = (list: readonly string[], value: string): boolean => list.includes(any) || list.includes(value);

function isSubject(user: UserInfo, subject: flowcontrol.Subject): boolean {
  const { kind, user: named, group, serviceAccount: account } = subject;
  if (kind === 'User') return named !== undefined && (named.name === any || named.name === user.username);
  if (kind === 'Group') return group !== undefined && (group.name === any || user.groups.includes(group.name));
  if (!account) return false;
  // It is asked of every request: nothing is made for it.
  if (account.name !== any) return user.username === `${accountPrefix}${account.namespace}:${account.name}`;
  return user.username.startsWith(`${accountPrefix}${account.namespace}:`);
}

function isResource(rule: flowcontrol.ResourcePolicyRule, info: RequestInfo): boolean {
  const { verb, group, resource, subresource, namespace } = info;
  if (!has(rule.verbs, verb) || !has(rule.apiGroups, group)) return false;
  if (!has(rule.resources, subresource ? `${resource}/${subresource}` : resource)) return false;
  return namespace === '' ? rule.clusterScope === true : has(rule.namespaces ?? [], namespace);
}

const isAtPath = (pattern: string, path: string): boolean =>
  pattern.endsWith(any) ? path.startsWith(pattern.slice(0, -1)) : pattern === path;

const isNonResource = (rule: flowcontrol.NonResourcePolicyRule, { verb, path }: RequestInfo): boolean =>
  has(rule.verbs, verb) && rule.nonResourceURLs.some((pattern) => isAtPath(pattern, path));

export const matches = ({ spec }: FlowSchema, info: RequestInfo): boolean =>
  (spec.rules ?? []).some(
    ({ subjects, resourceRules, nonResourceRules }) =>
      subjects.some((subject) => isSubject(info.user, subject)) &&
      (info.isResource
        ? (resourceRules ?? []).some((rule) => isResource(rule, info))
        : (nonResourceRules ?? []).some((rule) => isNonResource(rule, info))),
  );

/** What tells the flows of one schema apart; requests of one flow wait for each other. */
export function flowOf({ metadata, spec }: FlowSchema, { user, namespace }: RequestInfo): string {
  const by = spec.distinguisherMethod?.type;
  const distinguisher = by === 'ByUser' ? user.username : by === 'ByNamespace' ? namespace : '';
  return `${metadata.name}\n${distinguisher}`;
}

const precedenceOf = ({ spec }: FlowSchema): number => spec.matchingPrecedence ?? 0;

/** The first that matches counts. */
export const inMatchingOrder = (schemas: readonly FlowSchema[]): FlowSchema[] =>
  schemas.toSorted((a, b) => precedenceOf(a) - precedenceOf(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
