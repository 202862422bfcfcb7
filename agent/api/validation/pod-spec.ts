/**
 * Validation of the spec of pods and of templates of pods.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidatePodSpec)
 */
import { duplicate, forbidden, invalid, invalidBy, invalidIfGiven, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain, checkQualifiedName } from '../names.ts';
import { validateLabels } from '../selector-validation.ts';
import type { core, meta } from '../types.ts';
import { type PodContext, validateContainer, validateHostPorts, validateInitContainer } from './container.ts';
import { validateFileVolumes } from './environment.ts';
import { validateEphemeralContainers } from './ephemeral.ts';
import { isMirror } from './pod-annotations.ts';
import {
  validateDnsConfig,
  validateDnsPolicy,
  validateHostAliases,
  validateHostNetwork,
  validateHostname,
} from './pod-network.ts';
import { validateOverhead, validatePodResources } from './resources.ts';
import { validateAffinity } from './scheduling.ts';
import { validateHostUsers, validatePodSecurity } from './security.ts';
import { validateTolerations } from './tolerations.ts';
import { validateTopologySpread } from './topology-spread.ts';
import { validateVolumes } from './volume.ts';
import { validateHostProcesses, validateOperatingSystem } from './windows.ts';

function validateContainers(path: string, spec: core.PodSpec, pod: PodContext): FieldError[] {
  const { containers = [], initContainers = [] } = spec;
  if (containers.length === 0) return [required(`${path}.containers`)];
  const ports = new Set<string>();
  const names = new Set<string>();
  return [
    ...containers.flatMap((container, index) => {
      const at = `${path}.containers[${index}]`;
      return validateContainer(at, container, pod, names);
    }),
    ...containers.flatMap((each, index) => validateHostPorts(`${path}.containers[${index}]`, each, ports)),
    ...initContainers.flatMap((container, index) => {
      const at = `${path}.initContainers[${index}]`;
      return validateInitContainer(at, container, pod, names);
    }),
    ...validateEphemeralContainers(`${path}.ephemeralContainers`, spec, pod),
  ];
}

type Claim = NonNullable<core.PodSpec['resourceClaims']>[number];

