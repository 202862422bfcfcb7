/**
 * Without priority classes of the user's own there are the two of the system.
 * https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/admission/priority/admission.go
 */
import { forbidden } from '../errors.ts';
import type { AdmissionStep } from './admit.ts';
import { podOf } from './pods.ts';

const systemClasses: Record<string, number> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

export const priority: AdmissionStep = (_core, write) => {
  const pod = write.old ? undefined : podOf(write);
  if (!pod) return undefined;
  const { priorityClassName } = pod.spec;
  const value = priorityClassName ? systemClasses[priorityClassName] : 0;
  if (value === undefined) {
    throw forbidden(write.kind, pod.metadata.name, `no PriorityClass with name ${priorityClassName} was found`);
  }
  if (pod.spec.priority !== undefined && pod.spec.priority !== value) {
    throw forbidden(
      write.kind,
      pod.metadata.name,
      `the integer value of priority (${pod.spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  pod.spec.priority = value;
  pod.spec.preemptionPolicy ??= 'PreemptLowerPriority';
  return undefined;
};
