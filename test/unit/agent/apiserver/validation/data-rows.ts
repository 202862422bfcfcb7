/** Rows of the table: config maps, secrets, namespaces and events. */
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const configMap = (more: Json): Json => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, ...more });
const secret = (type: string, stringData: Json, more: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {},
  type,
  stringData,
  ...more,
});
const event = (more: Json): Json => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {},
  involvedObject: { namespace: 'default' },
  ...more,
});
const newEvent = (more: Json): Json => ({
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: {},
  eventTime: '2026-01-01T00:00:00.000000Z',
  type: 'Normal',
  reason: 'r',
  action: 'a',
  reportingController: 'example.com/c',
  reportingInstance: 'i',
  regarding: { namespace: 'default', kind: 'Pod', name: 'p' },
  ...more,
});
const badKey =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or " +
  "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const frozen = 'field is immutable when `immutable` is set';
const mebibyte = 1024 * 1024;

export const dataRows: readonly Row[] = [
  {
    by: 'ValidateConfigMap',
    of: configMap({ data: { 'a b': '1', c: '2' }, binaryData: { c: 'AAAA' } }),
    is: [
      `data[a b]: Invalid value: "a b": ${badKey}`,
      'data[c]: Invalid value: "c": duplicate of key present in binaryData',
    ],
  },
  {
    by: 'ValidateConfigMap',
    of: configMap({ data: { a: 'é'.repeat(mebibyte / 2) }, binaryData: { b: 'AA==' } }),
    is: ['[]: Too long: may not be more than 1048576 bytes'],
  },
  {
    by: 'ValidateConfigMapUpdate',
    of: configMap({ data: { a: 'b' }, immutable: true }),
    change: { data: { a: 'c' }, binaryData: { d: 'AAAA' }, immutable: false },
    is: [`immutable: Forbidden: ${frozen}`, `data: Forbidden: ${frozen}`, `binaryData: Forbidden: ${frozen}`],
  },
  {
    by: 'ValidateSecret',
    of: secret('Opaque', { a: 'x'.repeat(mebibyte + 1) }),
    is: ['data: Too long: may not be more than 1048576 bytes'],
  },
  {
    by: 'ValidateSecret',
    of: secret('kubernetes.io/ssh-auth', { 'ssh-privatekey': '' }),
    is: ['data[ssh-privatekey]: Required value'],
  },
  {
    by: 'ValidateSecret',
    of: secret('kubernetes.io/dockercfg', {}),
    is: ['data[.dockercfg]: Required value'],
  },
  {
    by: 'ValidateSecret',
    of: secret('kubernetes.io/dockercfg', { '.dockercfg': '{' }),
    is: ['data[.dockercfg]: Invalid value: "<secret contents redacted>": unexpected end of JSON input'],
  },
  {
    by: 'ValidateSecret',
    of: secret('kubernetes.io/tls', {}),
    is: ['data[tls.crt]: Required value', 'data[tls.key]: Required value'],
  },
  {
    by: 'ValidateSecret',
    of: secret('kubernetes.io/basic-auth', {}),
    is: ['data[username]: Required value', 'data[password]: Required value'],
  },
  {
    by: 'ValidateSecret',
    of: secret('kubernetes.io/service-account-token', {}),
    is: ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
  },
  ...(
    [
      ['', 'unexpected end of JSON input'],
      ['{"a":', 'unexpected end of JSON input'],
      ['nope', "invalid character 'o' in literal null (expecting 'u')"],
      ['{a}', "invalid character 'a' looking for beginning of object key string"],
      ['{"a" 1}', "invalid character '1' after object key"],
      ['{"a":1 2}', "invalid character '2' after object key:value pair"],
      ['{"a":[1 2]}', "invalid character '2' after array element"],
      ['{} x', "invalid character 'x' after top-level value"],
      ['{"a":-x}', "invalid character 'x' in numeric literal"],
      ["'a'", "invalid character '\\'' looking for beginning of value"],
      ['{"a":"\n"}', "invalid character '\\n' in string literal"],
      ['{"a":"\\x"}', "invalid character 'x' in string escape code"],
      ['[1]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
      ['"a"', 'json: cannot unmarshal string into Go value of type map[string]interface {}'],
      ['7', 'json: cannot unmarshal number into Go value of type map[string]interface {}'],
      ['true', 'json: cannot unmarshal bool into Go value of type map[string]interface {}'],
    ] as const
  ).map(
    ([text, problem]): Row => ({
      by: 'ValidateSecret',
      of: secret('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': text }),
      is: [`data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": ${problem}`],
    }),
  ),
  {
    by: 'ValidateSecretUpdate',
    of: secret('a', { b: 'c' }, { immutable: true }),
    change: { type: 'd', stringData: { b: 'd' } },
    is: ['type: Invalid value: "d": field is immutable', `data: Forbidden: ${frozen}`],
  },
  {
    by: 'validateFinalizerName',
    of: { apiVersion: 'v1', kind: 'Namespace', metadata: {}, spec: { finalizers: ['mine'] } },
    is: ['spec.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified'],
  },
  {
    by: 'ValidateNamespaceStatusUpdate',
    of: { apiVersion: 'v1', kind: 'Namespace', metadata: {} },
    change: { status: { phase: 'Terminating' } },
    subresource: 'status',
    is: ['status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty'],
  },
  {
    by: 'legacyValidateEvent',
    of: event({ involvedObject: { namespace: 'other' } }),
    is: ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
  },
  {
    by: 'legacyValidateEvent',
    of: newEvent({ reportingInstance: 'é'.repeat(65), note: 'x'.repeat(1025) }),
    is: [
      'reportingInstance: Invalid value: "": can have at most 128 characters',
      'message: Invalid value: "": can have at most 1024 characters',
    ],
  },
  {
    by: 'ValidateEventCreate',
    of: newEvent({ type: 'Odd', deprecatedCount: 2, deprecatedSource: { component: 'c' } }),
    is: [
      'type: Invalid value: "": has invalid value: Odd',
      'count: Invalid value: "": needs to be unset',
      'source: Invalid value: "": needs to be unset',
    ],
  },
  {
    by: 'validateV1EventSeries',
    of: newEvent({ series: { count: 1, lastObservedTime: '2026-01-01T00:00:00.000000Z' } }),
    is: ['series.count: Invalid value: "": should be at least 2'],
  },
  {
    by: 'ValidateEventUpdate',
    of: newEvent({}),
    change: { regarding: { name: 'q' }, reason: 's', deprecatedSource: { host: 'h' } },
    is: [
      'involvedObject: Invalid value: {"Kind":"Pod","Namespace":"default","Name":"q","UID":"","APIVersion":"","ResourceVersion":"","FieldPath":""}: field is immutable',
      'reason: Invalid value: "s": field is immutable',
      'source: Invalid value: {"Component":"","Host":"h"}: field is immutable',
    ],
  },
];
