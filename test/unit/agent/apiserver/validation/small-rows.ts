/** Rows of the table: services, nodes, endpoints and slices of them. */
import { noIp } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const port = { port: 80 };
const service = (spec: Json, metadata: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata,
  spec: { ports: [port], ...spec },
});
const node = (spec: Json, status: Json = {}): Json => ({ apiVersion: 'v1', kind: 'Node', metadata: {}, spec, status });
const endpoints = (subset: Json): Json => ({ apiVersion: 'v1', kind: 'Endpoints', metadata: {}, subsets: [subset] });
const slice = (more: Json): Json => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {},
  addressType: 'IPv4',
  endpoints: [],
  ...more,
});
const onlyBalanced = "may only be used when `type` is 'LoadBalancer'";
const loopback = 'may not be in the loopback range (127.0.0.0/8, ::1/128)';

export const smallRows: readonly Row[] = [
  { by: 'ValidateService', of: service({ ports: [] }), is: ['spec.ports: Required value'] },
  {
    by: 'ValidateService',
    of: service({ ports: [{ ...port, name: 'a', nodePort: 30_000 }] }),
    is: ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  },
  {
    by: 'validateServicePort',
    of: service({ ports: [port, { port: 81, name: 'b' }] }),
    is: ['spec.ports[0].name: Required value'],
  },
  {
    by: 'validateServicePort',
    of: service({
      ports: [
        { port: 80, name: 'a' },
        { port: 81, name: 'a' },
      ],
    }),
    is: ['spec.ports[1].name: Duplicate value: "a"'],
  },
  {
    by: 'validateServicePort',
    of: service({ ports: [{ port: 0 }] }),
    is: [
      'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      'spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
  },
  {
    by: 'ValidateService',
    of: service({ externalIPs: ['300.1.2.3'] }),
    is: [`spec.externalIPs[0]: Invalid value: "300.1.2.3": ${noIp}`],
  },
  {
    by: 'ValidateNonSpecialIP',
    of: service({ externalIPs: ['127.0.0.1'] }),
    is: [`spec.externalIPs[0]: Invalid value: "127.0.0.1": ${loopback}`],
  },
  {
    by: 'ValidateService',
    of: service({ loadBalancerSourceRanges: ['10.0.0.0/8'] }),
    is: [`spec.LoadBalancerSourceRanges: Forbidden: ${onlyBalanced}`],
  },
  {
    by: 'validateLoadBalancerClassField',
    of: service({ loadBalancerClass: 'example.com/a' }),
    is: [`spec.loadBalancerClass: Forbidden: ${onlyBalanced}`],
  },
  {
    by: 'validateServiceExternalTrafficPolicy',
    of: service({ externalTrafficPolicy: 'Local' }),
    is: ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
  },
  {
    by: 'validateClientIPAffinityConfig',
    of: service({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 90_000 } } }),
    is: [
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 90000: must be greater than 0 and less than 86400',
    ],
  },
  {
    by: 'validateServiceTrafficDistribution',
    of: service({ trafficDistribution: 'Near' }),
    is: [
      'spec.trafficDistribution: Unsupported value: "Near": supported values: "PreferClose", "PreferSameZone", "PreferSameNode"',
    ],
  },
  {
    by: 'ValidateService',
    of: service({ type: 'ExternalName' }),
    is: ['spec.externalName: Required value'],
  },
  {
    by: 'ValidateServiceUpdate',
    of: service({}),
    change: { spec: { clusterIP: '10.96.200.200', clusterIPs: ['10.96.200.200'] } },
    is: ['spec.clusterIPs[0]: Invalid value: ["10.96.200.200"]: may not change once set'],
  },
  {
    by: 'validateNodeTaints',
    of: node({ taints: [{ key: 'a', effect: 'Never' }] }),
    is: [
      'metadata.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
  },
  {
    by: 'validateNodeTaints',
    of: node({
      taints: [
        { key: 'a', effect: 'NoSchedule' },
        { key: 'a', effect: 'NoSchedule' },
      ],
    }),
    is: [
      'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
    ],
  },
  {
    by: 'ValidateNodeUpdate',
    of: node({ providerID: 'a://b' }),
    change: { spec: { providerID: 'a://c' } },
    is: ['spec.providerID: Forbidden: node updates may not change providerID except from "" to valid'],
  },
  {
    by: 'validateEndpointSubsets',
    of: endpoints({ ports: [{ port: 80 }] }),
    is: ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
  },
  {
    by: 'validateEndpointAddress',
    of: endpoints({ addresses: [{ ip: '127.0.0.1' }] }),
    is: [`subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": ${loopback}`],
  },
  {
    by: 'validateEndpointPort',
    of: endpoints({ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 1, name: 'a' }, { port: 2 }] }),
    is: ['subsets[0].ports[1].name: Required value'],
  },
  {
    by: 'ValidateEndpointSlice',
    of: slice({ addressType: 'IPv5' }),
    is: ['addressType: Unsupported value: "IPv5": supported values: "FQDN", "IPv4", "IPv6"'],
  },
  {
    by: 'validateEndpoints',
    of: slice({ endpoints: [{ addresses: ['fd00::1'] }] }),
    is: ['endpoints[0].addresses[0]: Invalid value: "fd00::1": must be an IPv4 address'],
  },
  {
    by: 'validatePorts',
    of: slice({
      ports: [
        { port: 1, name: 'a' },
        { port: 2, name: 'a' },
      ],
    }),
    is: ['ports[1].name: Duplicate value: "a"'],
  },
  {
    by: 'ValidateEndpointSliceUpdate',
    of: slice({}),
    change: { addressType: 'IPv6' },
    is: ['addressType: Invalid value: "IPv6": field is immutable'],
  },
];
