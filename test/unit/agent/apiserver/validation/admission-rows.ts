/** Rows of the table: webhooks and policies. Source: pkg/apis/admissionregistration/validation. */
import { noSubdomain } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const apiVersion = 'admissionregistration.k8s.io/v1';
const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };
const sound = {
  name: 'a.example.com',
  clientConfig: { url: 'https://example.com/check' },
  rules: [rule],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};
const hooks = (...webhooks: Json[]): Json => ({
  apiVersion,
  kind: 'MutatingWebhookConfiguration',
  metadata: {},
  webhooks,
});
const hook = (more: Json): Json => hooks({ ...sound, ...more });
const ruled = (more: Json): Json => hook({ rules: [{ ...rule, ...more }] });
const match = { resourceRules: [rule] };
const policy = (spec: Json): Json => ({
  apiVersion,
  kind: 'ValidatingAdmissionPolicy',
  metadata: {},
  spec: { matchConstraints: match, validations: [{ expression: 'true' }], ...spec },
});
const binding = (spec: Json): Json => ({ apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata: {}, spec });
const mutating = (spec: Json): Json => ({
  apiVersion,
  kind: 'MutatingAdmissionPolicy',
  metadata: {},
  spec: { matchConstraints: match, reinvocationPolicy: 'Never', ...spec },
});
const form = '; desired format: https://host[/path]';
const at = 'webhooks[0]';
const url = `${at}.clientConfig.url`;
const neither = 'Required value: validations or auditAnnotations must contain at least one item';

