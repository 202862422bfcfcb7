import { messageOf } from '../../../api/errors.ts';
import { controllerOf } from '../../../api/owner.ts';
import { boundVolume, storageAnnotation } from '../../../api/storage/binding.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../api/types.ts';
import { stateKey } from '../../framework/cycle-state.ts';
import type { EventHint } from '../../framework/events.ts';
import type { Handle } from '../../framework/handle.ts';
import { fits, neverFit, type Plugin } from '../../framework/plugin.ts';
import { claimHint, claimNotFound, claimUsesOf } from '../pod-claims.ts';
import { createAssumed } from './assumed.ts';
import {
  classifyClaims,
  findVolumes,
  isFullyBound,
  type NodeVolumes,
  type PodClaims,
  reaches,
  type StorageView,
} from './pod-volumes.ts';

export interface VolumeBindingArgs {
  /** How long binding a pod's volumes may take; upstream's default is 600. */
  bindTimeoutSeconds?: number;
}

interface CycleVolumes {
  claims: PodClaims;
  /** By node name: what Filter found. */
  byNode: Map<string, NodeVolumes>;
}

const cycleVolumes = stateKey<CycleVolumes>('VolumeBinding', ({ claims, byNode }) => ({
  claims,
  byNode: new Map(byNode),
}));

const { selectedNode } = storageAnnotation;

