/**
 * What roles and cluster roles grant to the subjects of their bindings.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/auth/authorizer/rbac/rbac.go and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/rbac/validation/rule.go
 */
import type { rbac } from '../../api/types.ts';
import type { RequestInfo } from '../request-info.ts';
import type { UserInfo } from '../user.ts';
import { type Authorizer, aggregated, noOpinion, type PolicyRule, type Verdict } from './authorizer.ts';
import { type Binding, type BindingIndex, subjectOf } from './binding-index.ts';
import { ruleAllows } from './rules.ts';

/** Where roles and bindings are looked up. */
export interface RoleSource {
  bindings: BindingIndex;
  /** Undefined where there is no such role. */
  rulesOfClusterRole(name: string): readonly PolicyRule[] | undefined;
  rulesOfRole(namespace: string, name: string): readonly PolicyRule[] | undefined;
}

interface Grant {
  binding: Binding;
  /** Undefined where the role is gone. */
  rules: readonly PolicyRule[] | undefined;
}

/** Undefined where there is no such role. */
export const rulesOfRef = (roles: RoleSource, { kind, name }: rbac.RoleRef, namespace: string) =>
  kind === 'ClusterRole' ? roles.rulesOfClusterRole(name) : roles.rulesOfRole(namespace, name);

function* grantsOf(roles: RoleSource, user: UserInfo, namespace: string): Iterable<Grant> {
  for (const within of namespace ? ['', namespace] : ['']) {
    for (const binding of roles.bindings.of(user, within)) {
      yield { binding, rules: rulesOfRef(roles, binding.roleRef, within) };
    }
  }
}

const quoted = (text: string): string => JSON.stringify(text);

const missing = ({ binding: { roleRef } }: Grant): string =>
  `${roleRef.kind.toLowerCase()}.${roleRef.apiGroup} ${quoted(roleRef.name)} not found`;

function describeSubject(subject: rbac.Subject | undefined, namespace: string): string {
  if (!subject) return '';
  const { kind, name } = subject;
  return `${kind} ${quoted(kind === 'ServiceAccount' ? `${name}/${subject.namespace || namespace}` : name)}`;
}

/** Said to whoever asks why something is allowed. */
function reasonOf(binding: Binding, user: UserInfo): string {
  const { metadata, roleRef } = binding;
  const { name, namespace = '' } = metadata;
  const subject = describeSubject(subjectOf(binding, user), namespace);
  const which = namespace ? `RoleBinding ${quoted(`${name}/${namespace}`)}` : `ClusterRoleBinding ${quoted(name)}`;
  return `RBAC: allowed by ${which} of ${roleRef.kind} ${quoted(roleRef.name)} to ${subject}`;
}

export function createRoleAuthorizer(roles: RoleSource): Authorizer {
  const authorize = (info: RequestInfo): Verdict => {
    const problems: string[] = [];
    for (const grant of grantsOf(roles, info.user, info.namespace)) {
      if (!grant.rules) problems.push(missing(grant));
      else if (grant.rules.some((each) => ruleAllows(each, info))) {
        return { decision: 'allow', reason: reasonOf(grant.binding, info.user) };
      }
    }
    return noOpinion(problems.length > 0 ? `RBAC: ${aggregated(problems)}` : '');
  };
  const rulesFor: Authorizer['rulesFor'] = (user, namespace) => {
    const grants = [...grantsOf(roles, user, namespace)];
    const problems = grants.filter(({ rules }) => !rules).map(missing);
    return {
      rules: grants.flatMap(({ rules = [] }) => rules),
      ...(problems.length > 0 ? { problem: aggregated(problems) } : {}),
    };
  };
  return { authorize, rulesFor };
}
