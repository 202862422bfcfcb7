/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/quota/v1/evaluator/core/pods.go */
import { own, setOwn } from '../own.ts';
import { isPodTerminal, podAmounts, qosClass, type Resources } from '../pods.ts';
import type { core, Pod } from '../types.ts';
import { type Amounts, add } from './amounts.ts';
import { countOf, type Evaluator, matchesScope, type ScopeRequirement } from './evaluator.ts';

const counted = countOf('pods');
const hugePages = 'hugepages-';
const computed = ['cpu', 'memory', 'ephemeral-storage'] as const;
const resources = new Set([
  counted,
  'pods',
  ...computed.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
]);

const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
const isExtended = (name: string): boolean => !isNative(name) && !name.startsWith('requests.');

/** What amounts of a pod, or of one container, are called in a quota. */
function usageOf(requests: Resources, limits: Resources): Amounts {
  const usage: Record<string, string> = { pods: '1' };
  for (const name of computed) {
    const [request, limit] = [own(requests, name), own(limits, name)];
    if (request !== undefined) {
      usage[name] = request;
      usage[`requests.${name}`] = request;
    }
    if (limit !== undefined) usage[`limits.${name}`] = limit;
  }
  for (const [name, request] of Object.entries(requests)) {
    if (name.startsWith(hugePages)) usage[name] = request;
    if (name.startsWith(hugePages) || isExtended(name)) setOwn(usage, `requests.${name}`, request);
  }
  return usage;
}

/** Once it has run to its end, or its grace is over, only the object is left. */
function isOver(pod: Pod, now: number): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds: grace } = pod.metadata;
  if (isPodTerminal(pod)) return true;
  if (deletionTimestamp === undefined || grace === undefined) return false;
  return now > Date.parse(deletionTimestamp) + Number(grace) * 1000;
}

const isCrossing = ({ namespaces = [], namespaceSelector }: core.PodAffinityTerm): boolean =>
  namespaces.length > 0 || namespaceSelector !== undefined;

function usesOtherNamespaces({ spec: { affinity } }: Pod): boolean {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some(
    (each) =>
      each?.requiredDuringSchedulingIgnoredDuringExecution?.some(isCrossing) ||
      each?.preferredDuringSchedulingIgnoredDuringExecution?.some(({ podAffinityTerm }) => isCrossing(podAffinityTerm)),
  );
}

const hasDeadline = ({ spec: { activeDeadlineSeconds } }: Pod): boolean =>
  activeDeadlineSeconds !== undefined && Number(activeDeadlineSeconds) >= 0;

const isBestEffort = (pod: Pod): boolean => qosClass(pod) === 'BestEffort';

const scopes: Readonly<Record<string, (pod: Pod, requirement: ScopeRequirement) => boolean>> = {
  Terminating: hasDeadline,
  NotTerminating: (pod) => !hasDeadline(pod),
  BestEffort: isBestEffort,
  NotBestEffort: (pod) => !isBestEffort(pod),
  PriorityClass: ({ spec: { priorityClassName } }, requirement) =>
    matchesScope(requirement, priorityClassName ? [priorityClassName] : []),
  CrossNamespacePodAffinity: usesOtherNamespaces,
};

/** What a quota on it makes every container say; upstream regrets it, and adds no more. */
const demanded = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

const amountsIn = ({ resources: asked }: core.Container, part: 'requests' | 'limits') =>
  (asked?.[part] ?? {}) as Resources;

/** A pod may have thousands of containers; upstream names them all. */
const mostNamed = 200;

function missing(required: readonly string[], { spec }: Pod): string {
  const names = required.filter((name) => demanded.has(name)).sort();
  if (names.length === 0) return '';
  const containers = [...spec.containers, ...(spec.initContainers ?? [])].map((container) => ({
    name: container.name,
    usage: usageOf(amountsIn(container, 'requests'), amountsIn(container, 'limits')),
  }));
  const complaints = names.flatMap((name) => {
    const without = containers.filter(({ usage }) => own(usage, name) === undefined).map((each) => each.name);
    return without.length > 0 ? [`${name} for: ${[...new Set(without)].sort().slice(0, mostNamed).join(',')}`] : [];
  });
  return complaints.length > 0 ? `must specify ${complaints.join('; ')}` : '';
}

export const podEvaluator: Evaluator<Pod> = {
  counts: (resource) =>
    resources.has(resource) ||
    resource.startsWith(hugePages) ||
    resource.startsWith(`requests.${hugePages}`) ||
    (resource.startsWith('requests.') && !isNative(resource)),
  usage: (pod, now) => {
    const object: Amounts = { [counted]: '1' };
    if (isOver(pod, now)) return object;
    return add(object, usageOf(podAmounts(pod, 'requests'), podAmounts(pod, 'limits')));
  },
  isInScope: (requirement, pod) => own(scopes, requirement.scopeName)?.(pod, requirement) ?? false,
  missing,
  chargesUpdate: (subresource) => subresource === 'resize',
};
