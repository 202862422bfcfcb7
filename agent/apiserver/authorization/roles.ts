/**
 * Roles that are bound to users and groups in the whole cluster.
 * https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/auth/authorizer/rbac/rbac.go
 */
import type { RequestInfo } from '../request-info.ts';
import type { UserInfo } from '../user.ts';
import { type Authorizer, noOpinion, type PolicyRule, type Verdict } from './authorizer.ts';
import type { ClusterRole, ClusterRoleBinding, Subject } from './bootstrap-policy.ts';
import { ruleAllows } from './rules.ts';

interface Grant {
  rules: readonly PolicyRule[];
  /** Said to whoever asks why something is allowed. */
  reason: string;
}

const keyOf = ({ kind, name }: Subject): string => `${kind} ${name}`;

function grantsBySubject(roles: readonly ClusterRole[], bindings: readonly ClusterRoleBinding[]): Map<string, Grant[]> {
  const rulesOf = new Map(roles.map(({ name, rules }) => [name, rules]));
  const grants = new Map<string, Grant[]>();
  for (const { role, subjects } of bindings) {
    for (const subject of subjects) {
      const who = `${subject.kind} ${JSON.stringify(subject.name)}`;
      const reason = `RBAC: allowed by ClusterRoleBinding ${JSON.stringify(role)} of ClusterRole ${JSON.stringify(role)} to ${who}`;
      const known = grants.get(keyOf(subject)) ?? [];
      grants.set(keyOf(subject), [...known, { rules: rulesOf.get(role) ?? [], reason }]);
    }
  }
  return grants;
}

export function createRoleAuthorizer(
  roles: readonly ClusterRole[],
  bindings: readonly ClusterRoleBinding[],
): Authorizer {
  const grants = grantsBySubject(roles, bindings);
  function* grantsOf({ username, groups }: UserInfo): Iterable<Grant> {
    yield* grants.get(keyOf({ kind: 'User', name: username })) ?? [];
    for (const group of groups) yield* grants.get(keyOf({ kind: 'Group', name: group })) ?? [];
  }
  const authorize = (info: RequestInfo): Verdict => {
    for (const { rules, reason } of grantsOf(info.user)) {
      if (rules.some((each) => ruleAllows(each, info))) return { decision: 'allow', reason };
    }
    return noOpinion();
  };
  return { authorize, rulesFor: (user) => ({ rules: [...grantsOf(user)].flatMap(({ rules }) => rules) }) };
}
