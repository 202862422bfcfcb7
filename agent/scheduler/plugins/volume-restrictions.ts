import { claimsOf } from '../../api/pods.ts';
import type { core, Pod } from '../../api/types.ts';
import { stateKey } from '../framework/cycle-state.ts';
import type { Handle, StorageLister } from '../framework/handle.ts';
import type { PodInfo, Snapshot } from '../framework/info.ts';
import { fits, neverFit, type Plugin, unfit } from '../framework/plugin.ts';
import { claimHint, claimNotFound, claimUsesOf } from './pod-claims.ts';

interface Conflicts {
  /** Names of the pod's claims that one pod at a time may use. */
  exclusive: ReadonlySet<string>;
  /** How many uses by other pods there are. */
  uses: number;
}

const conflicts = stateKey<Conflicts>('VolumeRestrictions', (state) => ({ ...state }));

/** Each type of disk that one node may use once, and whether two sources name the same one in conflicting ways. */
const disks: readonly ((a: core.Volume, b: core.Volume) => boolean)[] = [
  ({ gcePersistentDisk: a }, { gcePersistentDisk: b }) =>
    a !== undefined && b !== undefined && a.pdName === b.pdName && !(a.readOnly && b.readOnly),
  ({ awsElasticBlockStore: a }, { awsElasticBlockStore: b }) =>
    a !== undefined && b !== undefined && a.volumeID === b.volumeID,
  ({ iscsi: a }, { iscsi: b }) => a !== undefined && b !== undefined && a.iqn === b.iqn && !(a.readOnly && b.readOnly),
  ({ rbd: a }, { rbd: b }) =>
    a !== undefined &&
    b !== undefined &&
    a.monitors.some((monitor) => b.monitors.includes(monitor)) &&
    (a.pool ?? 'rbd') === (b.pool ?? 'rbd') &&
    a.image === b.image &&
    !(a.readOnly && b.readOnly),
];

const isDisk = (volume: core.Volume): boolean =>
  Boolean(volume.gcePersistentDisk ?? volume.awsElasticBlockStore ?? volume.iscsi ?? volume.rbd);

const disksOf = ({ spec }: Pod): core.Volume[] => (spec.volumes ?? []).filter(isDisk);

const collide = (pod: Pod, other: Pod): boolean =>
  disksOf(pod).some((a) => disksOf(other).some((b) => disks.some((same) => same(a, b))));

/** The claims with ReadWriteOncePod; a message if one is missing. */
function exclusiveClaims(pod: Pod, storage: StorageLister): ReadonlySet<string> | string {
  const names = new Set<string>();
  for (const { claimName, isEphemeral } of claimUsesOf(pod)) {
    if (isEphemeral) continue;
    const claim = storage.claim(pod.metadata.namespace ?? '', claimName);
    if (!claim) return claimNotFound(claimName);
    if ((claim.spec.accessModes ?? []).includes('ReadWriteOncePod')) names.add(claimName);
  }
  return names;
}

const usesOf = (other: Pod, pod: Pod, exclusive: ReadonlySet<string>): number =>
  other.metadata.namespace === pod.metadata.namespace
    ? claimsOf(other).filter((name) => exclusive.has(name)).length
    : 0;

function countUses(pod: Pod, exclusive: ReadonlySet<string>, { nodes }: Snapshot): number {
  let uses = 0;
  if (exclusive.size === 0) return uses;
  for (const node of nodes) for (const other of node.pods.values()) uses += usesOf(other.pod, pod, exclusive);
  return uses;
}

/**
 * Keeps pods apart that may not share a volume.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/scheduler/framework/plugins/volumerestrictions/volume_restrictions.go
 */
export function volumeRestrictions({ storage }: Handle): Plugin {
  const shift = ({ pod }: PodInfo, { pod: other }: PodInfo, state: Conflicts | undefined, sign: 1 | -1): void => {
    if (state) state.uses += sign * usesOf(other, pod, state.exclusive);
  };
  return {
    name: 'VolumeRestrictions',
    eventsToRegister: () => [
      {
        resource: 'AssignedPod',
        actions: ['delete'],
        hint: (pod, { old }) =>
          old && (collide(pod, old) || usesOf(old, pod, new Set(claimsOf(pod))) > 0) ? 'queue' : 'skip',
      },
      { resource: 'Node', actions: ['add'] },
      claimHint,
    ],
    preFilter({ pod }, snapshot, state) {
      const exclusive = exclusiveClaims(pod, storage);
      if (typeof exclusive === 'string') return neverFit(exclusive);
      if (exclusive.size === 0 && disksOf(pod).length === 0) return 'skip';
      state.write(conflicts, { exclusive, uses: countUses(pod, exclusive, snapshot) });
      return 'fits';
    },
    addPod: (pod, added, _node, state) => shift(pod, added, state.read(conflicts), 1),
    removePod: (pod, removed, _node, state) => shift(pod, removed, state.read(conflicts), -1),
    filter({ pod }, node, state) {
      if (disksOf(pod).length > 0) {
        for (const other of node.pods.values())
          if (collide(pod, other.pod)) return unfit('node(s) had no available disk');
      }
      return (state.read(conflicts)?.uses ?? 0) > 0
        ? unfit('node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode')
        : fits;
    },
  };
}
