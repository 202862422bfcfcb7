/** Questions about who somebody is and what they may do: objects that are answered, never stored. */
import { defineKind } from '../api/define-kind.ts';
import { parseFieldSelector } from '../api/field-selectors.ts';
import { isObject } from '../api/json/value.ts';
import { apiVersionOf, type FieldError, type Kind } from '../api/kind.ts';
import { parseLabelSelector } from '../api/selectors.ts';
import type { AnyObject } from '../api/types.ts';
import { timestamp } from '../clock.ts';
import { objectIn } from './admission/attributes.ts';
import { verifyToken } from './authentication/bearer-tokens.ts';
import { aggregated } from './authorization/authorizer.ts';
import type { Core } from './core.ts';
import { badRequest, invalidNamed } from './errors.ts';
import { pathInfo, type RequestInfo } from './request-info.ts';
import { type Asked, validateLocalSubject, validateSelfSubject, validateSubject } from './review-validation.ts';
import type { UserInfo } from './user.ts';
import { attributesOf, type Call } from './verbs/call.ts';
import { checkNamespaceIs, decodePosted, type Posted, postedType } from './verbs/decode.ts';

type Spec = Readonly<Record<string, unknown>>;

/** A review on its way to its answer. */
interface Question extends Asked {
  core: Core;
  user: UserInfo;
}

interface Review {
  type: Posted;
  kind: Kind;
  validate?(asked: Asked): FieldError[];
  answer(question: Question): { metadata?: unknown; spec?: unknown; status: unknown };
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

const operators: Readonly<Record<string, '=' | '!='>> = { In: '=', NotIn: '!=' };

/** The form that a query has, or requirements that were parsed already. Throws where one is none of a query's. */
function fieldSelectorOf({ rawSelector, requirements }: Spec): RequestInfo['fieldSelector'] {
  if (rawSelector) return parseFieldSelector(String(rawSelector));
  return (Array.isArray(requirements) ? requirements.filter(isObject) : []).map((each) => {
    const values: unknown[] = Array.isArray(each.values) ? each.values : [];
    const operator = operators[String(each.operator)];
    if (!operator || values.length !== 1) throw new Error('not a requirement that fields can be selected by');
    return { path: textOf(each, 'key'), operator, value: String(values[0]) };
  });
}

/** Nothing here grants by labels: it is told whether they could be read. */
function checkLabelSelector({ rawSelector, requirements }: Spec): void {
  if (rawSelector) parseLabelSelector(String(rawSelector));
  const known = (Array.isArray(requirements) ? requirements : []).every(
    (each) => isObject(each) && ['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(String(each.operator)),
  );
  if (!known) throw new Error('not a requirement that labels can be selected by');
}

/** A selector that does not parse narrows nothing, which the answer says. */
function readSelector<T>(
  asked: Spec,
  field: 'fieldSelector' | 'labelSelector',
  read: (selector: Spec) => T,
  faults: string[],
): T | undefined {
  const selector = asked[field];
  if (!isObject(selector)) return undefined;
  try {
    return read(selector);
  } catch {
    faults.push(`spec.resourceAttributes.${field} ignored due to parse error`);
    return undefined;
  }
}

/** The question as a request would have put it. */
function infoOf(
  user: UserInfo,
  { resourceAttributes, nonResourceAttributes }: Spec,
  fields: RequestInfo['fieldSelector'],
): RequestInfo {
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
    fieldSelector: fields,
  };
}

function access({ core, spec }: Question, user: UserInfo) {
  const { resourceAttributes } = spec;
  const asked: Spec = isObject(resourceAttributes) ? resourceAttributes : {};
  const faults: string[] = [];
  const fields = readSelector(asked, 'fieldSelector', fieldSelectorOf, faults) ?? [];
  readSelector(asked, 'labelSelector', checkLabelSelector, faults);
  const { decision, reason } = core.authorizer.authorize(infoOf(user, spec, fields));
  return {
    status: {
      allowed: decision === 'allow',
      ...(decision === 'deny' ? { denied: true } : {}),
      ...(reason ? { reason } : {}),
      ...(faults.length > 0 ? { evaluationError: faults.join('; ') } : {}),
    },
  };
}

function rulesOf({ core, spec, user }: Question) {
  const namespace = textOf(spec, 'namespace');
  if (!namespace) throw badRequest('no namespace on request');
  const { rules, incomplete, problem } = core.authorizer.rulesFor(user, namespace);
  const problems = [incomplete, problem].filter((each) => each !== undefined);
  return {
    status: {
      resourceRules: rules.filter(({ resources }) => resources !== undefined),
      nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs !== undefined),
      incomplete: incomplete !== undefined,
      ...(problems.length > 0 ? { evaluationError: aggregated(problems) } : {}),
    },
  };
}

