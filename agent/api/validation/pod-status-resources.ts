/**
 * What the status of a pod says of the resources that its containers were given.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (validateContainerStatusAllocatedResourcesStatus, validatePodExtendedResourceClaimStatus)
 */
import { duplicate, forbidden, invalid, invalidBy, notSupported, required, requiredBy } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Label, checkDns1123Subdomain } from '../names.ts';
import { own } from '../own.ts';
import type { core } from '../types.ts';
import { byName } from './containers-of.ts';

type Statuses = readonly core.ContainerStatus[];
type Allocated = NonNullable<core.ContainerStatus['allocatedResourcesStatus']>[number];

const claimPrefix = 'claim:';
const noClaim =
  "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' " +
  'if request is empty';
const noRequest = "must match one of the container's resource requests";

const asks = ({ resources }: core.Container, name: string): boolean =>
  name.startsWith(claimPrefix)
    ? resources?.claims?.some(
        (claim) => name === `${claimPrefix}${claim.name}${claim.request ? `/${claim.request}` : ''}`,
      ) === true
    : own(resources?.requests ?? {}, name) !== undefined;

const healths = ['Healthy', 'Unhealthy', 'Unknown'];

function validateHealth(path: string, { resources = [] }: Allocated): FieldError[] {
  const seen = new Set<string>();
  return resources.flatMap(({ health = '', resourceID: id }, index) => {
    const at = `${path}[${index}]`;
    const twice = seen.has(id);
    seen.add(id);
    return [
      ...(healths.includes(health) ? [] : [notSupported(`${at}.health`, health, healths)]),
      ...(twice ? [duplicate(`${at}.resourceID`, id)] : []),
    ];
  });
}

/** Statuses of containers that the pod does not have are not this rule's business. `path` is that of the statuses. */
export function validateAllocated(
  path: string,
  statuses: Statuses = [],
  containers: readonly core.Container[] = [],
): FieldError[] {
  const named = byName(containers);
  return statuses.flatMap(({ name, allocatedResourcesStatus = [] }, status) => {
    const container = named.get(name);
    return allocatedResourcesStatus.flatMap((allocated, index) => {
      const at = `${path}[${status}].allocatedResourcesStatus[${index}]`;
      const problem = allocated.name.startsWith(claimPrefix) ? noClaim : noRequest;
      return [
        ...(!container || asks(container, allocated.name) ? [] : [invalid(`${at}.name`, allocated.name, problem)]),
        ...validateHealth(`${at}.resources`, allocated),
      ];
    });
  });
}

/** Ephemeral containers are given none. */
export const validateNothingAllocated = (path: string, statuses: Statuses = []): FieldError[] =>
  statuses.flatMap(({ allocatedResourcesStatus: allocated }, index) =>
    allocated?.length
      ? [forbidden(`${path}[${index}].allocatedResourcesStatus`, 'must not be specified in container status')]
      : [],
  );

type ExtendedClaim = NonNullable<core.PodStatus['extendedResourceClaimStatus']>;
type Mapping = ExtendedClaim['requestMappings'][number];

const places = 'spec.initContainers.resources.requests or spec.containers.resources.requests';
const noResource = `must match the extended resource name of an entry in ${places}`;
const noContainer = 'must match the name of an entry in spec.initContainers.name or spec.containers.name';

function validateMapping(at: string, { containerName, resourceName }: Mapping, spec: core.PodSpec): FieldError[] {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const container = containers.find(({ name }) => name === containerName);
  if (!container) return [invalid(`${at}.containerName`, containerName, noContainer)];
  if (own(container.resources?.requests ?? {}, resourceName) !== undefined) return [];
  return [invalid(`${at}.resourceName`, resourceName, noResource)];
}

function validateMappings(path: string, mappings: readonly Mapping[], spec: core.PodSpec): FieldError[] {
  const field = `${path}.requestMappings`;
  if (mappings.length === 0) return [required(field, 'at least one request mapping is required')];
  const seen = new Set<string>();
  return mappings.flatMap((mapping, index) => {
    const at = `${field}[${index}]`;
    const { containerName, resourceName, requestName } = mapping;
    const key = `${containerName}/${resourceName}`;
    const twice = seen.has(key);
    seen.add(key);
    return [
      ...validateMapping(at, mapping, spec),
      // Upstream leaves the mapping out of this path.
      ...invalidBy(`${path}.requestName`, requestName, checkDns1123Label),
      ...(twice
        ? [duplicate(`${at}.containerName`, containerName), duplicate(`${at}.resourceName`, resourceName)]
        : []),
    ];
  });
}

/** Of a claim that the scheduler made for extended resources. */
export function validateExtendedClaim(
  path: string,
  claim: ExtendedClaim | undefined,
  spec: core.PodSpec,
): FieldError[] {
  if (!claim) return [];
  return [
    ...validateMappings(path, claim.requestMappings ?? [], spec),
    ...requiredBy(`${path}.resourceClaimName`, claim.resourceClaimName, checkDns1123Subdomain),
  ];
}
