/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/networking/validation/validation.go
 * (ValidateNetworkPolicySpec)
 */
import { checkCidr, isStrictlyWithin, parseCidr } from '../addresses.ts';
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { forbidden, invalid, invalidBy, notSupported, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkPortName, checkPortNumber } from '../names.ts';
import { validateLabelSelector } from '../selector-validation.ts';
import { formatLabelSelector } from '../selectors.ts';
import type { NetworkPolicy, networking } from '../types.ts';
import { retiredNetworkPolicies } from './retired.ts';

type Spec = networking.NetworkPolicySpec;

function validateRange(path: string, port: number, endPort: number | undefined): FieldError[] {
  const errors = checkPortNumber(port).map((detail) => invalid(`${path}.port`, port, detail));
  if (endPort === undefined) return errors;
  return [
    ...errors,
    ...(endPort < port ? [invalid(`${path}.endPort`, endPort, 'must be greater than or equal to `port`')] : []),
    ...checkPortNumber(endPort).map((detail) => invalid(`${path}.endPort`, endPort, detail)),
  ];
}

function validatePort(path: string, { protocol, port, endPort }: networking.NetworkPolicyPort): FieldError[] {
  const errors = oneOf(`${path}.protocol`, protocol, ['TCP', 'UDP', 'SCTP']);
  if (typeof port === 'number') return [...errors, ...validateRange(path, port, endPort)];
  const misplaced = (condition: string): FieldError[] =>
    endPort === undefined
      ? []
      : [invalid(`${path}.endPort`, endPort, `may not be specified when \`port\` is ${condition}`)];
  if (port === undefined) return [...errors, ...misplaced('not specified')];
  return [...errors, ...misplaced('non-numeric'), ...invalidBy(`${path}.port`, port, checkPortName)];
}

/** `known` are the ranges that the stored policy has: whatever they look like, they stay. */
function validateBlock(
  path: string,
  { cidr, except = [] }: networking.IPBlock,
  known: ReadonlySet<string>,
): FieldError[] {
  if (!cidr) return [required(`${path}.cidr`)];
  const check = (at: string, text: string): FieldError[] => (known.has(text) ? [] : invalidBy(at, text, checkCidr));
  const outer = parseCidr(cidr);
  const errors = check(`${path}.cidr`, cidr);
  if (!outer) return errors;
  return [
    ...errors,
    ...except.flatMap((text, index) => {
      const at = `${path}.except[${index}]`;
      const inner = parseCidr(text);
      const outside = inner && !isStrictlyWithin(inner, outer);
      return [...check(at, text), ...(outside ? [invalid(at, text, 'must be a strict subset of `cidr`')] : [])];
    }),
  ];
}

function validatePeer(path: string, peer: networking.NetworkPolicyPeer, known: ReadonlySet<string>): FieldError[] {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const errors = [
    ...(podSelector ? validateLabelSelector(`${path}.podSelector`, podSelector) : []),
    ...(namespaceSelector ? validateLabelSelector(`${path}.namespaceSelector`, namespaceSelector) : []),
    ...(ipBlock ? validateBlock(`${path}.ipBlock`, ipBlock, known) : []),
  ];
  if (!podSelector && !namespaceSelector && !ipBlock) return [...errors, required(path, 'must specify a peer')];
  const mixed = ipBlock && (podSelector || namespaceSelector);
  return mixed ? [...errors, forbidden(path, 'may not specify both ipBlock and another peer')] : errors;
}

interface Rule {
  ports?: networking.NetworkPolicyPort[];
  peers?: networking.NetworkPolicyPeer[];
  /** What the peers are called in the rule. */
  called: 'from' | 'to';
  path: string;
}

const rulesOf = ({ ingress = [], egress = [] }: Spec): Rule[] => [
  ...ingress.map(
    ({ ports, from }, index): Rule => ({ ports, peers: from, called: 'from', path: `spec.ingress[${index}]` }),
  ),
  ...egress.map(({ ports, to }, index): Rule => ({ ports, peers: to, called: 'to', path: `spec.egress[${index}]` })),
];

const rangesOf = (spec: Spec): Set<string> =>
  new Set(
    rulesOf(spec)
      .flatMap(({ peers = [] }) => peers)
      .flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr, ...(ipBlock.except ?? [])] : [])),
  );

const types = ['Ingress', 'Egress'];

function validateTypes(given: readonly string[] = []): FieldError[] {
  if (given.length > types.length) {
    return [invalid('spec.policyTypes', given, 'may not specify more than two policyTypes')];
  }
  return given.flatMap((type, index) =>
    types.includes(type) ? [] : [notSupported(`spec.policyTypes[${index}]`, type, types)],
  );
}

function validate(spec: Spec, old: Spec | undefined): FieldError[] {
  const known = old ? rangesOf(old) : new Set<string>();
  return [
    ...(spec.podSelector ? validateLabelSelector('spec.podSelector', spec.podSelector) : []),
    ...rulesOf(spec).flatMap(({ ports = [], peers = [], called, path }) => [
      ...ports.flatMap((port, index) => validatePort(`${path}.ports[${index}]`, port)),
      ...peers.flatMap((peer, index) => validatePeer(`${path}.${called}[${index}]`, peer, known)),
    ]),
    ...validateTypes(spec.policyTypes),
  ];
}

export const networkPolicies = defineKind<NetworkPolicy>({
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  namespaced: true,
  representations: [
    { group: 'networking.k8s.io', version: 'v1', definition: 'io.k8s.api.networking.v1.NetworkPolicy' },
    ...retiredNetworkPolicies,
  ],
  hasGeneration: true,
  columns: [
    nameColumn,
    column('Pod-Selector', 'The pods that the policy is about.', ({ spec }) => formatLabelSelector(spec.podSelector)),
    ageColumn,
  ],
  /** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/networking/v1/defaults.go */
  default(policy) {
    policy.spec ??= { podSelector: {} };
    const { spec } = policy;
    spec.podSelector ??= {};
    for (const { ports = [] } of rulesOf(spec)) for (const port of ports) port.protocol ??= 'TCP';
    if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
  },
  validate: ({ spec }, old) => validate(spec, old?.spec),
});
