/** Rows of the table: services, nodes, endpoints and slices of them. */
import { label, namePart, noIp, noSubdomain } from './pod-rows.ts';
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
    by: 'initIPFamilyFields',
    of: service({ ipFamilyPolicy: 'RequireDualStack' }),
    is: [
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
    ],
  },
  {
    by: 'initIPFamilyFields',
    of: service({ ipFamilies: ['IPv6'], ipFamilyPolicy: 'PreferDualStack' }),
    is: ['spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'],
  },
  {
    by: 'initIPFamilyFields',
    of: service({ clusterIPs: ['10.96.9.9', 'fd00::1'], clusterIP: '10.96.9.9', ipFamilies: ['IPv4', 'IPv6'] }),
    is: [
      `spec.ipFamilyPolicy: Invalid value: "SingleStack": must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified`,
      `spec.ipFamilyPolicy: Invalid value: "SingleStack": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified`,
    ],
  },
  {
    by: 'initIPFamilyFields',
    of: service({
      clusterIPs: ['10.96.9.9', 'fd00::1'],
      clusterIP: '10.96.9.9',
      ipFamilyPolicy: 'PreferDualStack',
    }),
    is: ['spec.clusterIPs[1]: Invalid value: ["10.96.9.9","fd00::1"]: IPv6 is not configured on this cluster'],
  },
  {
    by: 'initIPFamilyFields',
    of: service({
      clusterIP: 'None',
      selector: { a: 'b' },
      ipFamilies: ['IPv4', 'IPv6'],
      ipFamilyPolicy: 'PreferDualStack',
    }),
    is: ['spec.ipFamilies[1]: Invalid value: "IPv6": not configured on this cluster'],
  },
  {
    by: 'initIPFamilyFields',
    of: service({ clusterIP: 'None', ports: [] }),
    change: { spec: { ipFamilies: ['IPv4'] } },
    is: [
      `spec.ipFamilyPolicy: Invalid value: "RequireDualStack": must be 'SingleStack' to release the secondary IP family`,
    ],
  },
  {
    by: 'ValidateServiceClusterIPsRelatedFields',
    of: service({ ipFamilies: ['IPv5', 'IPv4', 'IPv4'], ipFamilyPolicy: 'Both' }),
    is: [
      'spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"',
      'spec.ipFamilies[2]: Duplicate value: "IPv4"',
      'spec.ipFamilyPolicy: Unsupported value: "Both": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"',
    ],
  },
  {
    by: 'ValidateServiceClusterIPsRelatedFields',
    of: service({ clusterIP: '10.96.9.9', clusterIPs: ['10.96.9.8', 'x'] }),
    is: [
      'spec.clusterIPs: Invalid value: ["10.96.9.8","x"]: first value must match `clusterIP`',
      `spec.clusterIPs[1]: Invalid value: "x": ${noIp}`,
    ],
  },
  {
    by: 'ValidateServiceClusterIPsRelatedFields',
    of: service({ clusterIPs: ['10.96.9.9'] }),
    is: ['spec.clusterIPs: Invalid value: ["10.96.9.9"]: must be empty when `clusterIP` is not specified'],
  },
  {
    by: 'ValidateServiceClusterIPsRelatedFields',
    of: service({ clusterIP: 'None', clusterIPs: ['None', '10.96.9.9'] }),
    is: [`spec.clusterIPs: Invalid value: ["None","10.96.9.9"]: 'None' must be the first and only value`],
  },
  {
    by: 'ValidateServiceClusterIPsRelatedFields',
    of: service({ clusterIP: '10.96.9.9', clusterIPs: ['10.96.9.9', '10.96.9.8', '10.96.9.7'] }),
    is: [
      'spec.clusterIPs: Invalid value: ["10.96.9.9","10.96.9.8","10.96.9.7"]: may only hold up to 2 values',
      'spec.clusterIPs: Invalid value: ["10.96.9.9","10.96.9.8","10.96.9.7"]: may specify no more than one IP for each IP family',
    ],
  },
  {
    by: 'ValidateServiceClusterIPsRelatedFields',
    of: service({ clusterIP: '10.96.9.9', ipFamilies: ['IPv6'] }),
    is: ['spec.clusterIPs[0]: Invalid value: "10.96.9.9": expected an IPv6 value as indicated by `ipFamilies[0]`'],
  },
  {
    by: 'validateServiceExternalTrafficFieldsUpdate',
    of: service({ type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 32_101 }),
    change: { spec: { healthCheckNodePort: 32_102 } },
    is: ['spec.healthCheckNodePort: Forbidden: field is immutable'],
  },
  {
    by: 'validateServiceExternalTrafficPolicy',
    of: service({ type: 'NodePort', externalTrafficPolicy: 'Some', healthCheckNodePort: 32_103 }),
    is: [
      'spec.externalTrafficPolicy: Unsupported value: "Some": supported values: "Cluster", "Local"',
      "spec.healthCheckNodePort: Invalid value: 32103: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
    ],
  },
  {
    by: 'validateServiceInternalTrafficFieldsValue',
    of: service({ internalTrafficPolicy: 'Some' }),
    is: ['spec.internalTrafficPolicy: Unsupported value: "Some": supported values: "Cluster", "Local"'],
  },
  {
    by: 'ValidateLoadBalancerStatus',
    of: service({}),
    change: { status: { loadBalancer: { ingress: [{ ip: '10.1.2.3' }] } } },
    subresource: 'status',
    is: ["status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"],
  },
  {
    by: 'ValidateLoadBalancerStatus',
    of: service({ type: 'LoadBalancer' }),
    change: {
      status: {
        loadBalancer: {
          ingress: [{ ip: 'x', ipMode: 'Direct' }, { hostname: '10.1.2.3', ipMode: 'VIP' }, { hostname: 'A' }],
        },
      },
    },
    subresource: 'status',
    is: [
      `status.loadBalancer.ingress[0].ip: Invalid value: "x": ${noIp}`,
      'status.loadBalancer.ingress[0].ipMode: Unsupported value: "Direct": supported values: "Proxy", "VIP"',
      'status.loadBalancer.ingress[1].ipMode: Forbidden: may not be specified when `ip` is not set',
      'status.loadBalancer.ingress[1].hostname: Invalid value: "10.1.2.3": must be a DNS name, not an IP address',
      `status.loadBalancer.ingress[2].hostname: Invalid value: "A": ${noSubdomain}`,
    ],
  },
  {
    by: 'ValidateService',
    of: service({
      type: 'ExternalName',
      externalName: 'a.',
      clusterIP: '10.96.9.9',
      ipFamilyPolicy: 'SingleStack',
      ipFamilies: ['IPv4'],
    }),
    is: ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'].map(
      (field) => `spec.${field}: Forbidden: may not be set for ExternalName services`,
    ),
  },
  {
    by: 'ValidateService',
    of: service({
      type: 'NodePort',
      clusterIP: 'None',
      selector: { 'a b': 'c' },
      sessionAffinity: 'Cookie',
      allocateLoadBalancerNodePorts: true,
    }),
    is: [
      `spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`,
      `spec.selector: Invalid value: "a b": ${namePart}`,
      'spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"',
      `spec.allocateLoadBalancerNodePorts: Forbidden: ${onlyBalanced}`,
    ],
  },
  {
    by: 'ValidateService',
    of: service({
      type: 'Both',
      externalIPs: ['x'],
      ports: [
        { port: 1, name: 'a' },
        { port: 1, name: 'b' },
      ],
    }),
    is: [
      `spec.externalIPs[0]: Invalid value: "x": ${noIp}`,
      'spec.type: Unsupported value: "Both": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":1,"TargetPort":0,"NodePort":0}',
    ],
  },
  {
    by: 'ValidateService',
    of: service(
      {},
      {
        annotations: {
          'service.kubernetes.io/topology-mode': 'Auto',
          'service.kubernetes.io/topology-aware-hints': 'disabled',
          'service.beta.kubernetes.io/load-balancer-source-ranges': 'x',
        },
      },
    ),
    is: [
      'metadata.annotations[service.kubernetes.io/topology-mode]: Invalid value: "Auto": must match annotations[service.kubernetes.io/topology-aware-hints] when both are specified',
      `metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: Forbidden: ${onlyBalanced}`,
      'metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ],
  },
  {
    by: 'validateServicePort',
    of: service({ ports: [{ port: 1, name: 'A', protocol: 'ICMP', targetPort: 'a--b', appProtocol: 'a b' }] }),
    is: [
      `spec.ports[0].name: Invalid value: "A": ${label}`,
      'spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
      'spec.ports[0].targetPort: Invalid value: "a--b": must not contain consecutive hyphens',
      `spec.ports[0].appProtocol: Invalid value: "a b": ${namePart}`,
    ],
  },
  {
    by: 'validateLoadBalancerClassField',
    of: service({ type: 'LoadBalancer', loadBalancerClass: 'example.com/a' }),
    change: { spec: { loadBalancerClass: 'example.com/b' } },
    is: ['spec.loadBalancerClass: Invalid value: "example.com/b": may not change once set'],
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
  {
    by: 'ValidateEndpointSliceUpdate',
    of: slice({ endpoints: [{ addresses: ['10.1.2.3'] }] }),
    change: { addressType: 'FQDN', endpoints: [], ports: [{ name: 'A', port: 1 }] },
    is: [`ports[0].name: Invalid value: "A": ${label}`, 'addressType: Invalid value: "FQDN": field is immutable'],
  },
];
