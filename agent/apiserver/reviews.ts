/** Questions about who somebody is and what they may do: objects that are answered, never stored. */

import { isObject } from '../api/patch/json-value.ts';
import { timestamp } from '../clock.ts';
import { verifyBoundToken } from './authentication/bound-tokens.ts';
import { authorize, mayDoEverything } from './authorization.ts';
import type { Core } from './core.ts';
import { badRequest } from './errors.ts';
import { mayAsNode, nodeNameOf } from './node-authorization.ts';
import type { ServerRequest } from './request.ts';
import type { UserInfo } from './user.ts';

type Answer = (core: Core, spec: Record<string, unknown>, user: UserInfo) => { spec?: unknown; status: unknown };

interface Review {
  group: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  answer: Answer;
}

const userInfo = ({ username, uid, groups, extra }: UserInfo) => ({ username, uid, groups, extra });

function otherUser(spec: Record<string, unknown>): UserInfo {
  const { user = '', groups = [], uid } = spec;
  return {
    username: String(user),
    groups: Array.isArray(groups) ? groups.map(String) : [],
    ...(typeof uid === 'string' ? { uid } : {}),
  };
}

const methodOf: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

/** The answer that the request itself would get: by the path that it would have. */
function isAllowed(user: UserInfo, { resourceAttributes, nonResourceAttributes }: Record<string, unknown>): boolean {
  if (mayDoEverything(user)) return true;
  if (isObject(nonResourceAttributes)) {
    const { verb, path } = nonResourceAttributes;
    return verb === 'get' && typeof path === 'string' && authorize(user, 'GET', path);
  }
  if (!isObject(resourceAttributes)) return false;
  const { verb, group = '', namespace = '', resource = '', name = '', subresource = '' } = resourceAttributes;
  const method = methodOf[String(verb)] ?? '';
  const access = {
    group: String(group),
    namespace: String(namespace),
    resource: String(resource),
    name: String(name),
    subresource: String(subresource),
  };
  const nodeName = nodeNameOf(user);
  if (nodeName !== undefined && mayAsNode(nodeName, method, access)) return true;
  if (verb !== 'create' || !resource || subresource) return false;
  return authorize(user, method, `/apis/${access.group}/v1/${access.resource}`);
}

const decision = (allowed: boolean) => ({ allowed });

const resourceRule = (group: string, resource: string) => ({
  verbs: ['create'],
  apiGroups: [group],
  resources: [resource],
});

/** What everybody may do, as `authorize` has it. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles */
const basicRules = {
  resourceRules: [
    resourceRule('authentication.k8s.io', 'selfsubjectreviews'),
    resourceRule('authorization.k8s.io', 'selfsubjectaccessreviews'),
    resourceRule('authorization.k8s.io', 'selfsubjectrulesreviews'),
  ],
  nonResourceRules: [
    {
      verbs: ['get'],
      nonResourceURLs: [
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/healthz',
        '/livez',
        '/openapi',
        '/openapi/*',
        '/readyz',
        '/version',
        '/version/',
      ],
    },
  ],
};

/** What upstream's node authorizer says when it is asked for a list. */
const nodeRulesUntold = {
  incomplete: true,
  evaluationError: 'node authorizer does not support user rule resolution',
};

const rulesOf = (user: UserInfo) => {
  const all = mayDoEverything(user);
  return {
    resourceRules: [
      ...(all ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] : []),
      ...basicRules.resourceRules,
    ],
    nonResourceRules: [...(all ? [{ verbs: ['*'], nonResourceURLs: ['*'] }] : []), ...basicRules.nonResourceRules],
    ...(nodeNameOf(user) === undefined ? { incomplete: false } : nodeRulesUntold),
  };
};

function reviewToken(core: Core, spec: Record<string, unknown>) {
  const { token, audiences } = spec;
  const wanted = Array.isArray(audiences) && audiences.length > 0 ? audiences.map(String) : [core.tokens.issuer];
  const verified = typeof token === 'string' ? verifyBoundToken(core, token, wanted) : undefined;
  if (!verified) return { status: { user: {}, error: 'invalid bearer token' } };
  return { status: { authenticated: true, user: userInfo(verified.user), audiences: verified.audiences } };
}

const self: Answer = (_core, spec, user) => ({ status: decision(isAllowed(user, spec)) });
const other: Answer = (_core, spec) => ({ status: decision(isAllowed(otherUser(spec), spec)) });

export const reviews: readonly Review[] = [
  {
    group: 'authentication.k8s.io',
    kind: 'SelfSubjectReview',
    plural: 'selfsubjectreviews',
    namespaced: false,
    answer: (_core, _spec, user) => ({ spec: undefined, status: { userInfo: userInfo(user) } }),
  },
  {
    group: 'authentication.k8s.io',
    kind: 'TokenReview',
    plural: 'tokenreviews',
    namespaced: false,
    answer: reviewToken,
  },
  {
    group: 'authorization.k8s.io',
    kind: 'LocalSubjectAccessReview',
    plural: 'localsubjectaccessreviews',
    namespaced: true,
    answer: other,
  },
  {
    group: 'authorization.k8s.io',
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    namespaced: false,
    answer: self,
  },
  {
    group: 'authorization.k8s.io',
    kind: 'SelfSubjectRulesReview',
    plural: 'selfsubjectrulesreviews',
    namespaced: false,
    answer: (_core, _spec, user) => ({ status: rulesOf(user) }),
  },
  {
    group: 'authorization.k8s.io',
    kind: 'SubjectAccessReview',
    plural: 'subjectaccessreviews',
    namespaced: false,
    answer: other,
  },
];

export const reviewFor = (group: string, version: string, plural: string): Review | undefined =>
  version === 'v1' ? reviews.find((each) => each.group === group && each.plural === plural) : undefined;

export function answerReview(core: Core, review: Review, request: ServerRequest) {
  const body = request.body();
  if (typeof body !== 'object' || body === null) throw badRequest(`the body is not a ${review.kind}`);
  const { spec, metadata }: { spec?: unknown; metadata?: object } = body;
  const asked = typeof spec === 'object' && spec !== null ? { ...spec } : {};
  return {
    kind: review.kind,
    apiVersion: `${review.group}/v1`,
    metadata: { creationTimestamp: timestamp(core.clock.now()), ...metadata },
    spec: asked,
    ...review.answer(core, asked, request.user),
  };
}
