/**
 * There are no runtime classes: who wants a pod in a sandbox of its own must not be given an ordinary one.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/admission/runtimeclass/admission.go
 */
import { forbidden } from '../errors.ts';
import { podOf } from './pods.ts';
import type { AdmissionStep } from './step.ts';

export const runtimeClass: AdmissionStep = {
  name: 'RuntimeClass',
  operations: ['create'],
  resources: ['pods'],
  check: (attributes) => {
    const pod = podOf(attributes);
    const { runtimeClassName } = pod?.spec ?? {};
    if (!pod || !runtimeClassName) return;
    throw forbidden(attributes.kind, pod.metadata.name, `pod rejected: RuntimeClass "${runtimeClassName}" not found`);
  },
};
