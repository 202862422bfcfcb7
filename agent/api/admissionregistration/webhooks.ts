/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/admissionregistration/validation/validation.go
 * (validateValidatingWebhook, validateMutatingWebhook)
 */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { duplicate, invalid, invalidBy, notSupported, oneOf, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError, Representation } from '../kind.ts';
import { checkDns1035Label, checkDns1123Subdomain } from '../names.ts';
import { validateLabelSelector } from '../selector-validation.ts';
import type {
  admissionregistration,
  KubeObject,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '../types.ts';
import { validateClientConfig } from './client-config.ts';
import { language, validateMatchConditions } from './expressions.ts';
import { defaultRules, matchPolicies, validateRule } from './rules.ts';

type Webhook = admissionregistration.ValidatingWebhook & Partial<admissionregistration.MutatingWebhook>;

export const failurePolicies = ['Fail', 'Ignore'];
export const reinvocationPolicies = ['IfNeeded', 'Never'];
const sideEffects = ['None', 'NoneOnDryRun'];
const anySideEffects = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];
const reviewVersions = ['v1', 'v1beta1'];

/** What is wrong already in the stored configuration may stay. */
interface Tolerance {
  sideEffects: boolean;
  reviewVersions: boolean;
  repeatedNames: boolean;
  matchConditions: boolean;
}

const isKnown = ({ admissionReviewVersions: versions = [] }: Webhook): boolean =>
  versions.length === 0 || versions.some((version) => reviewVersions.includes(version));

function toleranceOf(webhooks: readonly Webhook[], old: readonly Webhook[] | undefined): Tolerance {
  const names = old?.map(({ name }) => name) ?? [];
  return {
    sideEffects: old?.some((webhook) => !sideEffects.includes(webhook.sideEffects)) ?? false,
    reviewVersions: old?.some((webhook) => !isKnown(webhook)) ?? false,
    repeatedNames: new Set(names).size < names.length,
    matchConditions:
      old?.length === webhooks.length &&
      webhooks.every(({ matchConditions }, index) => isEqual(matchConditions, old[index]?.matchConditions)),
  };
}

/** Upstream's IsFullyQualifiedName: the first problem alone. */
function validateName(path: string, name: string): FieldError[] {
  if (!name) return [required(path)];
  const problems = checkDns1123Subdomain(name);
  if (problems.length > 0) return [invalid(path, name, problems.join(','))];
  if (name.split('.').length >= 3) return [];
  return [invalid(path, name, 'should be a domain with at least three segments separated by dots')];
}

function validateReviewVersions(path: string, versions: readonly string[], tolerance: Tolerance): FieldError[] {
  const listed = reviewVersions.join(', ');
  if (versions.length === 0) return [required(path, `must specify one of ${listed}`)];
  const known = versions.some((version) => reviewVersions.includes(version));
  return [
    ...versions.flatMap((version, index) => {
      const at = `${path}[${index}]`;
      if (versions.indexOf(version) < index) return [invalid(at, version, 'duplicate version')];
      return invalidBy(at, version, checkDns1035Label);
    }),
    ...(known || tolerance.reviewVersions ? [] : [invalid(path, versions, `must include at least one of ${listed}`)]),
  ];
}

function validateSideEffects(path: string, given: string | undefined, tolerance: Tolerance): FieldError[] {
  const allowed = tolerance.sideEffects ? anySideEffects : sideEffects;
  if (given === undefined) return [required(path, `must specify one of ${allowed.join(', ')}`)];
  return allowed.includes(given) ? [] : [notSupported(path, given, allowed)];
}

const timeout = 'the timeout value must be between 1 and 30 seconds';

