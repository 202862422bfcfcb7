/** The volume types that this kubelet supports. A new type is one file and one line here. */
import type { core } from '../../../api/types.ts';
import { VolumeError } from '../volume-error.ts';
import { ephemeral, persistentVolumeClaim } from './claim.ts';
import { configMap } from './config-map.ts';
import { downwardAPI } from './downward-api.ts';
import { emptyDir } from './empty-dir.ts';
import { hostPath } from './host-path.ts';
import { image } from './image.ts';
import { projected } from './projected.ts';
import { secret } from './secret.ts';
import type { VolumeType } from './type.ts';

export const volumeTypes: readonly VolumeType[] = [
  emptyDir,
  hostPath,
  configMap,
  secret,
  downwardAPI,
  projected,
  persistentVolumeClaim,
  ephemeral,
  image,
];

/** A volume and its type. */
export interface TypedVolume {
  volume: core.Volume;
  type: VolumeType;
}

/**
 * Undefined for a source of an unsupported type. Like the API's defaulting, a volume without a source is an emptyDir.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/v1/defaults.go (SetDefaults_Volume)
 */
export function typedVolume(volume: core.Volume): TypedVolume | undefined {
  const { name: _, ...sources } = volume;
  const given: core.Volume = Object.values(sources).some((source) => source !== undefined)
    ? volume
    : { ...volume, emptyDir: {} };
  const type = volumeTypes.find(({ name }) => given[name] !== undefined);
  return type && { volume: given, type };
}

/**
 * Upstream's message for an unsupported volume, followed by a supported alternative.
 * Source: pkg/kubelet/volumemanager (WaitForAttachAndMount, AddPodToVolume)
 */
export function noPlugin(volume: core.Volume): VolumeError {
  const { name, ...sources } = volume;
  const known = volumeTypes.map((type) => type.name).join(', ');
  return new VolumeError(
    `Unable to attach or mount volumes: unmounted volumes=[${name}], unattached volumes=[], failed to process ` +
      `volumes=[${name}]: failed to get Plugin from volumeSpec for volume "${name}" err=no volume plugin matched: ` +
      `volumes of type ${Object.keys(sources).join(', ')} are not supported: use ${known}`,
  );
}
