import { waitsForConsumer } from '../../api/storage/binding.ts';
import type { PersistentVolume, Pod } from '../../api/types.ts';
import { storageClassOf } from '../../api/volumes.ts';
import { sharedKey } from '../framework/cycle-state.ts';
import type { Handle, StorageLister } from '../framework/handle.ts';
import { fits, neverFit, type Plugin } from '../framework/plugin.ts';
import { claimHint, claimNotFound, claimUsesOf } from './pod-claims.ts';

/** The labels of zones and regions, each with its older or newer name. */
const otherName = new Map([
  ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region'],
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
]);

interface Topology {
  key: string;
  values: ReadonlySet<string>;
}

const topologies = sharedKey<readonly Topology[]>('VolumeZone');

/** A volume in several zones names them as `a__b`. */
const topologiesOf = ({ metadata }: PersistentVolume): Topology[] =>
  Object.entries(metadata.labels ?? {}).flatMap(([key, value]) =>
    otherName.has(key) ? [{ key, values: new Set(value.split('__').map((each) => each.trim())) }] : [],
  );

/** The topologies of the volumes, or what is wrong with a claim. */
function topologiesOfPod(pod: Pod, storage: StorageLister): Topology[] | string {
  const found: Topology[] = [];
  for (const { claimName, isEphemeral } of claimUsesOf(pod)) {
    if (isEphemeral) continue;
    const claim = storage.claim(pod.metadata.namespace ?? '', claimName);
    if (!claim) return claimNotFound(claimName);
    const { volumeName } = claim.spec;
    if (!volumeName) {
      const className = storageClassOf(claim);
      if (className === '') return 'PersistentVolumeClaim had no pv name and storageClass name';
      const storageClass = storage.storageClass(className);
      if (!storageClass) return `storageclass.storage.k8s.io "${className}" not found`;
      if (!waitsForConsumer(storageClass)) return 'PersistentVolume had no name';
      continue;
    }
    const volume = storage.volume(volumeName);
    if (!volume) return `persistentvolume "${volumeName}" not found`;
    found.push(...topologiesOf(volume));
  }
  return found;
}

/**
 * Keeps a pod in the zones of its volumes, as their labels name them.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/scheduler/framework/plugins/volumezone/volume_zone.go
 */
export const volumeZone = ({ storage }: Handle): Plugin => ({
  name: 'VolumeZone',
  eventsToRegister: () => [
    { resource: 'StorageClass', actions: ['add'] },
    { resource: 'Node', actions: ['add', 'labels', 'taints'] },
    claimHint,
    { resource: 'PersistentVolume', actions: ['add', 'update'] },
  ],
  preFilter({ pod }, _snapshot, state) {
    const found = topologiesOfPod(pod, storage);
    if (typeof found === 'string') return neverFit(found);
    state.write(topologies, found);
    return found.length > 0 ? 'fits' : 'skip';
  },
  filter(_pod, { node }, state) {
    const labels = node.metadata.labels ?? {};
    // A cluster without zones has none to keep apart.
    if (![...otherName.keys()].some((key) => key in labels)) return fits;
    for (const { key, values } of state.read(topologies) ?? []) {
      const value = labels[key] ?? labels[otherName.get(key) ?? ''];
      if (value === undefined || !values.has(value)) return neverFit('node(s) had no available volume zone');
    }
    return fits;
  },
});
