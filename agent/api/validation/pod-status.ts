/**
 * Validation of the status of pods.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidatePodStatusUpdate)
 */
import { checkIp, isDualStack } from '../addresses.ts';
import { duplicate, forbidden, immutable, invalid, invalidBy } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { checkDns1123Subdomain, checkQualifiedName } from '../names.ts';
import { mayRestartAll, restartsAfter } from '../restart-rules.ts';
import type { core, Pod } from '../types.ts';
import { byName } from './containers-of.ts';
import { validateAnnotationUpdates, validatePodAnnotations } from './pod-annotations.ts';
import { validateAllocated, validateExtendedClaim, validateNothingAllocated } from './pod-status-resources.ts';

const ofTheSystem = ['PodScheduled', 'Ready', 'Initialized'];
const negative = 'must be a non-negative integer';

const validateConditions = (path: string, conditions: readonly core.PodCondition[] = []): FieldError[] =>
  conditions.flatMap(({ type, observedGeneration: generation = 0 }, index) => [
    ...(generation < 0 ? [invalid(`${path}[${index}].observedGeneration`, generation, negative)] : []),
    ...(ofTheSystem.includes(type) ? [] : invalidBy(`${path}[${index}].Type`, type, checkQualifiedName)),
  ]);

type Statuses = readonly core.ContainerStatus[] | undefined;
type MayRestart = (name: string, exitCode: number) => boolean;

/** Who has ended stays so, unless it may run again. */
function validateTransitions(path: string, now: Statuses, before: Statuses, mayRun: MayRestart): FieldError[] {
  const statuses = byName(now);
  return (before ?? []).flatMap(({ name, state }, index) => {
    const ended = state?.terminated;
    const present = ended && statuses.get(name);
    if (!ended || !present || present.state?.terminated || mayRun(name, ended.exitCode)) return [];
    return [forbidden(`${path}[${index}].state`, 'may not be transitioned to non-terminated state')];
  });
}

/** Whoever may restart all containers of a pod lets those run again that are done. */
const validateRestarts = ({ status }: Pod, { spec, status: before }: Pod): FieldError[] => {
  const among = (containers: readonly core.Container[] = []): MayRestart => {
    const named = byName(containers);
    return (name, exitCode) => {
      const container = named.get(name);
      return container !== undefined && (mayRestartAll(spec) || restartsAfter(container, spec, exitCode));
    };
  };
  const check = (
    field: 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses',
    mayRun: MayRestart,
  ) => validateTransitions(`status.${field}`, status?.[field], before?.[field], mayRun);
  return [
    ...check('containerStatuses', among(spec.containers)),
    ...check('initContainerStatuses', among(spec.initContainers)),
    ...check('ephemeralContainerStatuses', () => false),
  ];
};

type Addresses = readonly { ip?: string }[];

/** Addresses that are stored may stay, whatever they are like. */
function validateAddresses(path: string, now: Addresses, before: Addresses): FieldError[] {
  const kept = new Set(before.map(({ ip }) => ip));
  const ips = now.map(({ ip }) => ip ?? '');
  const errors = ips.flatMap((ip, index) => (kept.has(ip) ? [] : invalidBy(`${path}[${index}]`, ip, checkIp)));
  if (ips.length < 2 || isDualStack(ips)) return errors;
  return [...errors, invalid(path, now, 'may specify no more than one IP for each IP family')];
}

function validateHostIps({ status }: Pod, { status: before }: Pod): FieldError[] {
  const ips = status?.hostIPs ?? [];
  const [first] = ips;
  if (!first) return [];
  const other = first.ip !== status?.hostIP;
  return [
    ...(other ? [invalid('status.hostIPs[0].ip', first.ip, 'must be equal to `hostIP`')] : []),
    ...validateAddresses('status.hostIPs', ips, before?.hostIPs ?? []),
  ];
}

const mostId = 2 ** 31 - 1;
const idRange = `must be between 0 and ${mostId}, inclusive`;
const validateId = (path: string, id: number): FieldError[] =>
  id >= 0 && id <= mostId ? [] : [invalid(path, id, idRange)];

const validateUsers = (path: string, statuses: Statuses, os: string): FieldError[] =>
  (statuses ?? []).flatMap(({ user }, index) => {
    const at = `${path}[${index}].user.linux`;
    const linux = user?.linux;
    if (!linux) return [];
    if (os === 'windows') return [forbidden(at, 'cannot be set for a windows pod')];
    return [
      ...validateId(`${at}.uid`, linux.uid),
      ...validateId(`${at}.gid`, linux.gid),
      ...(linux.supplementalGroups ?? []).flatMap((id, group) => validateId(`${at}.supplementalGroups[${group}]`, id)),
    ];
  });

function validateClaims({ spec, status }: Pod): FieldError[] {
  const seen = new Set<string>();
  const claims = new Set(spec.resourceClaims?.map(({ name }) => name));
  return (status?.resourceClaimStatuses ?? []).flatMap(({ name, resourceClaimName: claim }, index) => {
    const at = `status.resourceClaimStatuses[${index}]`;
    const known = claims.has(name);
    const twice = seen.has(name);
    seen.add(name);
    return [
      ...(known ? [] : [invalid(`${at}.name`, name, 'must match the name of an entry in `spec.resourceClaims`')]),
      ...(twice ? [duplicate(`${at}.name`, name)] : []),
      // Upstream names the claim's name, not the name of the ResourceClaim.
      ...(claim === undefined ? [] : invalidBy(`${at}.name`, claim, checkDns1123Subdomain)),
    ];
  });
}

function validateNomination({ status }: Pod, { spec, status: before }: Pod): FieldError[] {
  const field = 'status.nominatedNodeName';
  const name = status?.nominatedNodeName;
  if (!name || name === before?.nominatedNodeName) return [];
  const bound = 'may not be set on pods that are already bound to a node';
  return [...invalidBy(field, name, checkDns1123Subdomain), ...(spec.nodeName ? [forbidden(field, bound)] : [])];
}

export function validatePodStatus(pod: Pod, old: Pod): FieldError[] {
  const { metadata, spec, status } = pod;
  const os = spec.os?.name ?? 'linux';
  const generation = status?.observedGeneration ?? 0;
  const quality = status?.qosClass;
  return [
    ...validatePodAnnotations('metadata.annotations', metadata.annotations, spec),
    ...validateAnnotationUpdates(pod, old),
    ...validateConditions('status.conditions', status?.conditions),
    ...validateNomination(pod, old),
    ...(generation < 0 ? [invalid('status.observedGeneration', generation, negative)] : []),
    ...(quality === old.status?.qosClass ? [] : [invalid('status.qosClass', quality ?? '', immutable)]),
    ...validateRestarts(pod, old),
    ...validateClaims(pod),
    ...validateExtendedClaim('status.extendedResourceClaimStatus', status?.extendedResourceClaimStatus, spec),
    ...validateAddresses('status.podIPs', status?.podIPs ?? [], old.status?.podIPs ?? []),
    ...validateHostIps(pod, old),
    ...validateUsers('status.containerStatuses', status?.containerStatuses, os),
    ...validateUsers('status.initContainerStatuses', status?.initContainerStatuses, os),
    ...validateUsers('status.ephemeralContainerStatuses', status?.ephemeralContainerStatuses, os),
    ...validateAllocated('status.containerStatuses', status?.containerStatuses, spec.containers),
    ...validateAllocated('status.initContainerStatuses', status?.initContainerStatuses, spec.initContainers),
    ...validateNothingAllocated('status.ephemeralContainerStatuses', status?.ephemeralContainerStatuses),
  ];
}
