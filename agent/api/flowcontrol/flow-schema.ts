/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/flowcontrol/validation/validation.go
 * (ValidateFlowSchema)
 */
import { ageColumn, column, nameColumn, orNone } from '../columns.ts';
import { findCondition } from '../conditions.ts';
import { defineKind } from '../define-kind.ts';
import { invalid, invalidBy, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain } from '../names.ts';
import { keepMetadata } from '../status-metadata.ts';
import type { FlowSchema } from '../types.ts';
import { isSame } from '../validation/same.ts';
import { mandatorySchemas } from './built-in.ts';
import { validateConditions, validateRules } from './rules.ts';

const defaultPrecedence = 1000;
const lowestPrecedence = 10_000;

function validatePrecedence(name: string, precedence: number): FieldError[] {
  const at = 'spec.matchingPrecedence';
  if (precedence <= 0) return [invalid(at, precedence, 'must be a positive value')];
  if (precedence > lowestPrecedence) return [invalid(at, precedence, `must not be greater than ${lowestPrecedence}`)];
  if (precedence > 1 || name === 'exempt') return [];
  return [invalid(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")];
}

function validateLevel(name: string | undefined): FieldError[] {
  const at = 'spec.priorityLevelConfiguration.name';
  return name ? invalidBy(at, name, checkDns1123Subdomain) : [required(at, 'must reference a priority level')];
}

function validateFixed({ metadata: { name }, spec }: FlowSchema): FieldError[] {
  const fixed = mandatorySchemas.find((each) => each.name === name);
  if (!fixed || isSame(spec, fixed.spec)) return [];
  return [invalid('spec', spec, `spec of '${name}' must equal the fixed value`)];
}

const methods = ['ByNamespace', 'ByUser'];

function validate(schema: FlowSchema): FieldError[] {
  const { metadata, spec, status } = schema;
  const { distinguisherMethod: method } = spec;
  return [
    ...validatePrecedence(metadata.name, spec.matchingPrecedence ?? 0),
    ...(method && !methods.includes(method.type)
      ? [notSupported('spec.distinguisherMethod.type', { Type: method.type }, methods)]
      : []),
    ...validateLevel(spec.priorityLevelConfiguration?.name),
    ...(spec.rules ?? []).flatMap((rules, index) => validateRules(`spec.rules[${index}]`, rules)),
    ...validateFixed(schema),
    ...validateConditions(status?.conditions),
  ];
}

const precedenceOf = ({ spec }: FlowSchema): number => spec.matchingPrecedence ?? 0;

export const flowSchemas = defineKind<FlowSchema>({
  kind: 'FlowSchema',
  plural: 'flowschemas',
  namespaced: false,
  representations: [
    { group: 'flowcontrol.apiserver.k8s.io', version: 'v1', definition: 'io.k8s.api.flowcontrol.v1.FlowSchema' },
  ],
  hasStatus: true,
  hasGeneration: true,
  columns: [
    nameColumn,
    column(
      'PriorityLevel',
      'The level that matching requests have.',
      ({ spec }) => spec.priorityLevelConfiguration?.name ?? '',
    ),
    column('MatchingPrecedence', 'Of several schemas that match, the lowest counts.', precedenceOf),
    column('DistinguisherMethod', 'What makes a flow of requests one.', ({ spec }) =>
      orNone(spec.distinguisherMethod?.type),
    ),
    ageColumn,
    column(
      'MissingPL',
      'references a broken or non-existent PriorityLevelConfiguration',
      ({ status }) =>
        findCondition(status?.conditions as { type: string; status?: string }[], 'Dangling')?.status ?? '?',
    ),
  ],
  /** In the order in which requests are matched. */
  tableOrder: (left, right) =>
    precedenceOf(left) - precedenceOf(right) || (left.metadata.name < right.metadata.name ? -1 : 1),
  default(schema) {
    schema.spec ??= { priorityLevelConfiguration: { name: '' } };
    schema.spec.matchingPrecedence ||= defaultPrecedence;
  },
  prepareForCreate(schema) {
    schema.status = {};
  },
  prepareForStatusUpdate: keepMetadata,
  validate,
  validateStatus: ({ status }) => validateConditions(status?.conditions),
});
