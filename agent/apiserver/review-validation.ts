/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/authorization/validation/validation.go */
import { forbidden, invalid, invalidBy, required } from '../api/field-errors.ts';
import { isObject } from '../api/json/value.ts';
import type { FieldError } from '../api/kind.ts';
import { checkLabelKey, checkLabelValue } from '../api/names.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a client asks, as it was posted. */
export interface Asked {
  metadata: Json;
  spec: Json;
  /** Of the URL; '' for a review of the whole cluster. */
  namespace: string;
}

const objects = (list: unknown): Json[] => (Array.isArray(list) ? list.filter(isObject) : []);
const texts = (list: unknown): string[] => (Array.isArray(list) ? list.map(String) : []);

/** Operators that we do not know are let through: a newer client may, and its selector is then left out of account. */
function validateValues(path: string, { operator, values }: Json): FieldError[] {
  const some = texts(values).length > 0;
  if (!some && (operator === 'In' || operator === 'NotIn')) {
    return [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  }
  if (some && (operator === 'Exists' || operator === 'DoesNotExist')) {
    return [forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
  }
  return [];
}

const validateFieldRequirement = (path: string, requirement: Json): FieldError[] => [
  ...(requirement.key ? [] : [required(`${path}.key`, 'must be specified')]),
  ...validateValues(path, requirement),
];

const validateLabelRequirement = (path: string, requirement: Json): FieldError[] => [
  ...validateValues(path, requirement),
  ...invalidBy(`${path}.key`, String(requirement.key ?? ''), checkLabelKey),
  ...texts(requirement.values).flatMap((value, index) => invalidBy(`${path}.values[${index}]`, value, checkLabelValue)),
];

function validateSelector(
  path: string,
  selector: unknown,
  validate: (path: string, requirement: Json) => FieldError[],
): FieldError[] {
  if (!isObject(selector)) return [];
  const { rawSelector: raw } = selector;
  const requirements = objects(selector.requirements);
  const errors: FieldError[] = [];
  if (raw && requirements.length > 0) {
    errors.push(invalid(`${path}.rawSelector`, raw, 'may not specified at the same time as requirements'));
  }
  if (!raw && requirements.length === 0) {
    const detail = `when ${path} is specified, requirements or rawSelector is required`;
    errors.push(required(`${path}.requirements`, detail));
  }
  requirements.forEach((each, index) => {
    errors.push(...validate(`${path}.requirements[${index}]`, each));
  });
  return errors;
}

/** Upstream shows its internal type, which has no JSON names. */
const internalAttributes = (attributes: unknown) => {
  const { path = '', verb = '' }: Json = isObject(attributes) ? attributes : {};
  return { Path: path, Verb: verb };
};

function validateAttributes({ resourceAttributes: asked, nonResourceAttributes: other }: Json): FieldError[] {
  if (asked && other) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    return [invalid('spec.nonResourceAttributes', internalAttributes(other), detail)];
  }
  if (asked || other) return [];
  const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [invalid('spec.resourceAttributes', null, detail)];
}

const validateSelectors = ({ resourceAttributes: asked }: Json): FieldError[] =>
  isObject(asked)
    ? [
        ...validateSelector('spec.resourceAttributes.fieldSelector', asked.fieldSelector, validateFieldRequirement),
        ...validateSelector('spec.resourceAttributes.labelSelector', asked.labelSelector, validateLabelRequirement),
      ]
    : [];

const isUnset = (value: unknown): boolean => !value || (typeof value === 'object' && Object.keys(value).length === 0);

/** Nothing but what the server itself may have filled in. */
function validateEmpty(metadata: Json, shown: Json, detail: string): FieldError[] {
  const empty = Object.entries(metadata).every(([key, value]) => key === 'managedFields' || isUnset(value));
  return empty ? [] : [invalid('metadata', shown, detail)];
}

export const validateSelfSubject = ({ metadata, spec }: Asked): FieldError[] => [
  ...validateAttributes(spec),
  ...validateSelectors(spec),
  ...validateEmpty(metadata, metadata, 'must be empty'),
];

function validateSubjectSpec(spec: Json): FieldError[] {
  const { user, groups } = spec;
  const nobody = !user && texts(groups).length === 0;
  return [
    ...validateAttributes(spec),
    ...(nobody ? [invalid('spec.user', '', 'at least one of user or group must be specified')] : []),
    ...validateSelectors(spec),
  ];
}

export const validateSubject = ({ metadata, spec }: Asked): FieldError[] => [
  ...validateSubjectSpec(spec),
  ...validateEmpty(metadata, metadata, 'must be empty'),
];

export function validateLocalSubject({ metadata, spec, namespace }: Asked): FieldError[] {
  const { resourceAttributes: asked, nonResourceAttributes: other } = spec;
  const { namespace: _, ...rest } = metadata;
  const elsewhere = isObject(asked) && (asked.namespace ?? '') !== namespace;
  return [
    ...validateSubjectSpec(spec),
    ...validateEmpty(rest, { ...metadata, namespace }, 'must be empty except for namespace'),
    ...(elsewhere
      ? [invalid('spec.resourceAttributes.namespace', asked.namespace ?? '', 'must match metadata.namespace')]
      : []),
    ...(other
      ? [invalid('spec.nonResourceAttributes', internalAttributes(other), 'disallowed on this kind of request')]
      : []),
  ];
}
