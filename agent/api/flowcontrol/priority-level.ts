/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/flowcontrol/validation/validation.go
 * (ValidatePriorityLevelConfiguration)
 */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { betweenInclusive, forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { keepMetadata } from '../status-metadata.ts';
import type { flowcontrol, PriorityLevelConfiguration } from '../types.ts';
import { isSame } from '../validation/same.ts';
import { mandatoryLevels } from './built-in.ts';
import { validateConditions } from './rules.ts';

type Limited = flowcontrol.LimitedPriorityLevelConfiguration;

const exemptName = 'exempt';
const mostQueues = 10_000_000;
/** Of the hash that deals a flow its queues. */
const hashBits = 60;

const positive = (at: string, value: number): FieldError[] =>
  value > 0 ? [] : [invalid(at, value, 'must be positive')];

const natural = (at: string, value: number | undefined): FieldError[] =>
  value !== undefined && value < 0 ? [invalid(at, value, 'must be a non-negative integer')] : [];

function validateHand(at: string, hand: number, queues: number): FieldError[] {
  if (hand <= 0) return positive(at, hand);
  if (hand > queues) return [invalid(at, hand, `should not be greater than queues (${queues})`)];
  if (Math.ceil(Math.log2(queues) * hand) <= hashBits) return [];
  const bits = `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${hashBits}`;
  return [invalid(at, hand, bits)];
}

function validateQueuing(path: string, queuing: flowcontrol.QueuingConfiguration): FieldError[] {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
  return [
    ...positive(`${path}.queueLengthLimit`, queueLengthLimit),
    ...positive(`${path}.queues`, queues),
    ...(queues > mostQueues ? [invalid(`${path}.queues`, queues, `must not be greater than ${mostQueues}`)] : []),
    ...validateHand(`${path}.handSize`, handSize, queues),
  ];
}

function validateResponse(path: string, { type, queuing }: flowcontrol.LimitResponse): FieldError[] {
  const at = `${path}.queuing`;
  if (type === 'Queue') {
    return queuing
      ? validateQueuing(at, queuing)
      : [required(at, 'must not be empty if limited.limitResponse.type is Limited')];
  }
  if (type !== 'Reject') return [notSupported(`${path}.type`, type, ['Queue', 'Reject'])];
  return queuing ? [forbidden(at, 'must be nil if limited.limitResponse.type is not Limited')] : [];
}

const validatePercent = (at: string, percent: number | undefined): FieldError[] =>
  percent === undefined ? [] : betweenInclusive(at, percent, 0, 100);

function validateLimited(path: string, limited: Limited): FieldError[] {
  const { borrowingLimitPercent: borrowed } = limited;
  const at = `${path}.borrowingLimitPercent`;
  return [
    ...natural(`${path}.nominalConcurrencyShares`, limited.nominalConcurrencyShares),
    ...validateResponse(`${path}.limitResponse`, limited.limitResponse ?? { type: '' }),
    ...validatePercent(`${path}.lendablePercent`, limited.lendablePercent),
    ...(borrowed !== undefined && borrowed < 0
      ? [invalid(at, borrowed, 'if specified, must be a non-negative integer')]
      : []),
  ];
}

function validateType({ metadata: { name }, spec }: PriorityLevelConfiguration): FieldError[] {
  const { type, limited, exempt } = spec;
  const named = "type must be 'Exempt' if and only if name is 'exempt'";
  const misnamed = (name === exemptName) === (type === 'Exempt') ? [] : [invalid('spec.type', type, named)];
  if (type === 'Exempt') {
    return [
      ...misnamed,
      ...(limited ? [forbidden('spec.limited', 'must be nil if the type is not Limited')] : []),
      ...natural('spec.exempt.nominalConcurrencyShares', exempt?.nominalConcurrencyShares),
      ...validatePercent('spec.exempt.lendablePercent', exempt?.lendablePercent),
    ];
  }
  if (type !== 'Limited') return [...misnamed, notSupported('spec.type', type, ['Exempt', 'Limited'])];
  return [
    ...misnamed,
    ...(exempt ? [forbidden('spec.exempt', 'must be nil if the type is Limited')] : []),
    ...(limited
      ? validateLimited('spec.limited', limited)
      : [required('spec.limited', 'must not be empty when type is Limited')]),
  ];
}

/** The shares of the exempt level are for the administrator to set. */
function validateFixed({ metadata: { name }, spec }: PriorityLevelConfiguration): FieldError[] {
  const fixed = mandatoryLevels.find((each) => each.name === name);
  if (!fixed) return [];
  const isExempt = name === exemptName;
  if (isSame(isExempt ? { ...spec, exempt: fixed.spec.exempt } : spec, fixed.spec)) return [];
  const but = isExempt ? " except the 'spec.exempt' field" : '';
  return [invalid('spec', spec, `spec of '${name}'${but} must equal the fixed value`)];
}

const limits = ({ spec: { limited } }: PriorityLevelConfiguration) => ({
  shares: limited ? (limited.nominalConcurrencyShares ?? 0) : '<none>',
  queuing: limited?.limitResponse?.queuing,
});

export const priorityLevelConfigurations = defineKind<PriorityLevelConfiguration>({
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  namespaced: false,
  representations: [
    {
      group: 'flowcontrol.apiserver.k8s.io',
      version: 'v1',
      definition: 'io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration',
    },
  ],
  hasStatus: true,
  hasGeneration: true,
  columns: [
    nameColumn,
    column('Type', 'Whether requests of this level are limited at all.', ({ spec }) => spec.type),
    column('NominalConcurrencyShares', 'The part of the server that the level has.', (level) => limits(level).shares),
    column('Queues', 'How many queues there are.', (level) => limits(level).queuing?.queues ?? '<none>'),
    column('HandSize', 'How many of them a flow may use.', (level) => limits(level).queuing?.handSize ?? '<none>'),
    column(
      'QueueLengthLimit',
      'How many requests may wait in one.',
      (level) => limits(level).queuing?.queueLengthLimit ?? '<none>',
    ),
    ageColumn,
  ],
  default(level) {
    level.spec ??= { type: '' };
    const { spec } = level;
    if (level.metadata.name === exemptName) spec.exempt ??= {};
    if (spec.exempt) {
      spec.exempt.nominalConcurrencyShares ??= 0;
      spec.exempt.lendablePercent ??= 0;
    }
    if (!spec.limited) return;
    spec.limited.nominalConcurrencyShares ??= 30;
    spec.limited.lendablePercent ??= 0;
    const queuing = spec.limited.limitResponse?.queuing;
    if (!queuing) return;
    queuing.handSize ||= 8;
    queuing.queues ||= 64;
    queuing.queueLengthLimit ||= 50;
  },
  prepareForCreate(level) {
    level.status = {};
  },
  prepareForStatusUpdate: keepMetadata,
  validate: (level) => [
    ...validateType(level),
    ...validateFixed(level),
    ...validateConditions(level.status?.conditions),
  ],
  validateStatus: ({ status }) => validateConditions(status?.conditions),
});
