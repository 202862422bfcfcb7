/**
 * There are no runtime classes: who wants a pod in a sandbox of its own must not be given an ordinary one.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/plugin/pkg/admission/runtimeclass/admission.go
 */
import { forbidden } from '../errors.ts';
import type { AdmissionStep } from './admit.ts';
import { podOf } from './pods.ts';

export const runtimeClass: AdmissionStep = (_core, write) => {
  const pod = write.old ? undefined : podOf(write);
  const { runtimeClassName } = pod?.spec ?? {};
  if (!pod || !runtimeClassName) return undefined;
  throw forbidden(write.kind, pod.metadata.name, `pod rejected: RuntimeClass "${runtimeClassName}" not found`);
};