function validateClaimSource(path: string, claim: Claim): FieldError[] {
  const { resourceClaimName: name, resourceClaimTemplateName: template } = claim;
  const most = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
  const least = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`';
  const named = (field: string, text: string | undefined) =>
    text === undefined ? [] : invalidBy(`${path}.${field}`, text, checkDns1123Subdomain);
  return [
    ...(name !== undefined && template !== undefined ? [invalid(path, claim, most)] : []),
    ...(name === undefined && template === undefined ? [invalid(path, claim, least)] : []),
    ...named('resourceClaimName', name),
    ...named('resourceClaimTemplateName', template),
  ];
}

export type PodMetadata = Pick<meta.ObjectMeta, 'name' | 'annotations'>;

/** `names` is filled. Upstream gives no path where the whole pod may have no claims. */
const validateClaims = (
  path: string,
  claims: readonly Claim[],
  metadata: PodMetadata | undefined,
  names: Set<string>,
): FieldError[] =>
  claims.flatMap((claim, index) => {
    const at = `${path}[${index}]`;
    if (metadata && isMirror(metadata)) return [forbidden('[]', 'static pods do not support resource claims')];
    const { name } = claim;
    const twice = names.has(name);
    if (name) names.add(name);
    const problems = !name
      ? [required(`${at}.name`)]
      : twice
        ? [duplicate(`${at}.name`, name)]
        : invalidBy(`${at}.name`, name, checkDns1123Label);
    return [...problems, ...validateClaimSource(at, claim)];
  });

function validateGates(path: string, { readinessGates = [], schedulingGates = [] }: core.PodSpec): FieldError[] {
  if (readinessGates.length + schedulingGates.length === 0) return [];
  const seen = new Set<string>();
  return [
    ...readinessGates.flatMap(({ conditionType }, index) =>
      invalidBy(`${path}.readinessGates[${index}].conditionType`, conditionType, checkQualifiedName),
    ),
    ...schedulingGates.flatMap(({ name }, index) => {
      const at = `${path}.schedulingGates[${index}]`;
      const twice = seen.has(name);
      seen.add(name);
      return [...invalidBy(at, name, checkQualifiedName), ...(twice ? [duplicate(at, name)] : [])];
    }),
  ];
}

const latestDeadline = 2 ** 31 - 1;

function validateDeadline(path: string, seconds: number | undefined): FieldError[] {
  if (seconds === undefined || (seconds >= 1 && seconds <= latestDeadline)) return [];
  return [invalid(path, seconds, `must be between 1 and ${latestDeadline}, inclusive`)];
}

const validateNames = (path: string, spec: core.PodSpec): FieldError[] => [
  ...invalidIfGiven(`${path}.serviceAccountName`, spec.serviceAccountName, checkDns1123Subdomain),
  ...invalidIfGiven(`${path}.nodeName`, spec.nodeName, checkDns1123Subdomain),
  ...validateDeadline(`${path}.activeDeadlineSeconds`, spec.activeDeadlineSeconds),
  ...invalidIfGiven(`${path}.hostname`, spec.hostname, checkDns1123Label),
  ...invalidIfGiven(`${path}.subdomain`, spec.subdomain, checkDns1123Label),
];

const validateClasses = (path: string, spec: core.PodSpec): FieldError[] => [
  ...invalidIfGiven(`${path}.priorityClassName`, spec.priorityClassName, checkDns1123Subdomain),
  ...(spec.runtimeClassName === undefined
    ? []
    : invalidBy(`${path}.runtimeClassName`, spec.runtimeClassName, checkDns1123Subdomain)),
  ...oneOf(`${path}.preemptionPolicy`, spec.preemptionPolicy, ['PreemptLowerPriority', 'Never']),
];

/** They are added to a running pod, through a subresource. */
export const ephemeralContainersOf = (path: string, spec: core.PodSpec, why: string): FieldError[] =>
  spec.ephemeralContainers?.length ? [forbidden(`${path}.ephemeralContainers`, why)] : [];

/**
 * The parts of a pod's spec, beside its volumes and containers, in the order in which upstream reports their errors.
 */
const parts: readonly ((path: string, spec: core.PodSpec, isTemplate: boolean) => FieldError[])[] = [
  (path, spec) => validatePodResources(`${path}.resources`, spec),
  validateHostNetwork,
  (path, { restartPolicy }) => oneOf(`${path}.restartPolicy`, restartPolicy, ['Always', 'OnFailure', 'Never']),
  (path, { dnsPolicy }) => validateDnsPolicy(`${path}.dnsPolicy`, dnsPolicy),
  (path, { nodeSelector }) => validateLabels(`${path}.nodeSelector`, nodeSelector),
  (path, spec) => validatePodSecurity(`${path}.securityContext`, spec),
  (path, { affinity }) => validateAffinity(`${path}.affinity`, affinity),
  (path, spec) => validateDnsConfig(`${path}.dnsConfig`, spec),
  validateGates,
  (path, spec) => validateTopologySpread(`${path}.topologySpreadConstraints`, spec.topologySpreadConstraints),
  validateHostProcesses,
  validateHostUsers,
  (path, spec) => validateHostname(`${path}.hostnameOverride`, spec),
  validateNames,
  (path, { tolerations }) => validateTolerations(`${path}.tolerations`, tolerations),
  (path, { hostAliases }) => validateHostAliases(`${path}.hostAliases`, hostAliases),
  validateClasses,
  (path, { overhead }) => validateOverhead(`${path}.overhead`, overhead),
  validateOperatingSystem,
  validateFileVolumes,
];

/** `path` is `spec` or `spec.template.spec`; the metadata is the pod's, undefined of a template. */
export function validatePodSpec(path: string, spec: core.PodSpec, metadata: PodMetadata | undefined): FieldError[] {
  const volumes = new Map<string, core.Volume>();
  const claims = new Set<string>();
  const errors = validateVolumes(`${path}.volumes`, spec.volumes ?? [], metadata?.name, volumes);
  errors.push(...validateClaims(`${path}.resourceClaims`, spec.resourceClaims ?? [], metadata, claims));
  const pod: PodContext = {
    volumes,
    claims,
    restartPolicy: spec.restartPolicy,
    grace: spec.terminationGracePeriodSeconds,
    hostUsers: spec.hostUsers ?? true,
  };
  errors.push(...validateContainers(path, spec, pod));
  for (const validatePart of parts) errors.push(...validatePart(path, spec, metadata === undefined));
  return errors;
}