/** Why the pod cannot use the claim; undefined if it can. (podHasPVCs) */
function problemOf(pod: Pod, claim: PersistentVolumeClaim, isEphemeral: boolean): string | undefined {
  const { namespace, name, deletionTimestamp } = claim.metadata;
  if (claim.status?.phase === 'Lost') {
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"`;
  }
  if (deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`;
  if (!isEphemeral || controllerOf(claim)?.uid === pod.metadata.uid) return undefined;
  const owner = `${pod.metadata.namespace}/${pod.metadata.name}`;
  return `PVC ${namespace}/${name} was not created for pod ${owner} (pod is not owner)`;
}

const hints: readonly EventHint[] = [
  {
    resource: 'StorageClass',
    actions: ['add', 'update'],
    hint: (_pod, { old, object }) =>
      !old || JSON.stringify(old.allowedTopologies) !== JSON.stringify(object?.allowedTopologies) ? 'queue' : 'skip',
  },
  claimHint,
  { resource: 'PersistentVolume', actions: ['add', 'update'] },
  { resource: 'Node', actions: ['add', 'labels', 'taints'] },
];

/**
 * Finds nodes where the pod's claims have volumes or can get them, and binds the claims before the pod.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/scheduler/framework/plugins/volumebinding/volume_binding.go
 */
export function volumeBinding({ api, storage }: Handle, { bindTimeoutSeconds = 600 }: VolumeBindingArgs = {}): Plugin {
  const volumes = createAssumed<PersistentVolume>();
  const claims = createAssumed<PersistentVolumeClaim>();
  const claimOf = (namespace: string, name: string): PersistentVolumeClaim | undefined => {
    const current = storage.claim(namespace, name);
    return current && claims.seen(current);
  };
  const view: StorageView = {
    storageClass: storage.storageClass,
    volumes: () => storage.volumes().map(volumes.seen),
    volume: (name) => {
      const current = storage.volume(name);
      return current && volumes.seen(current);
    },
  };

  /** The pod's claims, or why it cannot be scheduled. */
  const claimsOfPod = (pod: Pod): PersistentVolumeClaim[] | string => {
    const found: PersistentVolumeClaim[] = [];
    for (const { claimName, isEphemeral } of claimUsesOf(pod)) {
      const claim = claimOf(pod.metadata.namespace ?? '', claimName);
      if (!claim && isEphemeral) {
        return `waiting for ephemeral volume controller to create the persistentvolumeclaim "${claimName}"`;
      }
      const problem = claim ? problemOf(pod, claim, isEphemeral) : claimNotFound(claimName);
      if (problem !== undefined) return problem;
      if (claim) found.push(claim);
    }
    return found;
  };

  const withNode = (claim: PersistentVolumeClaim, node: string): PersistentVolumeClaim => ({
    ...claim,
    metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, [selectedNode]: node } },
  });

  /** Throws if the binding has failed; false while it is under way. (checkBindings) */
  const isDone = (pod: Pod, { node, bindings, toProvision }: NodeVolumes): boolean => {
    const nodeName = node.metadata.name;
    if (!storage.hasPod(pod)) throw new Error('pod does not exist any more');
    const current = ({ metadata }: PersistentVolumeClaim): PersistentVolumeClaim => {
      const claim = storage.claim(metadata.namespace ?? '', metadata.name);
      if (claim?.metadata.uid === metadata.uid) return claim;
      throw new Error(`failed to get pvc: ${claimNotFound(metadata.name)}`);
    };
    for (const claim of toProvision.map(current)) {
      const selected = claimOf(claim.metadata.namespace ?? '', claim.metadata.name)?.metadata.annotations?.[
        selectedNode
      ];
      if (selected !== nodeName) {
        throw new Error(`selectedNode annotation value "${selected ?? ''}" not set to scheduled node "${nodeName}"`);
      }
      const volume = claim.spec.volumeName ? storage.volume(claim.spec.volumeName) : undefined;
      if (volume && !reaches(volume, node)) {
        throw new Error(`pv "${volume.metadata.name}" node affinity doesn't match node "${nodeName}"`);
      }
      if (!volume || !isFullyBound(claim)) return false;
    }
    return bindings.every(({ claim }) => isFullyBound(current(claim)));
  };

  const write = async ({ node, bindings, toProvision }: NodeVolumes, signal: AbortSignal): Promise<void> => {
    for (const { volume, claim } of bindings) {
      const bound = boundVolume(volume, claim);
      if (bound !== volume) await api.updateVolume(bound, signal);
    }
    for (const claim of toProvision) {
      const asked = withNode(claim, node.metadata.name);
      if (claim.metadata.annotations?.[selectedNode] === undefined) await api.updateClaim(asked, signal);
    }
  };

  return {
    name: 'VolumeBinding',
    eventsToRegister: () => hints,
    preFilter({ pod }, _snapshot, state) {
      const found = claimsOfPod(pod);
      if (typeof found === 'string') return neverFit(found);
      if (found.length === 0) return 'skip';
      const sorted = classifyClaims(found, view);
      if (sorted.immediate.length > 0) return neverFit('pod has unbound immediate PersistentVolumeClaims');
      state.write(cycleVolumes, { claims: sorted, byNode: new Map() });
      return 'fits';
    },
    filter(_pod, { name, node }, state) {
      const cycle = state.read(cycleVolumes);
      if (!cycle) return fits;
      const found = findVolumes(cycle.claims, node, view);
      if (!('bindings' in found)) return neverFit(...found);
      cycle.byNode.set(name, found);
      return fits;
    },
    reserve(_pod, nodeName, state) {
      const found = state.read(cycleVolumes)?.byNode.get(nodeName);
      for (const { volume, claim } of found?.bindings ?? []) volumes.assume(boundVolume(volume, claim));
      for (const claim of found?.toProvision ?? []) claims.assume(withNode(claim, nodeName));
      return fits;
    },
    unreserve(_pod, nodeName, state) {
      const found = state.read(cycleVolumes)?.byNode.get(nodeName);
      for (const { volume } of found?.bindings ?? []) volumes.restore(volume);
      for (const claim of found?.toProvision ?? []) claims.restore(claim);
    },
    async preBind({ pod }, nodeName, state, signal) {
      const found = state.read(cycleVolumes)?.byNode.get(nodeName);
      if (!found || found.bindings.length + found.toProvision.length === 0) return fits;
      try {
        await write(found, signal);
        await storage.until(() => isDone(pod, found), bindTimeoutSeconds * 1000, signal);
      } catch (error) {
        throw new Error(`binding volumes: ${messageOf(error)}`, { cause: error });
      }
      return fits;
    },
  };
}
