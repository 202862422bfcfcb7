/**
 * The secrets and config maps that a pod names, wherever it can.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/api/pod/util.go (VisitPodSecretNames,
 * VisitPodConfigmapNames)
 */
import type { core, Pod } from '../types.ts';

type Named = { name?: string } | undefined;
type Volume = core.Volume;

const namesOf = (references: readonly Named[]): string[] =>
  references.flatMap((each) => (each?.name ? [each.name] : []));

const containersOf = ({ spec }: Pod): Pick<core.Container, 'env' | 'envFrom'>[] => [
  ...(spec.initContainers ?? []),
  ...(spec.containers ?? []),
  ...(spec.ephemeralContainers ?? []),
];

const projected = ({ projected: volume }: Volume) => volume?.sources ?? [];

const volumeSecrets = (volume: Volume): Named[] =>
  [
    { name: volume.secret?.secretName },
    { name: volume.azureFile?.secretName },
    ...projected(volume).map(({ secret }) => secret),
    volume.cephfs?.secretRef,
    volume.flexVolume?.secretRef,
    volume.rbd?.secretRef,
    volume.scaleIO?.secretRef,
    volume.iscsi?.secretRef,
    volume.storageos?.secretRef,
    volume.csi?.nodePublishSecretRef,
  ] as Named[];

export function secretsOf(pod: Pod): string[] {
  const containers = containersOf(pod);
  return namesOf([
    ...(pod.spec.imagePullSecrets ?? []),
    ...containers.flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom?.secretKeyRef)),
    ...containers.flatMap(({ envFrom = [] }) => envFrom.map(({ secretRef }) => secretRef)),
    ...(pod.spec.volumes ?? []).flatMap(volumeSecrets),
  ]);
}

export function configMapsOf(pod: Pod): string[] {
  const containers = containersOf(pod);
  return namesOf([
    ...containers.flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom?.configMapKeyRef)),
    ...containers.flatMap(({ envFrom = [] }) => envFrom.map(({ configMapRef }) => configMapRef)),
    ...(pod.spec.volumes ?? []).flatMap((volume) => [
      volume.configMap,
      ...projected(volume).map(({ configMap }) => configMap),
    ]),
  ]);
}
