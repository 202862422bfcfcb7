/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidateNode,
 * ValidateNodeUpdate)
 */
import { checkCidr, isDualStack } from '../addresses.ts';
import { duplicate, forbidden, invalid, invalidBy, positive, required } from '../field-errors.ts';
import { isEqual } from '../json/value.ts';
import type { FieldError } from '../kind.ts';
import { checkConfigKey, checkDns1123Label, checkDns1123Subdomain } from '../names.ts';
import type { core, Node } from '../types.ts';
import { internalConfigSource, internalNodeAddress } from './internal-types.ts';
import { validateAmount } from './resources.ts';
import { validateNodeAnnotations } from './scheduling-annotations.ts';
import { validateTaints } from './tolerations.ts';

const validateAmounts = (path: string, amounts: unknown): FieldError[] =>
  Object.entries((amounts ?? {}) as Record<string, string>).flatMap(([name, amount]) =>
    validateAmount(`${path}.${name}`, name, amount),
  );

const longestFeature = 253;
const featureName = /^[A-Z][A-Za-z0-9]*$/;

function featureProblem(name: string): string | undefined {
  const [first = '', ...parts] = name.slice(0, longestFeature).split('/');
  const called = `invalid feature name ${JSON.stringify(name)}`;
  if (name.length > longestFeature) return `${called}: must be no more than ${longestFeature} characters`;
  if (featureName.test(first) && parts.every((part) => /^[A-Za-z0-9]+$/.test(part))) return undefined;
  return (
    `${called}: must start with an UpperCamelCase segment, with subsequent segments separated by '/' ` +
    '(e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes'
  );
}

/** Upstream keeps them sorted. */
const validateFeatures = (path: string, features: readonly string[] = []): FieldError[] =>
  features.flatMap((feature, index) => {
    const at = `${path}[${index}]`;
    const before = features[index - 1];
    const problem = featureProblem(feature);
    return [
      ...(before === feature ? [duplicate(at, feature)] : []),
      ...(before !== undefined && before > feature ? [invalid(at, feature, 'list must be sorted alphabetically')] : []),
      ...(problem === undefined ? [] : [invalid(at, feature, problem)]),
    ];
  });

/** What the node's kubelet says of it. */
const validateStatus = (status: core.NodeStatus | undefined): FieldError[] => [
  ...validateAmounts('status.capacity', status?.capacity),
  ...validateAmounts('status.allocatable', status?.allocatable),
  ...validateFeatures('status.declaredFeatures', status?.declaredFeatures),
];

/** Of each family one at the most. */
function validateRanges(path: string, ranges: readonly string[] = []): FieldError[] {
  const errors = ranges.flatMap((range, index) => invalidBy(`${path}[${index}]`, range, checkCidr));
  if (ranges.length < 2) return errors;
  const pair = ranges.length === 2 && isDualStack(ranges);
  return [...errors, ...(pair ? [] : [invalid(path, ranges, 'may specify no more than one CIDR for each IP family')])];
}

function validateAddresses(addresses: core.NodeStatus['addresses'] = []): FieldError[] {
  const seen = new Set<string>();
  return addresses.flatMap((each, index) => {
    const key = `${each.type} ${each.address}`;
    const twice = seen.has(key);
    seen.add(key);
    return twice ? [duplicate(`status.addresses[${index}]`, internalNodeAddress(each))] : [];
  });
}

type Source = NonNullable<core.NodeSpec['configSource']>;
type OfConfigMap = NonNullable<Source['configMap']>;

const validateConfigMap = (path: string, configMap: OfConfigMap): FieldError[] =>
  (
    [
      ['namespace', checkDns1123Label],
      ['name', checkDns1123Subdomain],
      ['kubeletConfigKey', checkConfigKey],
    ] as const
  ).flatMap(([field, check]) => {
    const value = configMap[field];
    return value ? invalidBy(`${path}.${field}`, value, check) : [required(`${path}.${field}`)];
  });

function validateSource(path: string, source: Source, own: (at: string, configMap: OfConfigMap) => FieldError[]) {
  const { configMap } = source;
  if (!configMap) return [invalid(path, internalConfigSource, 'exactly one reference subfield must be non-nil')];
  const at = `${path}.configMap`;
  return [...own(at, configMap), ...validateConfigMap(at, configMap)];
}

/** Of a kubelet whose configuration came from the API, which no kubelet supports any more. */
function validateConfiguration({ spec, status }: Node): FieldError[] {
  const inSpec = (at: string, { uid, resourceVersion }: OfConfigMap): FieldError[] => [
    ...(uid ? [forbidden(`${at}.uid`, 'uid must not be set in spec')] : []),
    ...(resourceVersion ? [forbidden(`${at}.resourceVersion`, 'resourceVersion must not be set in spec')] : []),
  ];
  const inStatus = (at: string, { uid, resourceVersion }: OfConfigMap): FieldError[] => [
    ...(uid ? [] : [required(`${at}.uid`)]),
    ...(resourceVersion ? [] : [required(`${at}.resourceVersion`)]),
  ];
  return [
    ...(spec.configSource ? validateSource('spec.configSource', spec.configSource, inSpec) : []),
    ...(['assigned', 'active', 'lastKnownGood'] as const).flatMap((field) => {
      const source = status?.config?.[field];
      return source ? validateSource(`status.config.${field}`, source, inStatus) : [];
    }),
  ];
}

function validateUpdate(node: Node, { spec: before }: Node): FieldError[] {
  const { spec, status } = node;
  const ranges = before.podCIDRs?.length && !isEqual(before.podCIDRs, spec.podCIDRs);
  const fixed = (field: string, called: string) =>
    forbidden(field, `node updates may not change ${called} except from "" to valid`);
  return [
    ...validateAddresses(status?.addresses),
    ...(ranges ? [fixed('spec.podCIDRs', 'podCIDR')] : []),
    ...(before.providerID && before.providerID !== spec.providerID ? [fixed('spec.providerID', 'providerID')] : []),
    ...validateConfiguration(node),
    ...(spec.externalID === before.externalID ? [] : [forbidden('spec.externalID', 'may not be updated')]),
  ];
}

/** Upstream calls the taints a part of the metadata. */
export function validateNode(node: Node, old?: Node): FieldError[] {
  const { metadata, spec, status } = node;
  const kept = old !== undefined && isEqual(spec.podCIDRs, old.spec.podCIDRs);
  return [
    ...validateNodeAnnotations('metadata.annotations', metadata.annotations),
    ...validateTaints('metadata.taints', spec.taints),
    ...validateStatus(status),
    ...positive('metadata.nodeSwapStatus.capacity', status?.nodeInfo?.swap?.capacity),
    ...(kept ? [] : validateRanges('spec.podCIDRs', spec.podCIDRs)),
    ...(old ? validateUpdate(node, old) : []),
  ];
}
