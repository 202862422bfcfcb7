/**
 * Without priority classes of the user's own there are the two of the system.
 * https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/admission/priority/admission.go
 */
import type { Kind } from '../../api/kind.ts';
import { own } from '../../api/own.ts';
import type { Pod } from '../../api/types.ts';
import { forbidden } from '../errors.ts';
import { podOf } from './pods.ts';
import type { AdmissionStep } from './step.ts';

const systemClasses: Record<string, number> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

function prioritize(kind: Kind, pod: Pod): void {
  const { priorityClassName } = pod.spec;
  const value = priorityClassName ? own(systemClasses, priorityClassName) : 0;
  if (value === undefined) {
    throw forbidden(kind, pod.metadata.name, `no PriorityClass with name ${priorityClassName} was found`);
  }
  if (pod.spec.priority !== undefined && pod.spec.priority !== value) {
    throw forbidden(
      kind,
      pod.metadata.name,
      `the integer value of priority (${pod.spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  pod.spec.priority = value;
  pod.spec.preemptionPolicy ??= 'PreemptLowerPriority';
}

export const priority: AdmissionStep = {
  name: 'Priority',
  operations: ['create'],
  resources: ['pods'],
  mutate: (attributes) => {
    const pod = podOf(attributes);
    if (pod) prioritize(attributes.kind, pod);
  },
};
