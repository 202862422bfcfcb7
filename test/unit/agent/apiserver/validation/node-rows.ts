/** Rows of the table: nodes, and hints of endpoint slices. */
import { label, labelValue, namePart, noSubdomain } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const node = (spec: Json, metadata: Json = {}, status: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata,
  spec,
  status,
});
const annotated = (key: string, value: string): Json =>
  node({}, { annotations: { [`scheduler.alpha.kubernetes.io/${key}`]: value } });
const source = { namespace: 'a', name: 'b', kubeletConfigKey: 'c' };
const hinted = (hints: Json): Json => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {},
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.1.2.3'], hints }],
});
const configKey =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or " +
  "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const cidr = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
const taints = 'metadata.annotations.scheduler.alpha.kubernetes.io/taints';
const avoided = 'metadata.annotations.scheduler.alpha.kubernetes.io/preferAvoidPods';

export const nodeRows: readonly Row[] = [
  {
    by: 'ValidateNodeResources',
    of: node({}),
    change: {
      status: { capacity: { cpu: '-1', pods: '500m' }, allocatable: { memory: '-1Mi', 'example.com/gpu': '1m' } },
    },
    subresource: 'status',
    is: [
      'status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0',
      'status.capacity.pods: Invalid value: "500m": must be an integer',
      'status.allocatable.memory: Invalid value: "-1Mi": must be greater than or equal to 0',
      'status.allocatable.example.com/gpu: Invalid value: "1m": must be an integer',
    ],
  },
  {
    by: 'validateNodeSwapStatus',
    of: node({}, {}, { nodeInfo: { swap: { capacity: 0 } } }),
    is: ['metadata.nodeSwapStatus.capacity: Invalid value: 0: must be greater than zero'],
  },
  {
    by: 'ValidateNode',
    of: node({ podCIDR: '10.1.0.0/33', podCIDRs: ['10.1.0.0/33', '10.2.0.0/24'] }),
    is: [
      `spec.podCIDRs[0]: Invalid value: "10.1.0.0/33": ${cidr}`,
      'spec.podCIDRs: Invalid value: ["10.1.0.0/33","10.2.0.0/24"]: may specify no more than one CIDR for each IP family',
    ],
  },
  {
    by: 'ValidateNode',
    of: node({ podCIDR: '10.1.0.0/24', podCIDRs: ['10.1.0.0/24', '10.1.0.0/24'] }),
    is: [
      'spec.podCIDRs: Invalid value: ["10.1.0.0/24","10.1.0.0/24"]: may specify no more than one CIDR for each IP family',
    ],
  },
  {
    by: 'ValidateNodeUpdate',
    of: node({ podCIDR: '10.1.0.0/24', podCIDRs: ['10.1.0.0/24'] }),
    change: { spec: { podCIDR: '10.2.0.0/24', podCIDRs: ['10.2.0.0/24'], externalID: 'a' } },
    is: [
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
      'spec.externalID: Forbidden: may not be updated',
    ],
  },
  {
    by: 'ValidateNodeUpdate',
    of: node({}),
    change: {
      status: {
        addresses: [
          { type: 'InternalIP', address: '10.1.2.3' },
          { type: 'InternalIP', address: '10.1.2.3' },
        ],
      },
    },
    subresource: 'status',
    is: ['status.addresses[1]: Duplicate value: {"Type":"InternalIP","Address":"10.1.2.3"}'],
  },
  {
    by: 'validateNodeTaints',
    of: node({ taints: [{ key: 'a b', value: 'c d', effect: '' }] }),
    is: [
      `metadata.taints[0].key: Invalid value: "a b": ${namePart}`,
      `metadata.taints[0].value: Invalid value: "c d": ${labelValue}`,
      'metadata.taints[0].effect: Required value',
    ],
  },
  {
    by: 'ValidateTaintsInNodeAnnotations',
    of: annotated('taints', '[{"key":"a b","effect":"NoSchedule"}]'),
    is: [`${taints}[0].key: Invalid value: "a b": ${namePart}`],
  },
  {
    by: 'ValidateTaintsInNodeAnnotations',
    of: annotated('taints', '[{"KEY":1}]'),
    is: [
      'metadata.annotations: Invalid value: "scheduler.alpha.kubernetes.io/taints": json: cannot unmarshal number into Go struct field Taint.Key of type string',
    ],
  },
  {
    by: 'ValidateTaintsInNodeAnnotations',
    of: annotated('taints', '{}'),
    is: [
      'metadata.annotations: Invalid value: "scheduler.alpha.kubernetes.io/taints": json: cannot unmarshal object into Go value of type []core.Taint',
    ],
  },
  {
    by: 'ValidateAvoidPodsInNodeAnnotations',
    of: annotated('preferAvoidPods', '['),
    is: [
      'metadata.annotations.AvoidPods: Invalid value: "scheduler.alpha.kubernetes.io/preferAvoidPods": unexpected end of JSON input',
    ],
  },
  {
    by: 'validatePreferAvoidPodsEntry',
    of: annotated(
      'preferAvoidPods',
      '{"preferAvoidPods":[{},{"podSignature":{"podController":{"controller":false}}},{"podSignature":{"podController":{"controller":true}}}]}',
    ),
    is: [
      `${avoided}[0].PodSignature: Required value`,
      `${avoided}[1].PodSignature.PodController.Controller: Invalid value: false: must point to a controller`,
    ],
  },
  {
    by: 'validateNodeConfigSourceSpec',
    of: node({}),
    change: { spec: { configSource: {} } },
    is: ['spec.configSource: Invalid value: {"ConfigMap":null}: exactly one reference subfield must be non-nil'],
  },
  {
    by: 'validateConfigMapNodeConfigSourceSpec',
    of: node({}),
    change: { spec: { configSource: { configMap: { ...source, uid: '1', resourceVersion: '2' } } } },
    is: [
      'spec.configSource.configMap.uid: Forbidden: uid must not be set in spec',
      'spec.configSource.configMap.resourceVersion: Forbidden: resourceVersion must not be set in spec',
    ],
  },
  {
    by: 'validateConfigMapNodeConfigSource',
    of: node({}),
    change: { spec: { configSource: { configMap: { namespace: 'A', name: 'B', kubeletConfigKey: 'c d' } } } },
    is: [
      `spec.configSource.configMap.namespace: Invalid value: "A": ${label}`,
      `spec.configSource.configMap.name: Invalid value: "B": ${noSubdomain}`,
      `spec.configSource.configMap.kubeletConfigKey: Invalid value: "c d": ${configKey}`,
    ],
  },
  {
    by: 'validateConfigMapNodeConfigSource',
    of: node({}),
    change: { spec: { configSource: { configMap: { namespace: '', name: '', kubeletConfigKey: '' } } } },
    is: ['namespace', 'name', 'kubeletConfigKey'].map(
      (field) => `spec.configSource.configMap.${field}: Required value`,
    ),
  },
  {
    by: 'validateNodeConfigStatus',
    of: node({}),
    change: { status: { config: { assigned: {}, active: {}, lastKnownGood: {} } } },
    subresource: 'status',
    is: ['assigned', 'active', 'lastKnownGood'].map(
      (field) =>
        `status.config.${field}: Invalid value: {"ConfigMap":null}: exactly one reference subfield must be non-nil`,
    ),
  },
  {
    by: 'validateConfigMapNodeConfigSourceStatus',
    of: node({}),
    change: { status: { config: { active: { configMap: source } } } },
    subresource: 'status',
    is: [
      'status.config.active.configMap.uid: Required value',
      'status.config.active.configMap.resourceVersion: Required value',
    ],
  },
  {
    by: 'validateHints',
    of: hinted({ forZones: [{ name: 'a' }, { name: 'a' }, { name: 'b c' }], forNodes: [{ name: 'A' }] }),
    is: [
      'endpoints[0].hints.forZones[1].name: Duplicate value: "a"',
      `endpoints[0].hints.forZones[2].name: Invalid value: "b c": ${labelValue}`,
      `endpoints[0].hints.forNodes[0].name: Invalid value: "A": ${noSubdomain}`,
    ],
  },
  {
    by: 'validateHints',
    of: hinted({ forZones: Array.from({ length: 9 }, (_, index) => ({ name: `z${index}` })) }),
    is: ['endpoints[0].hints.forZones: Too many: 9: must have at most 8 items'],
  },
];
