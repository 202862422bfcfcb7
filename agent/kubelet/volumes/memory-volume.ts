/** An `emptyDir` in memory, as the runtime is asked for it. */
import { quantityValue } from '../../api/quantity.ts';
import type { core, Pod } from '../../api/types.ts';
import type { Mount } from '../runtime/runtime.ts';

export const inMemory = (volume: core.Volume): boolean => volume.emptyDir?.medium === 'Memory';

export function memoryMount(pod: Pod, { name, emptyDir }: core.Volume, target: string, readOnly: boolean): Mount {
  const limit = emptyDir?.sizeLimit;
  const group = pod.spec.securityContext?.fsGroup;
  return {
    source: `skiff-${pod.metadata.uid}-${name}`,
    target,
    readOnly,
    tmpfs: { ...(limit ? { size: quantityValue(limit) } : {}), ...(group === undefined ? {} : { group }) },
  };
}

/** The engine forgets memory that nobody has mounted, and a pod's outlives its containers: so the sandbox holds it. */
export const sandboxMounts = (pod: Pod): Mount[] =>
  (pod.spec.volumes ?? []).filter(inMemory).map((volume) => memoryMount(pod, volume, `/volumes/${volume.name}`, false));