const whoAmI = ({ core, user }: Question) => ({
  metadata: { creationTimestamp: timestamp(core.clock.now()) },
  spec: undefined,
  status: { userInfo: userInfo(user) },
});

function reviewToken({ core, spec }: Question) {
  const { token, audiences } = spec;
  const wanted = Array.isArray(audiences) && audiences.length > 0 ? audiences.map(String) : [core.tokens.issuer];
  if (typeof token !== 'string' || token === '') {
    throw badRequest('token is required for TokenReview in authentication');
  }
  const verified = verifyToken(core, token, wanted);
  if (!verified) return { status: { user: {}, error: 'invalid bearer token' } };
  return { status: { authenticated: true, user: userInfo(verified.user), audiences: verified.audiences } };
}

function declared(group: string, kind: string, scope: 'Cluster' | 'Namespaced'): Pick<Review, 'type' | 'kind'> {
  const type = postedType(`${group}.k8s.io`, 'v1', kind);
  const representation = { group: type.group, version: type.version, definition: type.definition };
  const plural = `${kind.toLowerCase()}s`;
  const namespaced = scope === 'Namespaced';
  return {
    type,
    kind: defineKind({ kind, plural, namespaced, isUnstored: true, representations: [representation] }),
  };
}

export const reviews: readonly Review[] = [
  { ...declared('authentication', 'SelfSubjectReview', 'Cluster'), answer: whoAmI },
  { ...declared('authentication', 'TokenReview', 'Cluster'), answer: reviewToken },
  {
    ...declared('authorization', 'LocalSubjectAccessReview', 'Namespaced'),
    validate: validateLocalSubject,
    answer: (question) => access(question, otherUser(question.spec)),
  },
  {
    ...declared('authorization', 'SelfSubjectAccessReview', 'Cluster'),
    validate: validateSelfSubject,
    answer: (question) => access(question, question.user),
  },
  { ...declared('authorization', 'SelfSubjectRulesReview', 'Cluster'), answer: rulesOf },
  {
    ...declared('authorization', 'SubjectAccessReview', 'Cluster'),
    validate: validateSubject,
    answer: (question) => access(question, otherUser(question.spec)),
  },
];

export const reviewFor = (group: string, version: string, plural: string): Review | undefined =>
  reviews.find(({ type, kind }) => type.group === group && type.version === version && kind.plural === plural);

/** What is asked, with the namespace of the URL. Throws `ApiError` 400 where it names another. */
function posted(call: QuestionCall, { type, kind }: Review): AnyObject {
  const { metadata: given, ...review } = decodePosted(call, type);
  const { namespace, ...metadata } = given;
  if (!kind.namespaced) return { ...review, metadata };
  checkNamespaceIs(namespace, call.path.namespace);
  return { ...review, metadata: { ...metadata, namespace: call.path.namespace } };
}

type QuestionCall = Omit<Call, 'served'>;

/** The question as admission leaves it, and its answer. */
export async function answerReview(call: QuestionCall, review: Review) {
  const { core, path, request } = call;
  const { kind, type } = review;
  const object = posted(call, review);
  const served = { kind, representation: kind.representations[0] };
  const attributes = attributesOf(
    { ...call, served },
    { operation: 'create', object, name: object.metadata.name ?? '' },
  );
  await core.admission.mutate(attributes);
  const { metadata, spec } = objectIn(attributes);
  const asked: Asked = { metadata: { ...metadata }, spec: isObject(spec) ? spec : {}, namespace: path.namespace };
  const errors = review.validate?.(asked) ?? [];
  if (errors.length > 0) throw invalidNamed(type, '', errors);
  await core.admission.validate(attributes);
  return {
    kind: type.kind,
    apiVersion: apiVersionOf(type),
    metadata,
    spec: asked.spec,
    ...review.answer({ ...asked, core, user: request.user }),
  };
}
