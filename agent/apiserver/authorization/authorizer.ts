/**
 * Who may do what: a chain of authorizers, the first of which that has an opinion decides.
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/
 */
import type { RequestInfo } from '../request-info.ts';
import { systemMasters, type UserInfo } from '../user.ts';

export type Decision = 'allow' | 'deny' | 'no-opinion';

export interface Verdict {
  decision: Decision;
  /** For the person who is refused, or who asks by a review; '' where there is nothing to say. */
  reason: string;
}

/** rbac.authorization.k8s.io/v1 PolicyRule. */
export interface PolicyRule {
  verbs: readonly string[];
  /** `*` is any. */
  apiGroups?: readonly string[];
  /** `pods`, `pods/log`, `*` (any, subresources too) or, of any resource, one subresource: `*` + `/scale`. */
  resources?: readonly string[];
  /** Absent: every name. */
  resourceNames?: readonly string[];
  /** A trailing `*` stands for anything. */
  nonResourceURLs?: readonly string[];
}

/** What a SelfSubjectRulesReview lists. */
export interface RuleList {
  rules: readonly PolicyRule[];
  /** Why an authorizer cannot list its rules. */
  incomplete?: string;
  /** What went wrong with some of the rules, while the list counts as whole. */
  problem?: string;
}

export interface Authorizer {
  authorize(info: RequestInfo): Verdict;
  rulesFor(user: UserInfo, namespace: string): RuleList;
}

/**
 * Several errors as one text. https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/errors/errors.go
 */
export const aggregated = (problems: readonly string[]): string => {
  const different = [...new Set(problems)];
  return different.length === 1 ? (different[0] ?? '') : `[${different.join(', ')}]`;
};

export const allow: Verdict = { decision: 'allow', reason: '' };
export const noOpinion = (reason = ''): Verdict => ({ decision: 'no-opinion', reason });

/**
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/authorization/union/union.go
 */
export function chainAuthorizers(authorizers: readonly Authorizer[]): Authorizer {
  return {
    authorize: (info) => {
      const reasons: string[] = [];
      for (const authorizer of authorizers) {
        const verdict = authorizer.authorize(info);
        if (verdict.decision !== 'no-opinion') return verdict;
        if (verdict.reason) reasons.push(verdict.reason);
      }
      return noOpinion(reasons.join('\n'));
    },
    rulesFor: (user, namespace) => {
      const lists = authorizers.map((authorizer) => authorizer.rulesFor(user, namespace));
      const incomplete = lists.flatMap((list) => list.incomplete ?? []);
      const problems = lists.flatMap((list) => list.problem ?? []);
      return {
        rules: lists.flatMap(({ rules }) => rules),
        ...(incomplete.length > 0 ? { incomplete: aggregated(incomplete) } : {}),
        ...(problems.length > 0 ? { problem: aggregated(problems) } : {}),
      };
    },
  };
}

/**
 * Its members need no role, so that nothing that is wrong with the roles locks them out. It tells no rules: the binding
 * `cluster-admin` does.
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/authorization/authorizerfactory/builtin.go (NewPrivilegedGroups)
 */
export const masters: Authorizer = {
  authorize: ({ user }) => (user.groups.includes(systemMasters) ? allow : noOpinion()),
  rulesFor: () => ({ rules: [] }),
};
