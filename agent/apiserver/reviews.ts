/** Questions about who somebody is and what they may do: objects that are answered, never stored. */
import { invalid as invalidField } from '../api/field-errors.ts';
import { parseFieldSelector } from '../api/field-selectors.ts';
import { isObject } from '../api/json/value.ts';
import type { FieldError } from '../api/kind.ts';
import { timestamp } from '../clock.ts';
import { verifyBoundToken } from './authentication/bound-tokens.ts';
import type { Core } from './core.ts';
import { badRequest, invalidNamed } from './errors.ts';
import { pathInfo, type RequestInfo, type ResourcePath } from './request-info.ts';
import type { UserInfo } from './user.ts';

type Spec = Readonly<Record<string, unknown>>;

/** A review on its way to its answer. */
interface Question {
  core: Core;
  spec: Spec;
  /** '' for a review of the whole cluster. */
  namespace: string;
  user: UserInfo;
}

interface Review {
  group: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  check?(question: Question): FieldError[];
  answer(question: Question): { spec?: unknown; status: unknown };
}

const userInfo = ({ username, uid, groups, extra }: UserInfo) => ({ username, uid, groups, extra });

const textOf = (object: Spec, field: string): string => {
  const value = object[field];
  return typeof value === 'string' ? value : '';
};

function otherUser(spec: Spec): UserInfo {
  const { groups = [] } = spec;
  const uid = textOf(spec, 'uid');
  return {
    username: textOf(spec, 'user'),
    groups: Array.isArray(groups) ? groups.map(String) : [],
    ...(uid ? { uid } : {}),
  };
}

/** The form that a query has, or requirements that were parsed already. */
function selectorOf(selector: unknown): RequestInfo['fieldSelector'] {
  if (!isObject(selector)) return [];
  const raw = textOf(selector, 'rawSelector');
  if (raw) return parseFieldSelector(raw);
  const requirements = Array.isArray(selector.requirements) ? selector.requirements.filter(isObject) : [];
  return requirements.flatMap((each) => {
    const values: unknown[] = Array.isArray(each.values) ? each.values : [];
    const operator = each.operator === 'In' ? '=' : each.operator === 'NotIn' ? '!=' : undefined;
    if (!operator || values.length !== 1) return [];
    return [{ path: textOf(each, 'key'), operator, value: String(values[0]) }];
  });
}

/** The question as a request would have put it. */
function infoOf(user: UserInfo, { resourceAttributes, nonResourceAttributes }: Spec): RequestInfo {
  if (isObject(nonResourceAttributes)) {
    return pathInfo(user, textOf(nonResourceAttributes, 'verb'), textOf(nonResourceAttributes, 'path'));
  }
  const asked: Spec = isObject(resourceAttributes) ? resourceAttributes : {};
  return {
    user,
    verb: textOf(asked, 'verb'),
    isResource: true,
    group: textOf(asked, 'group'),
    version: textOf(asked, 'version'),
    namespace: textOf(asked, 'namespace'),
    resource: textOf(asked, 'resource'),
    subresource: textOf(asked, 'subresource'),
    name: textOf(asked, 'name'),
    path: '',
    fieldSelector: selectorOf(asked.fieldSelector),
  };
}

function access({ core, spec }: Question, user: UserInfo) {
  const { decision, reason } = core.authorizer.authorize(infoOf(user, spec));
  return {
    status: {
      allowed: decision === 'allow',
      ...(decision === 'deny' ? { denied: true } : {}),
      ...(reason ? { reason } : {}),
    },
  };
}

function rulesOf({ core, spec, user }: Question) {
  const { rules, incomplete } = core.authorizer.rulesFor(user, textOf(spec, 'namespace'));
  return {
    status: {
      resourceRules: rules.filter(({ resources }) => resources !== undefined),
      nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs !== undefined),
      incomplete: incomplete !== undefined,
      ...(incomplete === undefined ? {} : { evaluationError: incomplete }),
    },
  };
}