export const admissionRows: readonly Row[] = [
  {
    by: 'IsFullyQualifiedName',
    of: hooks({ ...sound, name: 'a.b' }, { ...sound, name: '' }, { ...sound, name: 'A' }),
    is: [
      `${at}.name: Invalid value: "a.b": should be a domain with at least three segments separated by dots`,
      'webhooks[1].name: Required value',
      `webhooks[2].name: Invalid value: "A": ${noSubdomain}`,
    ],
  },
  {
    by: 'validateMutatingWebhook',
    of: hook({
      failurePolicy: 'Panic',
      matchPolicy: 'Loose',
      sideEffects: 'Some',
      timeoutSeconds: 31,
      reinvocationPolicy: 'Always',
      clientConfig: {},
      admissionReviewVersions: ['v2', 'v2'],
    }),
    is: [
      `${at}.failurePolicy: Unsupported value: "Panic": supported values: "Fail", "Ignore"`,
      `${at}.matchPolicy: Unsupported value: "Loose": supported values: "Equivalent", "Exact"`,
      `${at}.sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"`,
      `${at}.timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds`,
      `${at}.reinvocationPolicy: Unsupported value: "Always": supported values: "IfNeeded", "Never"`,
      `${at}.clientConfig: Required value: exactly one of url or service is required`,
      `${at}.admissionReviewVersions[1]: Invalid value: "v2": duplicate version`,
      `${at}.admissionReviewVersions: Invalid value: ["v2","v2"]: must include at least one of v1, v1beta1`,
    ],
  },
  {
    by: 'validateMutatingWebhookConfiguration',
    of: hooks(sound, sound),
    is: ['webhooks[1].name: Duplicate value: "a.example.com"'],
  },
  {
    by: 'ValidateWebhookURL',
    of: hook({ clientConfig: { url: 'http://user:pass@/a?b=c#d' } }),
    is: [
      `${url}: Invalid value: "http": 'https' is the only allowed URL scheme${form}`,
      `${url}: Invalid value: "": host must be specified${form}`,
      `${url}: Invalid value: "user:pass": user information is not permitted in the URL`,
      `${url}: Invalid value: "d": fragments are not permitted in the URL`,
      `${url}: Invalid value: "b=c": query parameters are not permitted in the URL`,
    ],
  },
  {
    by: 'ValidateWebhookService',
    of: hook({ clientConfig: { service: { name: '', namespace: '', port: 70_000, path: 'a//b' } } }),
    is: [
      `${at}.clientConfig.service.name: Required value`,
      `${at}.clientConfig.service.namespace: Required value`,
      `${at}.clientConfig.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive`,
      `${at}.clientConfig.service.path: Invalid value: "a//b": must start with a '/'`,
      `${at}.clientConfig.service.path: Invalid value: "a//b": segment[0] may not be empty`,
      `${at}.clientConfig.service.path: Invalid value: "a//b": segment[1] may not be empty`,
    ],
  },
  {
    by: 'validateRuleWithOperations',
    of: ruled({ operations: ['*', 'READ'], apiGroups: [], apiVersions: ['*', ''], scope: 'Galaxy' }),
    is: [
      `${at}.rules[0].operations: Invalid value: ["*","READ"]: if '*' is present, must not specify other operations`,
      `${at}.rules[0].operations[1]: Unsupported value: "READ": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"`,
      `${at}.rules[0].apiGroups: Required value`,
      `${at}.rules[0].apiVersions: Invalid value: ["*",""]: if '*' is present, must not specify other API versions`,
      `${at}.rules[0].apiVersions[1]: Required value`,
      `${at}.rules[0].scope: Unsupported value: "Galaxy": supported values: "*", "Cluster", "Namespaced"`,
    ],
  },
  {
    by: 'validateResources',
    of: ruled({ resources: ['pods/*', 'pods/log', '*/scale', 'a/scale', '', '*', 'pods'] }),
    is: [
      `${at}.rules[0].resources[1]: Invalid value: "pods/log": if 'pods/*' is present, must not specify pods/log`,
      `${at}.rules[0].resources[3]: Invalid value: "a/scale": if '*/scale' is present, must not specify a/scale`,
      `${at}.rules[0].resources[4]: Required value`,
      `${at}.rules[0].resources: Invalid value: ["pods/*","pods/log","*/scale","a/scale","","*","pods"]: if '*' is present, must not specify other resources without subresources`,
    ],
  },
  {
    by: 'validateMatchCondition',
    of: hook({
      matchConditions: [
        { name: 'a', expression: ' ' },
        { name: 'a', expression: 'true' },
        { name: '', expression: 'true' },
      ],
    }),
    is: [
      `${at}.matchConditions[0].expression: Required value`,
      `${at}.matchConditions[1].name: Duplicate value: "a"`,
      `${at}.matchConditions[2].name: Required value`,
    ],
  },
  {
    by: 'validateValidatingAdmissionPolicySpec',
    of: policy({ failurePolicy: 'Panic', matchConstraints: {}, validations: [], paramKind: { kind: 'A B' } }),
    is: [
      'spec.failurePolicy: Unsupported value: "Panic": supported values: "Fail", "Ignore"',
      'spec.paramKind.apiVersion: Required value',
      expectedKind(),
      'spec.matchConstraints.resourceRules: Required value',
      `spec.validations: ${neither}`,
      `spec.auditAnnotations: ${neither}`,
    ],
  },
  {
    by: 'validateValidation',
    of: policy({
      validations: [
        { expression: '', message: ' ', messageExpression: ' ', reason: 'Why' },
        { expression: 'true', message: 'a\nb' },
      ],
    }),
    is: [
      'spec.validations[0].expression: Required value: expression is not specified',
      'spec.validations[0].messageExpression: Invalid value: " ": must be non-empty if specified',
      'spec.validations[0].message: Invalid value: " ": message must be non-empty if specified',
      'spec.validations[0].reason: Unsupported value: "Why": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
      'spec.validations[1].message: Invalid value: "a\\nb": message must not contain line breaks',
    ],
  },
  {
    by: 'validateVariable',
    of: policy({
      variables: [
        { name: 'in', expression: '1' },
        { name: '', expression: ' ' },
      ],
    }),
    is: [
      'spec.variables[0].name: Invalid value: "in": name is not a valid CEL identifier',
      'spec.variables[1].name: Required value: name is not specified',
      'spec.variables[1].expression: Required value: expression is not specified',
    ],
  },
  {
    by: 'validateValidatingAdmissionPolicyBindingSpec',
    of: binding({ policyName: '', paramRef: { name: 'a', selector: {} }, validationActions: ['Deny', 'Warn', 'Deny'] }),
    is: [
      'spec.policyName: Required value',
      'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.parameterNotFoundAction: Required value',
      'spec.validationActions[2]: Duplicate value: "Deny"',
      'spec.validationActions: Invalid value: ["Deny","Warn","Deny"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    ],
  },
  {
    by: 'validateMutatingAdmissionPolicySpec',
    of: mutating({ reinvocationPolicy: 'Always', mutations: [] }),
    is: [
      'spec.mutations: Required value: mutations must contain at least one item',
      'spec.reinvocationPolicy: Unsupported value: "Always": supported values: "IfNeeded", "Never"',
    ],
  },
  {
    by: 'validateMutation',
    of: mutating({
      mutations: [
        { patchType: 'JSONPatch', applyConfiguration: { expression: 'a' } },
        { patchType: 'Merge' },
        { patchType: 'JSONPatch', jsonPatch: { expression: '' } },
      ],
    }),
    is: [
      'spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch',
      'spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
      'spec.mutations[1].patchType: Unsupported value: "Merge": supported values: "ApplyConfiguration", "JSONPatch"',
      'spec.mutations[2].jsonPatch.expression: Required value: expression is not specified',
    ],
  },
];

function expectedKind(): string {
  const words =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, " +
    "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is " +
    "'[a-z]([-a-z0-9]*[a-z0-9])?')";
  return `spec.paramKind.kind: Invalid value: "A B": may have mixed case, but should otherwise match: ${words}`;
}
