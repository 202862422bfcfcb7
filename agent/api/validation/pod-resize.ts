/**
 * Validation of changes to what a running pod may use.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go (ValidatePodResize)
 */
import { forbidden, invalid } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { isSidecar, qosClass } from '../pods.ts';
import { isEnabled } from '../schema/feature-gates.ts';
import type { core, Pod } from '../types.ts';
import { validatePodAgain } from './pod.ts';
import { isMirror } from './pod-annotations.ts';
import { isSame } from './same.ts';

type Amounts = Readonly<Record<string, unknown>>;
type Requirements = core.ResourceRequirements;
type Containers = readonly core.Container[];

const amountsOf = (resources: Requirements | undefined, part: 'limits' | 'requests'): Amounts =>
  (resources?.[part] ?? {}) as Amounts;

const isRemoved = (now: Amounts, before: Amounts): boolean => Object.keys(before).some((name) => !(name in now));

function validateKept(path: string, now: Requirements | undefined, before: Requirements | undefined, of: string) {
  return (['requests', 'limits'] as const).flatMap((part) =>
    isRemoved(amountsOf(now, part), amountsOf(before, part))
      ? [forbidden(`${path}.${part}`, `${of} ${part} cannot be removed`)]
      : [],
  );
}

/** With the old cpu and memory; resize policies may change as well. */
function withOldAmounts(now: Requirements | undefined, before: Requirements | undefined): Requirements {
  const part = (name: 'limits' | 'requests') => {
    const { cpu: _cpu, memory: _memory, ...others } = amountsOf(now, name);
    const { cpu, memory } = amountsOf(before, name);
    return { ...others, ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
  };
  return { ...now, limits: part('limits'), requests: part('requests') } as Requirements;
}

const withOldResources = (container: core.Container, old: core.Container | undefined): core.Container => ({
  ...container,
  resources: withOldAmounts(container.resources, old?.resources),
});

const amountsOnly = 'only cpu and memory resources are mutable';

const mayResize = (container: core.Container): boolean =>
  isSidecar(container) || isEnabled('InPlacePodVerticalScalingInitContainers');

function validateAllKept(field: 'containers' | 'initContainers', now: Containers, before: Containers): FieldError[] {
  return now.flatMap((container, index) => {
    if (field === 'initContainers' && !mayResize(container)) return [];
    const path = `spec.${field}[${index}].resources`;
    return validateKept(path, container.resources, before[index]?.resources, 'resource');
  });
}

const validateContainers = (now: Containers, before: Containers): FieldError[] =>
  now.flatMap((container, index) =>
    isSame(withOldResources(container, before[index]), before[index]) ? [] : [forbidden('spec', amountsOnly)],
  );

function validateInitContainers(now: Containers, before: Containers): FieldError[] {
  return now.flatMap((container, index) => {
    const old = before[index];
    if (!mayResize(container)) {
      const detail = 'resources for non-sidecar init containers are immutable';
      return isSame(container, old) ? [] : [forbidden('spec', detail)];
    }
    if (isSame(withOldResources(container, old), old)) return [];
    const detail = 'only cpu and memory resources for init or sidecar containers are mutable';
    return [forbidden(`spec.initContainers[${index}]`, detail)];
  });
}

/** Their order is theirs too. */
function validateOrder(field: 'containers' | 'initContainers', now: Containers, before: Containers): FieldError[] {
  const at = `spec.${field}`;
  if (now.length !== before.length) return [forbidden(at, `${field} may not be added or removed on resize`)];
  return before.flatMap(({ name }, index) =>
    now[index]?.name === name
      ? []
      : [forbidden(`${at}[${index}].name`, `${field} may not be renamed or reordered on resize`)],
  );
}

const isSet = (resources: Requirements | undefined): boolean =>
  Object.keys({ ...amountsOf(resources, 'limits'), ...amountsOf(resources, 'requests') }).length > 0;

/** Of the pod as a whole. */
function validateWhole(now: Requirements | undefined, before: Requirements | undefined): FieldError[] {
  if (!isSet(now) && !isSet(before)) return [];
  if (before && !now) return [forbidden('spec.resources', 'pod-level resources cannot be removed')];
  const same = isSame({ resources: withOldAmounts(now, before) }, { resources: before });
  return [
    ...validateKept('spec.resources', now, before, 'pod-level resource'),
    ...(same ? [] : [forbidden('spec', `${amountsOnly} at pod-level`)]),
  ];
}

/** A kubelet that resizes tells what its containers have. */
function isSupported({ status }: Pod): boolean {
  const running = status?.containerStatuses?.find(({ state }) => state?.running);
  return !running || running.resources !== undefined;
}

export function validatePodResize(pod: Pod, old: Pod): FieldError[] {
  if (isMirror(old.metadata)) return [forbidden('[]', 'static pods cannot be resized')];
  if (old.spec.os?.name === 'windows') return [forbidden('[]', 'windows pods cannot be resized')];
  const errors = validatePodAgain(pod, old);
  const quality = pod.status?.qosClass ?? '';
  if ((old.status?.qosClass ?? qosClass(old)) !== qosClass(pod)) {
    errors.push(invalid('spec', quality, 'Pod QOS Class may not change as a result of resizing'));
  }
  if (!isSupported(old)) errors.push(forbidden('spec', 'Pod running on node without support for resize'));
  errors.push(...validateWhole(pod.spec.resources, old.spec.resources));
  const [init, oldInit] = [pod.spec.initContainers ?? [], old.spec.initContainers ?? []];
  const moved = [
    ...validateOrder('containers', pod.spec.containers, old.spec.containers),
    ...validateOrder('initContainers', init, oldInit),
  ];
  if (moved.length > 0) return [...errors, ...moved];
  return [
    ...errors,
    ...validateAllKept('initContainers', init, oldInit),
    ...validateAllKept('containers', pod.spec.containers, old.spec.containers),
    ...validateContainers(pod.spec.containers, old.spec.containers),
    ...validateInitContainers(init, oldInit),
  ];
}