function reviewToken({ core, spec }: Question) {
  const { token, audiences } = spec;
  const wanted = Array.isArray(audiences) && audiences.length > 0 ? audiences.map(String) : [core.tokens.issuer];
  const verified = typeof token === 'string' ? verifyBoundToken(core, token, wanted) : undefined;
  if (!verified) return { status: { user: {}, error: 'invalid bearer token' } };
  return { status: { authenticated: true, user: userInfo(verified.user), audiences: verified.audiences } };
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/authorization/validation/validation.go */
function checkAttributes({ spec }: Question): FieldError[] {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes && nonResourceAttributes) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    return [invalidField('spec.nonResourceAttributes', nonResourceAttributes, detail)];
  }
  if (resourceAttributes || nonResourceAttributes) return [];
  const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [invalidField('spec.resourceAttributes', null, detail)];
}

function checkSubject(question: Question): FieldError[] {
  const { username, groups } = otherUser(question.spec);
  if (username || groups.length > 0) return checkAttributes(question);
  const missing = invalidField('spec.user', '', 'at least one of user or group must be specified');
  return [...checkAttributes(question), missing];
}

function checkLocal(question: Question): FieldError[] {
  const { spec, namespace } = question;
  const { resourceAttributes: asked, nonResourceAttributes } = spec;
  const elsewhere = isObject(asked) && textOf(asked, 'namespace') !== namespace;
  return [
    ...checkSubject(question),
    ...(elsewhere
      ? [invalidField('spec.resourceAttributes.namespace', asked.namespace ?? '', 'must match metadata.namespace')]
      : []),
    ...(nonResourceAttributes
      ? [invalidField('spec.nonResourceAttributes', nonResourceAttributes, 'disallowed on this kind of request')]
      : []),
  ];
}

const authentication = { group: 'authentication.k8s.io', namespaced: false };
const authorization = { group: 'authorization.k8s.io', namespaced: false };

export const reviews: readonly Review[] = [
  {
    ...authentication,
    kind: 'SelfSubjectReview',
    plural: 'selfsubjectreviews',
    answer: ({ user }) => ({ spec: undefined, status: { userInfo: userInfo(user) } }),
  },
  { ...authentication, kind: 'TokenReview', plural: 'tokenreviews', answer: reviewToken },
  {
    ...authorization,
    kind: 'LocalSubjectAccessReview',
    plural: 'localsubjectaccessreviews',
    namespaced: true,
    check: checkLocal,
    answer: (question) => access(question, otherUser(question.spec)),
  },
  {
    ...authorization,
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    check: checkAttributes,
    answer: (question) => access(question, question.user),
  },
  { ...authorization, kind: 'SelfSubjectRulesReview', plural: 'selfsubjectrulesreviews', answer: rulesOf },
  {
    ...authorization,
    kind: 'SubjectAccessReview',
    plural: 'subjectaccessreviews',
    check: checkSubject,
    answer: (question) => access(question, otherUser(question.spec)),
  },
];

export const reviewFor = (group: string, version: string, plural: string): Review | undefined =>
  version === 'v1' ? reviews.find((each) => each.group === group && each.plural === plural) : undefined;

export function answerReview(core: Core, review: Review, path: ResourcePath, body: unknown, user: UserInfo) {
  if (!isObject(body)) throw badRequest(`the body is not a ${review.kind}`);
  const { spec, metadata } = body;
  const asked: Spec = isObject(spec) ? spec : {};
  const question = { core, spec: asked, namespace: path.namespace, user };
  const errors = review.check?.(question) ?? [];
  if (errors.length > 0) throw invalidNamed({ kind: review.kind, group: review.group }, '', errors);
  return {
    kind: review.kind,
    apiVersion: `${review.group}/v1`,
    metadata: { creationTimestamp: timestamp(core.clock.now()), ...(isObject(metadata) ? metadata : {}) },
    spec: asked,
    ...review.answer(question),
  };
}
