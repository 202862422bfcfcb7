/**
 * Rows of the table: flow schemas, priority levels, requests for certificates. Source:
 * pkg/apis/{flowcontrol,certificates}/validation.
 */

import { signedRequest } from '../../../../builders/signed-request.ts';
import { label, noSubdomain } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
const schema = (spec: Json): Json => ({
  apiVersion,
  kind: 'FlowSchema',
  metadata: {},
  spec: { priorityLevelConfiguration: { name: 'exempt' }, ...spec },
});
const rules = (...all: Json[]): Json => schema({ rules: all });
const everybody = [{ kind: 'Group', group: { name: 'system:authenticated' } }];
const level = (spec: Json): Json => ({ apiVersion, kind: 'PriorityLevelConfiguration', metadata: {}, spec });
const queue = (queuing: Json): Json =>
  level({ type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing } } });
const queuing = 'spec.limited.limitResponse.queuing';
const verbs = '"create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"';
const request = (more: Json = {}): Json => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: {},
  spec: { request: signedRequest, signerName: 'example.com/signer', usages: ['client auth'], ...more },
});
const pem = (type: string, content: string): string =>
  btoa(`-----BEGIN ${type}-----\n${content}\n-----END ${type}-----\n`);
const usages =
  '"any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment", ' +
  '"decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel", ' +
  '"ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime", ' +
  '"server auth", "signing", "timestamping"';
const condition = (type: string, status = 'True'): Json => ({ type, status });

