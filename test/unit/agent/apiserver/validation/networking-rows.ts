/** Rows of the table: ingresses, network policies, addresses. Source: pkg/apis/networking/validation. */
import { label, noSubdomain } from './pod-rows.ts';
import type { Row } from './row.ts';

type Json = Record<string, unknown>;

const of = (kind: string, spec: Json, metadata: Json = {}): Json => ({
  apiVersion: 'networking.k8s.io/v1',
  kind,
  metadata,
  spec,
});
const service = { service: { name: 'web', port: { number: 80 } } };
const ingress = (spec: Json, metadata: Json = {}): Json => of('Ingress', spec, metadata);
const withPath = (path: Json): Json =>
  ingress({ rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: service, ...path }] } }] });
const at = 'spec.rules[0].http.paths[0]';
const policy = (spec: Json): Json => of('NetworkPolicy', { podSelector: {}, ...spec });
const wildcard =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower " +
  "case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for " +
  "validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const immutable = 'field is immutable';
const noCidr = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

export const networkingRows: readonly Row[] = [
  {
    by: 'ValidateIngressSpec',
    of: ingress({}),
    is: ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified'],
  },
  {
    by: 'validateIngressBackend',
    of: ingress({ defaultBackend: {} }),
    is: ['spec.defaultBackend: Invalid value: "": resource or service backend is required'],
  },
  {
    by: 'validateIngressBackend',
    of: ingress({ defaultBackend: { ...service, resource: { kind: 'Bucket', name: 'a' } } }),
    is: ['spec.defaultBackend: Invalid value: "": cannot set both resource and service backends'],
  },
  {
    by: 'validateIngressBackend',
    of: withPath({ backend: { service: { name: 'Web', port: { number: 80, name: 'http' } } } }),
    is: [
      `${at}.backend.service.name: Invalid value: "Web": ${label}`,
      `${at}.backend: Invalid value: "": cannot set both port name & port number`,
    ],
  },
  {
    by: 'validateIngressBackend',
    of: withPath({ backend: { service: { name: 'web', port: {} } } }),
    is: [`${at}.backend: Required value: port name or number is required`],
  },
  {
    by: 'validateHTTPIngressPath',
    of: ingress({ rules: [{ http: { paths: [{ path: '/', backend: service }] } }] }),
    is: [`${at}.pathType: Required value: pathType must be specified`],
  },
  {
    by: 'validateHTTPIngressPath',
    of: withPath({ path: 'a//b/..' }),
    is: [
      `${at}.path: Invalid value: "a//b/..": must be an absolute path`,
      `${at}.path: Invalid value: "a//b/..": must not contain '//'`,
      `${at}.path: Invalid value: "a//b/..": cannot end with '/..'`,
    ],
  },
  {
    by: 'validateHTTPIngressPath',
    of: withPath({ pathType: 'Regex' }),
    is: [`${at}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"`],
  },
  {
    by: 'validateIngressRules',
    of: ingress({ rules: [{ host: '10.0.0.1' }, { host: 'a.*.com' }, { host: '*.example.com', http: { paths: [] } }] }),
    is: [
      'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
      `spec.rules[1].host: Invalid value: "a.*.com": ${wildcard}`,
      'spec.rules[2].http.paths: Required value',
    ],
  },
  {
    by: 'validateIngressTLS',
    of: ingress({ defaultBackend: service, tls: [{ hosts: ['A'], secretName: 'B' }], ingressClassName: 'C' }),
    is: [
      `spec.tls[0].hosts[0]: Invalid value: "A": ${noSubdomain}`,
      `spec.tls[0].secretName: Invalid value: "B": ${noSubdomain}`,
      `spec.ingressClassName: Invalid value: "C": ${noSubdomain}`,
    ],
  },
  {
    by: 'ValidateIngressCreate',
    of: ingress(
      { defaultBackend: service, ingressClassName: 'a' },
      { annotations: { 'kubernetes.io/ingress.class': 'b' } },
    ),
    is: [
      'annotations.kubernetes.io/ingress.class: Invalid value: "b": must match `ingressClassName` when both are specified',
    ],
  },
  {
    by: 'ValidateIngressLoadBalancerStatus',
    of: ingress({ defaultBackend: service }),
    subresource: 'status',
    change: { status: { loadBalancer: { ingress: [{ ip: '010.1.1.1' }, { hostname: '10.1.1.1' }] } } },
    is: [
      'status.loadBalancer.ingress[0].ip: Invalid value: "010.1.1.1": must not have leading 0s',
      'status.loadBalancer.ingress[1].hostname: Invalid value: "10.1.1.1": must be a DNS name, not an IP address',
    ],
  },
  {
    by: 'validateIngressClassSpec',
    of: of('IngressClass', { controller: 'a', parameters: { kind: '', name: '', scope: 'Namespace' } }),
    is: [
      'spec.controller: Invalid value: "a": must be a domain-prefixed path (such as "acme.io/foo")',
      'spec.parameters.kind: Required value',
      'spec.parameters.name: Required value',
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ],
  },
  {
    by: 'validateIngressClassParametersReference',
    of: of('IngressClass', { controller: 'a.b/c', parameters: { kind: 'A', name: 'a', namespace: 'b' } }),
    is: ["spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'"],
  },
  {
    by: 'validateIngressClassSpecUpdate',
    of: of('IngressClass', { controller: 'example.com/a' }),
    change: { spec: { controller: 'example.com/b' } },
    is: [`spec.controller: Invalid value: "example.com/b": ${immutable}`],
  },
  {
    by: 'ValidateNetworkPolicyPort',
    of: policy({
      ingress: [
        {
          ports: [
            { protocol: 'ICMP' },
            { port: 80, endPort: 70 },
            { port: 'http', endPort: 90 },
            { endPort: 90 },
            { port: 0 },
          ],
        },
      ],
    }),
    is: [
      'spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
      'spec.ingress[0].ports[1].endPort: Invalid value: 70: must be greater than or equal to `port`',
      'spec.ingress[0].ports[2].endPort: Invalid value: 90: may not be specified when `port` is non-numeric',
      'spec.ingress[0].ports[3].endPort: Invalid value: 90: may not be specified when `port` is not specified',
      'spec.ingress[0].ports[4].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
  },
  {
    by: 'ValidateNetworkPolicyPeer',
    of: policy({ egress: [{ to: [{}, { podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }] }] }),
    is: [
      'spec.egress[0].to[0]: Required value: must specify a peer',
      'spec.egress[0].to[1]: Forbidden: may not specify both ipBlock and another peer',
    ],
  },
  {
    by: 'ValidateIPBlock',
    of: policy({
      ingress: [
        {
          from: [
            { ipBlock: { cidr: '' } },
            { ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8', '11.0.0.0/16', 'x'] } },
          ],
        },
      ],
    }),
    is: [
      'spec.ingress[0].from[0].ipBlock.cidr: Required value',
      'spec.ingress[0].from[1].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
      'spec.ingress[0].from[1].ipBlock.except[1]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
      `spec.ingress[0].from[1].ipBlock.except[2]: Invalid value: "x": ${noCidr}`,
    ],
  },
  {
    by: 'ValidateNetworkPolicySpec',
    of: policy({ policyTypes: ['Sideways'] }),
    is: ['spec.policyTypes[0]: Unsupported value: "Sideways": supported values: "Ingress", "Egress"'],
  },
  {
    by: 'ValidateIPAddressName',
    of: of('IPAddress', { parentRef: { resource: 'services', name: 'a' } }, { name: '2001:db8:0::1' }),
    is: ['metadata.name: Invalid value: "2001:db8:0::1": must be in canonical form ("2001:db8::1")'],
  },
  {
    by: 'validateIPAddressParentReference',
    of: of('IPAddress', { parentRef: { resource: '', name: 'a/b' } }, { name: '10.0.0.9' }),
    is: ['spec.parentRef.resource: Required value', `spec.parentRef.name: Invalid value: "a/b": may not contain '/'`],
  },
  {
    by: 'ValidateIPAddressUpdate',
    of: of('IPAddress', { parentRef: { resource: 'services', name: 'a' } }, { name: '10.0.0.8' }),
    change: { spec: { parentRef: { name: 'b' } } },
    is: [`spec.parentRef: Invalid value: {"resource":"services","name":"b"}: ${immutable}`],
  },
  {
    by: 'validateServiceCIDRSpec',
    of: of('ServiceCIDR', { cidrs: [] }),
    is: ['spec.cidrs: Required value: at least one CIDR required'],
  },
  {
    by: 'validateServiceCIDRSpec',
    of: of('ServiceCIDR', { cidrs: ['10.0.0.1/8', '10.0.0.0/16'] }),
    is: [
      'spec.cidrs[0]: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
      'spec.cidrs: Invalid value: ["10.0.0.1/8","10.0.0.0/16"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
    ],
  },
  {
    by: 'ValidateServiceCIDRUpdate',
    of: of('ServiceCIDR', { cidrs: ['10.128.0.0/16'] }),
    change: { spec: { cidrs: ['10.129.0.0/16'] } },
    is: [`spec.cidrs[0]: Invalid value: "10.129.0.0/16": ${immutable}`],
  },
];
