/**
 * Expressions ask the authorizers that requests are asked by.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/library/authz.go (Authorize)
 */
import type { AccessQuestion, Ask } from '../../../api/cel/library/authorization.ts';
import { type FieldRequirement, parseFieldSelector } from '../../../api/field-selectors.ts';
import { pathInfo, type RequestInfo } from '../../request-info.ts';
import { accountUser, authenticatedGroup, type UserInfo } from '../../user.ts';
import type { Attributes } from '../attributes.ts';
import type { Cluster } from '../step.ts';

/** A selector that does not parse narrows nothing. */
function requirementsOf(selector: string): readonly FieldRequirement[] {
  if (selector === '') return [];
  try {
    return parseFieldSelector(selector);
  } catch {
    return [];
  }
}

function infoOf(user: UserInfo, question: AccessQuestion): RequestInfo {
  if ('path' in question) return pathInfo(user, question.verb, question.path);
  const { verb, group, resource, subresource, namespace, name, fieldSelector } = question;
  return {
    user,
    verb,
    isResource: true,
    group,
    version: '*',
    namespace,
    resource,
    subresource,
    name,
    path: '',
    fieldSelector: requirementsOf(fieldSelector),
  };
}

/** Nobody has logged in: upstream asks for the account without the group of those who have. */
const withoutLogin = (account: UserInfo): UserInfo => ({
  ...account,
  groups: account.groups.filter((group) => group !== authenticatedGroup),
});

export const askFor =
  ({ user }: Attributes, { authorizer }: Cluster): Ask =>
  (question) => {
    const { subject } = question;
    const asking = subject === 'requester' ? user : withoutLogin(accountUser(subject.namespace, subject.name));
    const { decision, reason } = authorizer.authorize(infoOf(asking, question));
    return { allowed: decision === 'allow', reason, error: '' };
  };
