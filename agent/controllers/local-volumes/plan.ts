/** Decides where a local volume is made, and what it looks like. Pure. */
import { isConditionTrue } from '../../api/conditions.ts';
import { requestedStorage, storageAnnotation } from '../../api/storage/binding.ts';
import { localProvisioner, localVolumesFolder } from '../../api/storage/local-class.ts';
import { allowsTopology } from '../../api/storage/topology.ts';
import type { Draft, Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types.ts';

const hostnameLabel = 'kubernetes.io/hostname';

/**
 * Keeps a deleted volume until its folder is gone.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#persistentvolume-deletion-protection-finalizer
 */
export const folderFinalizer = 'external-provisioner.volume.kubernetes.io/finalizer';

export const isLocal = ({ metadata }: PersistentVolume): boolean =>
  metadata.annotations?.[storageAnnotation.provisionedBy] === localProvisioner;

const hostnameOf = ({ metadata }: Node): string => metadata.labels?.[hostnameLabel] ?? metadata.name;

/** The value of the hostname label to which the volume is tied. */
export const hostOfVolume = ({ spec }: PersistentVolume): string | undefined =>
  spec.nodeAffinity?.required?.nodeSelectorTerms
    .flatMap(({ matchExpressions = [] }) => matchExpressions)
    .find(({ key }) => key === hostnameLabel)?.values?.[0];

/** The node of a volume; undefined if it is no longer in the cluster. */
export const nodeOfVolume = (volume: PersistentVolume, nodes: readonly Node[]): Node | undefined =>
  nodes.find((node) => hostnameOf(node) === hostOfVolume(volume));

const isOpen = ({ spec, status }: Node): boolean =>
  isConditionTrue(status?.conditions, 'Ready') &&
  !spec.unschedulable &&
  !(spec.taints ?? []).some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');

/** For a claim that does not wait for a pod: the open node with the fewest local volumes, then the first by name. */
export function chooseNode(
  { allowedTopologies }: StorageClass,
  nodes: readonly Node[],
  volumes: readonly PersistentVolume[],
): Node | undefined {
  const counts = new Map<string | undefined, number>();
  for (const volume of volumes.filter(isLocal)) {
    const host = hostOfVolume(volume);
    counts.set(host, (counts.get(host) ?? 0) + 1);
  }
  const load = (node: Node): number => counts.get(hostnameOf(node)) ?? 0;
  return nodes
    .filter((node) => isOpen(node) && allowsTopology(allowedTopologies, node))
    .sort((a, b) => load(a) - load(b) || (a.metadata.name < b.metadata.name ? -1 : 1))[0];
}

/** Why no local volume can be what the claim asks for; undefined if one can. */
export function unsupported({ spec }: PersistentVolumeClaim): string | undefined {
  if (spec.volumeMode === 'Block') return `${localProvisioner} does not support block volume provisioning`;
  if (spec.selector) return 'claim.Spec.Selector is not supported';
  if (spec.dataSource ?? spec.dataSourceRef) return `${localProvisioner} makes empty volumes only, not copies`;
  return undefined;
}

/** A claim has the same volume however often it is tried. */
export const volumeNameFor = ({ metadata }: PersistentVolumeClaim): string => `pvc-${metadata.uid}`;

export function localVolume(
  claim: PersistentVolumeClaim,
  { metadata: { name: storageClassName }, reclaimPolicy, mountOptions }: StorageClass,
  node: Node,
): Draft<PersistentVolume> & { spec: { local: { path: string } } } {
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  const volumeName = volumeNameFor(claim);
  const onHost = { key: hostnameLabel, operator: 'In', values: [hostnameOf(node)] };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeName,
      annotations: { [storageAnnotation.provisionedBy]: localProvisioner },
      ...(reclaimPolicy === 'Retain' ? {} : { finalizers: [folderFinalizer] }),
    },
    spec: {
      capacity: { storage: requestedStorage(claim) },
      accessModes: claim.spec.accessModes ?? [],
      persistentVolumeReclaimPolicy: reclaimPolicy ?? 'Delete',
      storageClassName,
      volumeMode: 'Filesystem',
      ...(mountOptions ? { mountOptions } : {}),
      claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid, resourceVersion },
      local: { path: `${localVolumesFolder}/${volumeName}_${namespace}_${name}` },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onHost] }] } },
    },
  };
}
