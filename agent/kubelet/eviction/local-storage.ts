/**
 * The limits of what a pod may keep on the node's disk. Pure.
 * https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#local-ephemeral-storage
 */
import { podAmounts } from '../../api/pods.ts';
import { quantityValue } from '../../api/quantity.ts';
import type { core, Pod } from '../../api/types.ts';
import { containerStorageMessage, emptyDirMessage, podStorageMessage } from './messages.ts';

const storage = 'ephemeral-storage';

/** Bytes. */
export interface StorageUsage {
  /** By volume; those on the disk. */
  emptyDirs: ReadonlyMap<string, number>;
  /** What each container wrote into its own file system, by name. */
  containers: ReadonlyMap<string, number>;
}

const isOnDisk = ({ emptyDir }: core.Volume): boolean => emptyDir !== undefined && !emptyDir.medium;

const limitOf = ({ resources }: core.Container): core.Quantity | undefined => resources?.limits?.[storage];

/** Whether it has to be measured: most pods have no such limits. */
export const hasStorageLimits = ({ spec }: Pod): boolean =>
  spec.containers.some((container) => limitOf(container) !== undefined) ||
  (spec.volumes ?? []).some((volume) => isOnDisk(volume) && volume.emptyDir?.sizeLimit !== undefined);

const sum = (amounts: Iterable<number>): number => [...amounts].reduce((total, amount) => total + amount, 0);

/** Why the pod is evicted; undefined if it keeps to its limits. */
export function storageViolation(pod: Pod, { emptyDirs, containers }: StorageUsage): string | undefined {
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const limit = emptyDir?.sizeLimit;
    if (limit !== undefined && quantityValue(limit) > 0 && (emptyDirs.get(name) ?? 0) > quantityValue(limit)) {
      return emptyDirMessage(name, limit);
    }
  }
  const whole = podAmounts(pod, 'limits')[storage];
  if (whole !== undefined && sum([...emptyDirs.values(), ...containers.values()]) > quantityValue(whole)) {
    return podStorageMessage(whole);
  }
  for (const container of pod.spec.containers) {
    const limit = limitOf(container);
    if (limit !== undefined && (containers.get(container.name) ?? 0) > quantityValue(limit)) {
      return containerStorageMessage(container.name, limit);
    }
  }
  return undefined;
}
