/**
 * What somebody may do, asked by an expression. Only expressions that have the variable `authorizer` can.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/library/authz.go
 */
import { checkDns1123Label, checkDns1123Subdomain } from '../../names.ts';
import { method, type Overload, traversal } from '../functions.ts';
import { bool, opaque, string } from '../types.ts';
import { EvaluationError, OpaqueValue, type Value } from '../values.ts';

/** Of a service account, or whoever sends the request. */
export type Subject = { readonly namespace: string; readonly name: string } | 'requester';

interface PathQuestion {
  readonly subject: Subject;
  readonly verb: string;
  readonly path: string;
}

interface ResourceFacts {
  readonly subject: Subject;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** '' for none; as in a query. */
  readonly fieldSelector: string;
  readonly labelSelector: string;
}

export type AccessQuestion = PathQuestion | (ResourceFacts & { readonly verb: string });

export interface AccessAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  /** '' where nothing went wrong. */
  readonly error: string;
}

export type Ask = (question: AccessQuestion) => AccessAnswer;

export const authorizerType = opaque('kubernetes.authorization.Authorizer');
export const resourceCheckType = opaque('kubernetes.authorization.ResourceCheck');
const groupCheckType = opaque('kubernetes.authorization.GroupCheck');
const pathCheckType = opaque('kubernetes.authorization.PathCheck');
const decisionType = opaque('kubernetes.authorization.Decision');

/** Each is only equal to itself. */
abstract class Checking extends OpaqueValue {
  equals(other: OpaqueValue): boolean {
    return other === this;
  }
}

class AuthorizerValue extends Checking {
  readonly typeName = authorizerType.name;
  readonly ask: Ask;
  readonly subject: Subject;

  constructor(ask: Ask, subject: Subject) {
    super();
    this.ask = ask;
    this.subject = subject;
  }
}

class GroupCheck extends Checking {
  readonly typeName = groupCheckType.name;
  readonly ask: Ask;
  readonly subject: Subject;
  readonly group: string;

  constructor({ ask, subject }: AuthorizerValue, group: string) {
    super();
    this.ask = ask;
    this.subject = subject;
    this.group = group;
  }
}

class PathCheck extends Checking {
  readonly typeName = pathCheckType.name;
  readonly ask: Ask;
  readonly subject: Subject;
  readonly path: string;

  constructor({ ask, subject }: AuthorizerValue, path: string) {
    super();
    this.ask = ask;
    this.subject = subject;
    this.path = path;
  }
}

class ResourceCheck extends Checking {
  readonly typeName = resourceCheckType.name;
  readonly ask: Ask;
  readonly facts: ResourceFacts;

  constructor(ask: Ask, facts: ResourceFacts) {
    super();
    this.ask = ask;
    this.facts = facts;
  }

  with(facts: Partial<ResourceFacts>): ResourceCheck {
    return new ResourceCheck(this.ask, { ...this.facts, ...facts });
  }
}

class Decision extends Checking {
  readonly typeName = decisionType.name;
  readonly answer: AccessAnswer;

  constructor(answer: AccessAnswer) {
    super();
    this.answer = answer;
  }
}

/** The variable `authorizer`. */
export const authorizerValue = (ask: Ask): Value => new AuthorizerValue(ask, 'requester');

const noSelectors = { fieldSelector: '', labelSelector: '' } as const;

/** The variable `authorizer.requestResource`. */
export const requestResourceValue = (
  ask: Ask,
  facts: Pick<ResourceFacts, 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>,
): Value => new ResourceCheck(ask, { subject: 'requester', ...noSelectors, ...facts });

function present(text: string, what: string): string {
  if (text.trim() === '') throw new EvaluationError(`${what} must not be empty`);
  return text;
}

function serviceAccount({ ask }: AuthorizerValue, namespace: string, name: string): AuthorizerValue {
  if (checkDns1123Subdomain(name).length > 0) throw new EvaluationError('Invalid service account name');
  if (checkDns1123Label(namespace).length > 0) throw new EvaluationError('Invalid service account namespace');
  return new AuthorizerValue(ask, { namespace, name });
}

const resourceCheck = ({ ask, subject, group }: GroupCheck, resource: string): ResourceCheck =>
  new ResourceCheck(ask, {
    subject,
    group,
    resource: present(resource, 'resource'),
    subresource: '',
    namespace: '',
    name: '',
    ...noSelectors,
  });

/** So much that one expression can ask twice. */
const checkCost = { of: () => 350_000 };
/** A list of requirements, one for each two characters: what a list and a struct cost. */
const selectorCost = {
  of: ([, size = 0]: readonly number[]) => 10 + traversal(size) + Math.ceil(Math.ceil(size * 0.5) * 50),
};
const narrowed = (name: 'subresource' | 'namespace' | 'name'): Overload =>
  method<[ResourceCheck, string]>(name, [resourceCheckType, string], resourceCheckType, (check, value) =>
    check.with({ [name]: value }),
  );

const selected = (name: 'fieldSelector' | 'labelSelector'): Overload =>
  method<[ResourceCheck, string]>(
    name,
    [resourceCheckType, string],
    resourceCheckType,
    (check, value) => check.with({ [name]: value }),
    selectorCost,
  );

export const authorizations: readonly Overload[] = [
  method<[AuthorizerValue, string]>('path', [authorizerType, string], pathCheckType, (authorizer, path) => {
    return new PathCheck(authorizer, present(path, 'path'));
  }),
  method<[AuthorizerValue, string]>(
    'group',
    [authorizerType, string],
    groupCheckType,
    (authorizer, group) => new GroupCheck(authorizer, group),
  ),
  method<[AuthorizerValue, string, string]>(
    'serviceAccount',
    [authorizerType, string, string],
    authorizerType,
    serviceAccount,
  ),
  method<[GroupCheck, string]>('resource', [groupCheckType, string], resourceCheckType, resourceCheck),
  narrowed('subresource'),
  narrowed('namespace'),
  narrowed('name'),
  selected('fieldSelector'),
  selected('labelSelector'),
  method<[PathCheck, string]>(
    'check',
    [pathCheckType, string],
    decisionType,
    ({ ask, subject, path }, verb) => new Decision(ask({ subject, path, verb })),
    checkCost,
  ),
  method<[ResourceCheck, string]>(
    'check',
    [resourceCheckType, string],
    decisionType,
    ({ ask, facts }, verb) => new Decision(ask({ ...facts, verb })),
    checkCost,
  ),
  method<[Decision]>('allowed', [decisionType], bool, ({ answer }) => answer.allowed),
  method<[Decision]>('reason', [decisionType], string, ({ answer }) => answer.reason),
  method<[Decision]>('errored', [decisionType], bool, ({ answer }) => answer.error !== ''),
  method<[Decision]>('error', [decisionType], string, ({ answer }) => answer.error),
];
