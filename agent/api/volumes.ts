/**
 * What tables and rules share about storage: access modes in short, and the class of a volume or a claim.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/v1/helper/helpers.go
 */
import type { PersistentVolume, PersistentVolumeClaim } from './types.ts';

/** Says the class of volumes and claims from before 1.6. */
export const betaStorageClassAnnotation = 'volume.beta.kubernetes.io/storage-class';

const shortModes: readonly (readonly [string, string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

/** `RWO,ROX`: each once, in upstream's order. */
export const shortAccessModes = (modes: readonly string[] = []): string =>
  shortModes.flatMap(([mode, short]) => (modes.includes(mode) ? [short] : [])).join(',');

/** '' where there is none. */
export const storageClassOf = ({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string =>
  metadata.annotations?.[betaStorageClassAnnotation] ?? spec.storageClassName ?? '';
