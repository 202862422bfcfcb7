/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/flowcontrol/validation/validation.go */
import { duplicate, forbidden, invalid, invalidBy, notSupported, required, requiredText } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain } from '../names.ts';
import type { flowcontrol } from '../types.ts';

type Subject = flowcontrol.Subject;

/** Of the status of both kinds. */
export const validateConditions = (conditions: readonly { type?: string }[] = []): FieldError[] => {
  const types = conditions.map(({ type = '' }) => type);
  return types.flatMap((type, index) => {
    const at = `status.conditions[${index}].type`;
    return [
      ...(types.indexOf(type) < index ? [duplicate(at, type)] : []),
      ...(type ? [] : [required(at, 'must not be empty')]),
    ];
  });
};

/** By the kind of a subject, the field that says which one it is. */
const subjectFields = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const;
type SubjectKind = keyof typeof subjectFields;
const subjectKinds: readonly SubjectKind[] = ['ServiceAccount', 'User', 'Group'];

function validateAccount(path: string, { name, namespace }: NonNullable<Subject['serviceAccount']>): FieldError[] {
  return [
    ...requiredText(`${path}.name`, name),
    ...(name && name !== '*' ? invalidBy(`${path}.name`, name, checkDns1123Subdomain) : []),
    ...(namespace
      ? invalidBy(`${path}.namespace`, namespace, checkDns1123Label)
      : [required(`${path}.namespace`, 'must specify namespace for service account')]),
  ];
}

function validateNamed(path: string, subject: Subject, kind: SubjectKind): FieldError[] {
  const field = subjectFields[kind];
  const at = `${path}.${field}`;
  if (!subject[field]) return [required(at, `${field} is required when subject kind is '${kind}'`)];
  return subject.serviceAccount && kind === 'ServiceAccount'
    ? validateAccount(at, subject.serviceAccount)
    : requiredText(`${at}.name`, subject[field]?.name);
}

function validateSubject(path: string, subject: Subject): FieldError[] {
  const kind = subjectKinds.find((each) => each === subject.kind);
  if (!kind) return [notSupported(`${path}.kind`, subject.kind, [...subjectKinds].sort())];
  const others = subjectKinds.filter((each) => each !== kind && subject[subjectFields[each]]);
  return [
    ...validateNamed(path, subject, kind),
    ...others.map((each) => {
      const field = subjectFields[each];
      return forbidden(`${path}.${field}`, `${field} is forbidden when subject kind is not '${each}'`);
    }),
  ];
}

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

/** `*` stands alone. */
const validateWildcard = (path: string, given: readonly string[], what: string): FieldError[] =>
  given.length > 1 && given.includes('*')
    ? [invalid(path, given, `if '*' is present, must not specify other ${what}`)]
    : [];

function validateVerbs(path: string, given: readonly string[] = []): FieldError[] {
  if (given.length === 0) return [required(path, 'verbs must contain at least one value')];
  if (given.includes('*')) return validateWildcard(path, given, 'verbs');
  return given.every((verb) => verbs.includes(verb)) ? [] : [notSupported(path, given, verbs)];
}

function validateUrl(path: string, url: string): FieldError[] {
  if (url === '/') return [];
  if (url === '') return [invalid(path, url, 'must not be empty')];
  if (!url.startsWith('/')) return [invalid(path, url, 'must start with slash')];
  if (url.includes(' ')) return [invalid(path, url, 'must not contain white-space')];
  if (url.includes('//')) return [invalid(path, url, 'must not contain double slash')];
  const stars = url.split('*').length - 1;
  const misplaced = stars > 1 || (stars === 1 && !url.endsWith('/*'));
  return misplaced ? [invalid(path, url, 'wildcard can only do suffix matching')] : [];
}

function validateNonResourceRule(path: string, rule: flowcontrol.NonResourcePolicyRule): FieldError[] {
  const { nonResourceURLs: urls = [] } = rule;
  const at = `${path}.nonResourceURLs`;
  const errors = validateVerbs(`${path}.verbs`, rule.verbs);
  if (urls.length === 0) return [...errors, required(at, 'nonResourceURLs must contain at least one value')];
  if (urls.includes('*')) return [...errors, ...validateWildcard(at, urls, 'non-resource URLs')];
  return [...errors, ...urls.flatMap((url, index) => validateUrl(`${at}[${index}]`, url))];
}

function validateNamespaces(path: string, { namespaces = [], clusterScope }: flowcontrol.ResourcePolicyRule) {
  const missing = 'resource rules that are not cluster scoped must supply at least one namespace';
  if (namespaces.length === 0) return clusterScope ? [] : [required(path, missing)];
  if (namespaces.includes('*')) return validateWildcard(path, namespaces, 'namespaces');
  return namespaces.flatMap((namespace, index) =>
    checkDns1123Label(namespace).map((problem) =>
      invalid(`${path}[${index}]`, namespace, `each member of this list must be '*' or a DNS-1123 label; ${problem}`),
    ),
  );
}

function validateResourceRule(path: string, rule: flowcontrol.ResourcePolicyRule): FieldError[] {
  const { apiGroups = [], resources = [] } = rule;
  const some = (field: string, given: readonly string[], one: string, others: string): FieldError[] =>
    given.length === 0
      ? [required(`${path}.${field}`, `resource rules must supply at least one ${one}`)]
      : validateWildcard(`${path}.${field}`, given, others);
  return [
    ...validateVerbs(`${path}.verbs`, rule.verbs),
    ...some('apiGroups', apiGroups, 'api group', 'api groups'),
    ...some('resources', resources, 'resource', 'resources'),
    ...validateNamespaces(`${path}.namespaces`, rule),
  ];
}

export function validateRules(path: string, rules: flowcontrol.PolicyRulesWithSubjects): FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rules;
  const empty = 'at least one of resourceRules and nonResourceRules has to be non-empty';
  return [
    ...(subjects.length === 0 ? [required(`${path}.subjects`, 'subjects must contain at least one value')] : []),
    ...subjects.flatMap((subject, index) => validateSubject(`${path}.subjects[${index}]`, subject)),
    ...(resourceRules.length === 0 && nonResourceRules.length === 0 ? [required(path, empty)] : []),
    ...resourceRules.flatMap((rule, index) => validateResourceRule(`${path}.resourceRules[${index}]`, rule)),
    ...nonResourceRules.flatMap((rule, index) => validateNonResourceRule(`${path}.nonResourceRules[${index}]`, rule)),
  ];
}
