/**
 * Validation of the spec of pods and of templates of pods.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidatePodSpec)
 */
import { duplicate, forbidden, invalid, invalidBy, invalidIfGiven, oneOf, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain, checkQualifiedName } from '../names.ts';
import { validateLabels } from '../selector-validation.ts';
import type { core } from '../types.ts';
import { type PodContext, validateContainer, validateHostPorts, validateInitContainer } from './container.ts';
import { validateFileVolumes } from './environment.ts';
import { validateEphemeralContainers } from './ephemeral.ts';
import { validatePodNetwork } from './pod-network.ts';
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

/** `names` is filled. */
const validateClaims = (path: string, claims: readonly Claim[], names: Set<string>): FieldError[] =>
  claims.flatMap((claim, index) => {
    const at = `${path}[${index}]`;
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
  ...invalidIfGiven(`${path}.priorityClassName`, spec.priorityClassName, checkDns1123Subdomain),
  ...(spec.runtimeClassName === undefined
    ? []
    : invalidBy(`${path}.runtimeClassName`, spec.runtimeClassName, checkDns1123Subdomain)),
];

/** They are added to a running pod, through a subresource. */
export const ephemeralContainersOf = (path: string, spec: core.PodSpec, why: string): FieldError[] =>
  spec.ephemeralContainers?.length ? [forbidden(`${path}.ephemeralContainers`, why)] : [];

/** `path` is `spec` or `spec.template.spec`; the name is the pod's, undefined of a template. */
export function validatePodSpec(path: string, spec: core.PodSpec, podName: string | undefined): FieldError[] {
  const volumes = new Map<string, core.Volume>();
  const claims = new Set<string>();
  const errors = validateVolumes(`${path}.volumes`, spec.volumes ?? [], podName, volumes);
  errors.push(...validateClaims(`${path}.resourceClaims`, spec.resourceClaims ?? [], claims));
  const pod: PodContext = {
    volumes,
    claims,
    restartPolicy: spec.restartPolicy,
    grace: spec.terminationGracePeriodSeconds,
    hostUsers: spec.hostUsers ?? true,
  };
  errors.push(
    ...validateContainers(path, spec, pod),
    ...validatePodResources(`${path}.resources`, spec),
    ...oneOf(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']),
    ...oneOf(`${path}.preemptionPolicy`, spec.preemptionPolicy, ['PreemptLowerPriority', 'Never']),
    ...validatePodNetwork(path, spec, podName === undefined),
    ...validateLabels(`${path}.nodeSelector`, spec.nodeSelector),
    ...validatePodSecurity(`${path}.securityContext`, spec),
    ...validateAffinity(`${path}.affinity`, spec.affinity),
    ...validateGates(path, spec),
    ...validateTopologySpread(`${path}.topologySpreadConstraints`, spec.topologySpreadConstraints),
    ...validateHostProcesses(path, spec),
    ...validateHostUsers(path, spec),
    ...validateNames(path, spec),
    ...validateTolerations(`${path}.tolerations`, spec.tolerations),
    ...validateOverhead(`${path}.overhead`, spec.overhead),
    ...validateOperatingSystem(path, spec),
    ...validateFileVolumes(path, spec),
  );
  return errors;
}