export const flowControlRows: readonly Row[] = [
  {
    by: 'ValidateFlowSchemaSpec',
    of: schema({
      matchingPrecedence: 10_001,
      distinguisherMethod: { type: 'ByColour' },
      priorityLevelConfiguration: { name: '' },
    }),
    is: [
      'spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000',
      'spec.distinguisherMethod.type: Unsupported value: {"Type":"ByColour"}: supported values: "ByNamespace", "ByUser"',
      'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
    ],
  },
  {
    by: 'ValidateFlowSchemaSpec',
    of: schema({ matchingPrecedence: 1, priorityLevelConfiguration: { name: 'A' } }),
    is: [
      "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
      `spec.priorityLevelConfiguration.name: Invalid value: "A": ${noSubdomain}`,
    ],
  },
  {
    by: 'ValidateFlowSchemaPolicyRulesWithSubjects',
    of: rules({}),
    is: [
      'spec.rules[0].subjects: Required value: subjects must contain at least one value',
      'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
    ],
  },
  {
    by: 'ValidateFlowSchemaSubject',
    of: rules({
      subjects: [
        { kind: 'Robot' },
        { kind: 'User', group: { name: 'a' } },
        { kind: 'ServiceAccount', serviceAccount: { name: '', namespace: '' } },
      ],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    }),
    is: [
      'spec.rules[0].subjects[0].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"',
      "spec.rules[0].subjects[1].user: Required value: user is required when subject kind is 'User'",
      "spec.rules[0].subjects[1].group: Forbidden: group is forbidden when subject kind is not 'Group'",
      'spec.rules[0].subjects[2].serviceAccount.name: Required value',
      'spec.rules[0].subjects[2].serviceAccount.namespace: Required value: must specify namespace for service account',
    ],
  },
  {
    by: 'ValidateFlowSchemaNonResourcePolicyRule',
    of: rules({
      subjects: everybody,
      nonResourceRules: [
        { verbs: [], nonResourceURLs: ['*', '/a'] },
        { verbs: ['read'], nonResourceURLs: ['a', '/a b', '//', '/*/b'] },
      ],
    }),
    is: [
      'spec.rules[0].nonResourceRules[0].verbs: Required value: verbs must contain at least one value',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs: Invalid value: ["*","/a"]: if \'*\' is present, must not specify other non-resource URLs',
      `spec.rules[0].nonResourceRules[1].verbs: Unsupported value: ["read"]: supported values: ${verbs}`,
      'spec.rules[0].nonResourceRules[1].nonResourceURLs[0]: Invalid value: "a": must start with slash',
      'spec.rules[0].nonResourceRules[1].nonResourceURLs[1]: Invalid value: "/a b": must not contain white-space',
      'spec.rules[0].nonResourceRules[1].nonResourceURLs[2]: Invalid value: "//": must not contain double slash',
      'spec.rules[0].nonResourceRules[1].nonResourceURLs[3]: Invalid value: "/*/b": wildcard can only do suffix matching',
    ],
  },
  {
    by: 'ValidateFlowSchemaResourcePolicyRule',
    of: rules({
      subjects: everybody,
      resourceRules: [
        { verbs: ['*', 'get'], apiGroups: [], resources: ['*', 'pods'] },
        { verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['A'] },
      ],
    }),
    is: [
      'spec.rules[0].resourceRules[0].verbs: Invalid value: ["*","get"]: if \'*\' is present, must not specify other verbs',
      'spec.rules[0].resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'spec.rules[0].resourceRules[0].resources: Invalid value: ["*","pods"]: if \'*\' is present, must not specify other resources',
      'spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
      `spec.rules[0].resourceRules[1].namespaces[0]: Invalid value: "A": each member of this list must be '*' or a DNS-1123 label; ${label}`,
    ],
  },
  {
    by: 'ValidatePriorityLevelConfigurationSpec',
    of: level({ type: 'Exempt', limited: { limitResponse: { type: 'Reject' } } }),
    is: [
      `spec.type: Invalid value: "Exempt": type must be 'Exempt' if and only if name is 'exempt'`,
      'spec.limited: Forbidden: must be nil if the type is not Limited',
    ],
  },
  {
    by: 'ValidatePriorityLevelConfigurationSpec',
    of: level({ type: 'Limited', exempt: {} }),
    is: [
      'spec.exempt: Forbidden: must be nil if the type is Limited',
      'spec.limited: Required value: must not be empty when type is Limited',
    ],
  },
  {
    by: 'ValidateLimitedPriorityLevelConfiguration',
    of: level({
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: -1,
        lendablePercent: 101,
        borrowingLimitPercent: -1,
        limitResponse: { type: 'Reject', queuing: {} },
      },
    }),
    is: [
      'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
      `${queuing}: Forbidden: must be nil if limited.limitResponse.type is not Limited`,
      'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
      'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
    ],
  },
  {
    by: 'ValidatePriorityLevelQueuingConfiguration',
    of: queue({ queues: 512, handSize: 8 }),
    is: [
      `${queuing}.handSize: Invalid value: 8: required entropy bits of deckSize 512 and handSize 8 should not be greater than 60`,
    ],
  },
  {
    by: 'ValidatePriorityLevelQueuingConfiguration',
    of: queue({ queues: 4, handSize: 5, queueLengthLimit: -1 }),
    is: [
      `${queuing}.queueLengthLimit: Invalid value: -1: must be positive`,
      `${queuing}.handSize: Invalid value: 5: should not be greater than queues (4)`,
    ],
  },
  {
    by: 'validateCertificateSigningRequest',
    of: request({ request: '', usages: [], signerName: '' }),
    is: [
      'spec.request: Invalid value: "": PEM block type must be CERTIFICATE REQUEST',
      'spec.usages: Required value',
      'spec.signerName: Required value',
      `spec.signerName: Invalid value: "": must be a fully qualified domain and path of the form 'example.com/signer-name'`,
    ],
  },
  {
    by: 'validateCertificateSigningRequest',
    of: request({ usages: ['client auth', 'flying', 'client auth'], signerName: 'kubernetes.io/legacy-unknown' }),
    is: [
      `spec.usages[1]: Unsupported value: "flying": supported values: ${usages}`,
      'spec.usages[2]: Duplicate value: "client auth"',
      'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
    ],
  },
  {
    by: 'ValidateSignerName',
    of: request({ signerName: 'example/A_B' }),
    is: [
      'spec.signerName: Invalid value: "example": should be a domain with at least two segments separated by dots',
      `spec.signerName: Invalid value: "A_B": validating label "A_B": ${noSubdomain}`,
    ],
  },
  {
    by: 'ValidateSignerName',
    of: request({ signerName: 'Example.com/a' }),
    is: [`spec.signerName: Invalid value: "Example.com": validating label "Example": ${label}`],
  },
  {
    by: 'validateCSR',
    of: request({ request: pem('CERTIFICATE', 'AAAA') }),
    is: [`spec.request: Invalid value: "${pem('CERTIFICATE', 'AAAA')}": PEM block type must be CERTIFICATE REQUEST`],
  },
  {
    by: 'validateCSR',
    of: request({ request: pem('CERTIFICATE REQUEST', 'MAMCAQE=') }),
    is: [
      `spec.request: Invalid value: "${pem('CERTIFICATE REQUEST', 'MAMCAQE=')}": asn1: structure error: tags don't match`,
    ],
  },
  {
    by: 'validateCertificateSigningRequest',
    of: request({ expirationSeconds: 599 }),
    is: ['spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)'],
  },
  {
    by: 'validateConditions',
    of: request(),
    subresource: 'approval',
    change: {
      status: {
        conditions: [condition('Approved'), condition('Denied', 'False'), condition('Approved'), condition('')],
      },
    },
    is: [
      'status.conditions[1].status: Unsupported value: "False": supported values: "True"',
      'status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive',
      'status.conditions: Invalid value: "Approved": Approved and Denied conditions are mutually exclusive',
      'status.conditions[2].type: Duplicate value: "Approved"',
      'status.conditions[3].type: Required value',
    ],
  },
];
