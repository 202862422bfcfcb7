import type { PersistentVolumeClaim, Pod } from '../../api/types.ts';
import { storageClassOf } from '../../api/volumes.ts';
import { sharedKey } from '../framework/cycle-state.ts';
import type { Handle, StorageLister } from '../framework/handle.ts';
import { fits, type Plugin, unfit } from '../framework/plugin.ts';
import { claimHint, claimUsesOf, knownClaims } from './pod-claims.ts';

/** Drivers by volume: `driver/handle`. A volume that several pods use is attached once. */
type Attached = ReadonlyMap<string, string>;

const wanted = sharedKey<Attached>('NodeVolumeLimits');

/** What a driver attaches for a claim; a claim without a volume will get one of its class's provisioner. */
function attachedFor(claim: PersistentVolumeClaim, storage: StorageLister): [volume: string, driver: string][] {
  const { namespace, name } = claim.metadata;
  const volume = claim.spec.volumeName ? storage.volume(claim.spec.volumeName) : undefined;
  if (volume) {
    const { csi } = volume.spec;
    return csi ? [[`${csi.driver}/${csi.volumeHandle}`, csi.driver]] : [];
  }
  const driver = storage.storageClass(storageClassOf(claim))?.provisioner;
  return driver ? [[`${driver}/${driver}-${namespace}/${name}`, driver]] : [];
}

function attachedBy(pod: Pod, storage: StorageLister): [volume: string, driver: string][] {
  if (claimUsesOf(pod).length === 0) return [];
  return knownClaims(pod, storage).flatMap((claim) => attachedFor(claim, storage));
}

/** How many volumes each driver may attach to the node, as far as it says so. */
function limitsOf(nodeName: string, storage: StorageLister): ReadonlyMap<string, number> {
  const drivers = storage.csiNode(nodeName)?.spec.drivers ?? [];
  return new Map(drivers.flatMap(({ name, allocatable }) => (allocatable?.count ? [[name, allocatable.count]] : [])));
}

function countByDriver(volumes: Attached): Map<string, number> {
  const counts = new Map<string, number>();
  for (const driver of volumes.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  return counts;
}

/**
 * Keeps pods from nodes to which a CSI driver can attach no more volumes, as the CSINode says. Counts the volumes of
 * the node's pods; volumes that are attached without a pod are not known here.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/scheduler/framework/plugins/nodevolumelimits/csi.go
 */
export const nodeVolumeLimits = ({ storage }: Handle): Plugin => ({
  name: 'NodeVolumeLimits',
  eventsToRegister: () => [
    { resource: 'CSINode', actions: ['add', 'update'] },
    {
      resource: 'AssignedPod',
      actions: ['delete'],
      hint: (_pod, { old }) => (old && claimUsesOf(old).length > 0 ? 'queue' : 'skip'),
    },
    claimHint,
  ],
  preFilter({ pod }, _snapshot, state) {
    const volumes = new Map(attachedBy(pod, storage));
    if (volumes.size === 0) return 'skip';
    state.write(wanted, volumes);
    return 'fits';
  },
  filter(_pod, { name, pods }, state) {
    const limits = limitsOf(name, storage);
    if (limits.size === 0) return fits;
    const there = new Map([...pods.values()].flatMap(({ pod }) => attachedBy(pod, storage)));
    const more = new Map([...(state.read(wanted) ?? [])].filter(([volume]) => !there.has(volume)));
    const used = countByDriver(there);
    for (const [driver, count] of countByDriver(more)) {
      const limit = limits.get(driver);
      if (limit !== undefined && (used.get(driver) ?? 0) + count > limit) {
        return unfit('node(s) exceed max volume count');
      }
    }
    return fits;
  },
});