function validateWebhook(path: string, webhook: Webhook, tolerance: Tolerance): FieldError[] {
  const { timeoutSeconds: seconds, namespaceSelector, objectSelector } = webhook;
  return [
    ...validateName(`${path}.name`, webhook.name),
    ...(webhook.rules ?? []).flatMap((rule, index) => validateRule(`${path}.rules[${index}]`, rule)),
    ...oneOf(`${path}.failurePolicy`, webhook.failurePolicy, failurePolicies),
    ...oneOf(`${path}.matchPolicy`, webhook.matchPolicy, matchPolicies),
    ...validateSideEffects(`${path}.sideEffects`, webhook.sideEffects, tolerance),
    ...(seconds !== undefined && (seconds > 30 || seconds < 1)
      ? [invalid(`${path}.timeoutSeconds`, seconds, timeout)]
      : []),
    ...(namespaceSelector ? validateLabelSelector(`${path}.namespaceSelector`, namespaceSelector) : []),
    ...(objectSelector ? validateLabelSelector(`${path}.objectSelector`, objectSelector) : []),
    ...oneOf(`${path}.reinvocationPolicy`, webhook.reinvocationPolicy, reinvocationPolicies),
    ...validateClientConfig(`${path}.clientConfig`, webhook.clientConfig ?? {}),
    ...(tolerance.matchConditions ? [] : validateMatchConditions(`${path}.matchConditions`, webhook.matchConditions)),
    ...validateReviewVersions(`${path}.admissionReviewVersions`, webhook.admissionReviewVersions ?? [], tolerance),
  ];
}

function validateWebhooks(webhooks: readonly Webhook[] = [], old: readonly Webhook[] | undefined): FieldError[] {
  const tolerance = toleranceOf(webhooks, old);
  const names = webhooks.map(({ name }) => name);
  return webhooks.flatMap((webhook, index) => {
    const path = `webhooks[${index}]`;
    const again = webhook.name && !tolerance.repeatedNames && names.indexOf(webhook.name) < index;
    return [...validateWebhook(path, webhook, tolerance), ...(again ? [duplicate(`${path}.name`, webhook.name)] : [])];
  });
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/admissionregistration/v1/defaults.go */
function defaultWebhook(webhook: Webhook): void {
  webhook.failurePolicy ??= 'Fail';
  webhook.matchPolicy ??= 'Equivalent';
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= 10;
  defaultRules(webhook.rules);
  const { service } = webhook.clientConfig ?? {};
  if (service) service.port ??= 443;
}

const webhooksColumn = column<MutatingWebhookConfiguration | ValidatingWebhookConfiguration>(
  'Webhooks',
  'Webhooks indicates the number of webhooks registered in this configuration',
  ({ webhooks }) => webhooks?.length ?? 0,
  { type: 'integer' },
);

const group = 'admissionregistration.k8s.io';
const definition = 'io.k8s.api.admissionregistration.v1';

/** Match conditions are all that it has of the language of expressions. */
const conditions: Pick<Representation, 'load'> = {
  load: ({ webhooks = [] }: KubeObject & { webhooks?: readonly Webhook[] }) =>
    webhooks.some(({ matchConditions }) => matchConditions?.length) ? language.load() : undefined,
};

export const extensionCategories = ['api-extensions'];

export const mutatingWebhookConfigurations = defineKind<MutatingWebhookConfiguration>({
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  categories: extensionCategories,
  namespaced: false,
  anyFinalizer: true,
  representations: [{ group, version: 'v1', definition: `${definition}.MutatingWebhookConfiguration`, ...conditions }],
  hasGeneration: true,
  needsRevision: true,
  columns: [nameColumn, webhooksColumn, ageColumn],
  default({ webhooks = [] }) {
    for (const webhook of webhooks) {
      defaultWebhook(webhook);
      webhook.reinvocationPolicy ??= 'Never';
    }
  },
  validate: ({ webhooks }, old) => validateWebhooks(webhooks, old && (old.webhooks ?? [])),
});

export const validatingWebhookConfigurations = defineKind<ValidatingWebhookConfiguration>({
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  categories: extensionCategories,
  namespaced: false,
  anyFinalizer: true,
  representations: [
    { group, version: 'v1', definition: `${definition}.ValidatingWebhookConfiguration`, ...conditions },
  ],
  hasGeneration: true,
  needsRevision: true,
  columns: [nameColumn, webhooksColumn, ageColumn],
  default({ webhooks = [] }) {
    for (const webhook of webhooks) defaultWebhook(webhook);
  },
  validate: ({ webhooks }, old) => validateWebhooks(webhooks, old && (old.webhooks ?? [])),
});
