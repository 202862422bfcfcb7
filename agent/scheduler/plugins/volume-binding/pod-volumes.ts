/**
 * The claims of a pod, and the volumes that they can have on a node. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/scheduler/framework/plugins/volumebinding/binder.go
 * (GetPodVolumeClaims, FindPodVolumes)
 */
import { matchesSelector } from '../../../api/node-selector.ts';
import { matchVolume, noProvisioner, storageAnnotation, waitsForConsumer } from '../../../api/storage/binding.ts';
import { allowsTopology } from '../../../api/storage/topology.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../api/types.ts';
import { storageClassOf } from '../../../api/volumes.ts';

/** Storage as the scheduler will have made it. */
export interface StorageView {
  volume(name: string): PersistentVolume | undefined;
  volumes(): readonly PersistentVolume[];
  storageClass(name: string): StorageClass | undefined;
}

export interface PodClaims {
  bound: readonly PersistentVolumeClaim[];
  /** They get their volume with the pod's node. */
  toBind: readonly PersistentVolumeClaim[];
  /** Somebody else binds them. */
  immediate: readonly PersistentVolumeClaim[];
}

export interface StaticBinding {
  claim: PersistentVolumeClaim;
  volume: PersistentVolume;
}

/** What binding a pod's claims on one node takes. */
export interface NodeVolumes {
  node: Node;
  bindings: readonly StaticBinding[];
  toProvision: readonly PersistentVolumeClaim[];
}

export const nodeConflict = 'node(s) had volume node affinity conflict';
export const bindConflict = "node(s) didn't find available persistent volumes to bind";
export const volumeMissing = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

export const isFullyBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  Boolean(spec.volumeName) && metadata.annotations?.[storageAnnotation.bindCompleted] !== undefined;

export function classifyClaims(claims: readonly PersistentVolumeClaim[], view: StorageView): PodClaims {
  const waits = (claim: PersistentVolumeClaim): boolean =>
    !claim.spec.volumeName && waitsForConsumer(view.storageClass(storageClassOf(claim)));
  const unbound = claims.filter((claim) => !isFullyBound(claim));
  return {
    bound: claims.filter(isFullyBound),
    toBind: unbound.filter(waits),
    immediate: unbound.filter((claim) => !waits(claim)),
  };
}

export function reaches({ spec }: PersistentVolume, node: Node): boolean {
  const required = spec.nodeAffinity?.required;
  return !required || matchesSelector(required, node);
}

function boundConflicts(bound: readonly PersistentVolumeClaim[], node: Node, view: StorageView): string[] {
  for (const { spec } of bound) {
    const volume = view.volume(spec.volumeName ?? '');
    if (!volume) return [volumeMissing];
    if (!reaches(volume, node)) return [nodeConflict];
  }
  return [];
}

const selectedNodeOf = ({ metadata }: PersistentVolumeClaim): string | undefined =>
  metadata.annotations?.[storageAnnotation.selectedNode];

function canProvision(claim: PersistentVolumeClaim, node: Node, view: StorageView): boolean {
  const storageClass = view.storageClass(storageClassOf(claim));
  if (!storageClass || storageClass.provisioner === noProvisioner) return false;
  return allowsTopology(storageClass.allowedTopologies, node);
}

/** Undefined if one of the claims can have no volume on the node. */
function bindOn(toBind: readonly PersistentVolumeClaim[], node: Node, view: StorageView): NodeVolumes | undefined {
  const isElsewhere = (claim: PersistentVolumeClaim): boolean =>
    selectedNodeOf(claim) !== undefined && selectedNodeOf(claim) !== node.metadata.name;
  if (toBind.some(isElsewhere)) return undefined;
  const bindings: StaticBinding[] = [];
  const toProvision: PersistentVolumeClaim[] = toBind.filter((claim) => selectedNodeOf(claim) !== undefined);
  for (const claim of toBind.filter((each) => selectedNodeOf(each) === undefined)) {
    const free = view.volumes().filter((volume) => !bindings.some((each) => each.volume === volume));
    const volume = matchVolume(claim, free, { reaches: (each) => reaches(each, node) });
    if (volume) bindings.push({ claim, volume });
    else toProvision.push(claim);
  }
  return toProvision.every((claim) => canProvision(claim, node, view)) ? { node, bindings, toProvision } : undefined;
}

/** The reasons why the node does not suit the pod's claims, or what binding them there takes. */
export function findVolumes(claims: PodClaims, node: Node, view: StorageView): readonly string[] | NodeVolumes {
  const conflicts = boundConflicts(claims.bound, node, view);
  const found = claims.toBind.length > 0 ? bindOn(claims.toBind, node, view) : { node, bindings: [], toProvision: [] };
  if (!found) return [...conflicts, bindConflict];
  return conflicts.length > 0 ? conflicts : found;
}
