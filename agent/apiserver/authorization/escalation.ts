/**
 * Nobody grants what they do not have.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/rbac/validation/rule.go (ConfirmNoEscalation)
 */
import type { UserInfo } from '../user.ts';
import type { PolicyRule, RuleList } from './authorizer.ts';
import { missingRules } from './coverage.ts';

const quoted = (text: string): string => JSON.stringify(text);
const list = (texts: readonly string[]): string => `[${texts.map(quoted).join(' ')}]`;

/** A rule about one resource of one group and at most one name: the only ones that upstream puts together. */
function simpleKey({ apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule) {
  const simple =
    apiGroups.length === 1 && resources.length === 1 && resourceNames.length <= 1 && nonResourceURLs.length === 0;
  return simple ? JSON.stringify([apiGroups, resources, resourceNames]) : undefined;
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/rbac/validation/policy_compact.go */
export function compactRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const compact: PolicyRule[] = [];
  const simple = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const key = simpleKey(rule);
    const same = key === undefined ? undefined : simple.get(key);
    if (key === undefined) compact.push(rule);
    else simple.set(key, same ? { ...same, verbs: [...same.verbs, ...rule.verbs] } : rule);
  }
  return [...compact, ...simple.values()];
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/rbac/v1/evaluation_helpers.go (CompactString) */
function describeRule({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ] as const;
  return `{${parts.flatMap(([name, values]) => (values?.length ? [`${name}:${list(values)}`] : [])).join(', ')}}`;
}

/** What is wrong with granting these rules; undefined where the user has all of them. */
export function escalation(user: UserInfo, held: RuleList, granted: readonly PolicyRule[]): string | undefined {
  const missing = missingRules(held.rules, granted);
  if (missing.length === 0) return undefined;
  const lines = [...new Set(compactRules(missing).map(describeRule))].sort();
  const who = `user ${quoted(user.username)} (groups=${list(user.groups)})`;
  const problems = held.problem ? `; resolution errors: [${held.problem}]` : '';
  return `${who} is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}${problems}`;
}
