/**
 * The admission chain, in upstream's order. One file per step.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/kubeapiserver/options/plugins.go
 */
import type { Core, Write } from '../core.ts';
import { defaultTolerations } from './default-tolerations.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { priority } from './priority.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { serviceAllocation } from './service-allocation.ts';

/**
 * May modify `write.object`; throws `ApiError` to refuse. What it returns is called once the write has been stored or
 * has failed, to let go of what it reserved.
 */
export type AdmissionStep = (core: Core, write: Write) => (() => void) | undefined;

const steps: readonly AdmissionStep[] = [
  namespaceLifecycle,
  serviceAccount,
  defaultTolerations,
  priority,
  runtimeClass,
  serviceAllocation,
];

export function admit(core: Core, write: Write): () => void {
  const settles: (() => void)[] = [];
  const settle = () => {
    for (const each of settles.splice(0)) each();
  };
  try {
    for (const step of steps) {
      const release = step(core, write);
      if (release) settles.push(release);
    }
  } catch (error) {
    settle();
    throw error;
  }
  return settle;
}
