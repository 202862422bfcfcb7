/**
 * Pods get the priority of their class.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/admission/priority/admission.go
 */
import { own } from '../../api/own.ts';
import { priorityClasses, systemPriorityClasses } from '../../api/scheduling/priority-class.ts';
import type { AnyObject, Pod, PriorityClass } from '../../api/types.ts';
import { forbidden } from '../errors.ts';
import type { Attributes } from './attributes.ts';
import { oldPodOf, podOf } from './pods.ts';
import type { AdmissionStep, Cluster } from './step.ts';

const isClass = (object: AnyObject): object is AnyObject & PriorityClass => object.kind === priorityClasses.kind;

/** The lowest, where writers at the same time have made several. */
function defaultClass({ state }: Cluster): PriorityClass | undefined {
  const defaults = state
    .of(priorityClasses)
    .objects.list('')
    .map(({ object }) => object)
    .filter(isClass)
    .filter(({ globalDefault }) => globalDefault);
  return defaults.sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}

function classOf(attributes: Attributes, cluster: Cluster, { metadata, spec }: Pod): PriorityClass | undefined {
  const { priorityClassName } = spec;
  if (!priorityClassName) return defaultClass(cluster);
  const found = cluster.storage.find(priorityClasses, '', priorityClassName)?.object;
  if (found && isClass(found)) return found;
  throw forbidden(attributes.kind, metadata.name, `no PriorityClass with name ${priorityClassName} was found`);
}

function prioritize(attributes: Attributes, cluster: Cluster, pod: Pod): void {
  const { spec } = pod;
  const found = classOf(attributes, cluster, pod);
  const refusal = (given: string, computed: unknown) =>
    forbidden(
      attributes.kind,
      pod.metadata.name,
      `${given} must not be provided in pod spec; priority admission controller computed ${computed} from the given PriorityClass name`,
    );
  const value = found?.value ?? 0;
  const policy = found ? found.preemptionPolicy : 'PreemptLowerPriority';
  if (found) spec.priorityClassName = found.metadata.name;
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refusal(`the integer value of priority (${spec.priority})`, value);
  }
  spec.priority = value;
  if (policy === undefined) return;
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refusal(`the string value of PreemptionPolicy (${spec.preemptionPolicy})`, policy);
  }
  spec.preemptionPolicy = policy;
}

/** A client that sends no priority leaves the one that the pod has. */
function keepPriority(pod: Pod, old: Pod | undefined): void {
  for (const field of ['priority', 'preemptionPolicy'] as const) {
    const before = old?.spec[field];
    if (before !== undefined && pod.spec[field] === undefined) Object.assign(pod.spec, { [field]: before });
  }
}

export const priority: AdmissionStep = {
  name: 'Priority',
  operations: ['create', 'update'],
  resources: ['pods'],
  mutate: (attributes, cluster) => {
    const pod = podOf(attributes);
    if (!pod) return;
    if (attributes.operation === 'create') prioritize(attributes, cluster, pod);
    else keepPriority(pod, oldPodOf(attributes));
  },
};

/** Pods without a class have one default, so no second class may become it. */
export const oneDefaultPriority: AdmissionStep = {
  name: 'Priority',
  operations: ['create', 'update'],
  resources: ['priorityclasses.scheduling.k8s.io'],
  validate: ({ operation, kind, name, object }, cluster) => {
    if (!object || !isClass(object) || !object.globalDefault) return;
    const present = defaultClass(cluster)?.metadata.name;
    if (present === undefined || (operation === 'update' && present === name)) return;
    throw forbidden(kind, name, `PriorityClass ${present} is already marked as default. Only one default can exist`);
  },
};

/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/scheduling/priorityclass/storage/storage.go
 * (Delete)
 */
export const lastingPriorityClasses: AdmissionStep = {
  name: 'SystemPriorityClasses',
  operations: ['delete'],
  resources: ['priorityclasses.scheduling.k8s.io'],
  check: ({ kind, name }) => {
    if (!own(systemPriorityClasses, name)) return;
    throw forbidden(kind, name, 'this is a system priority class and cannot be deleted');
  },
};
