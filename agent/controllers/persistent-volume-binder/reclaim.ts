/**
 * What happens to a volume whose claim is gone.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming
 */
import { nodes } from '../../api/core/node.ts';
import { persistentVolumes } from '../../api/core/persistent-volume.ts';
import { isNotFound, messageOf } from '../../api/errors.ts';
import { matchesSelector } from '../../api/node-selector.ts';
import { isPodTerminal } from '../../api/pods.ts';
import { storageAnnotation, withoutAnnotations } from '../../api/storage/binding.ts';
import type { Node, PersistentVolume } from '../../api/types.ts';
import { podsOfClaim } from '../shared/claim-users.ts';
import type { Context } from '../shared/controller.ts';
import type { NodeFolders } from '../shared/node-folders.ts';
import { setVolumePhase, writeVolume } from './writes.ts';

/**
 * Frees the volume for other claims. A user's choice of a claim stays.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/volume/persistentvolume/pv_controller.go
 * (unbindVolume)
 */
export async function unbind(context: Context, volume: PersistentVolume): Promise<void> {
  const { claimRef, ...spec } = volume.spec;
  const { boundByController } = storageAnnotation;
  const chosenHere = volume.metadata.annotations?.[boundByController] !== undefined;
  const { uid: _, ...chosen } = claimRef ?? {};
  const freed: PersistentVolume = chosenHere
    ? withoutAnnotations({ ...volume, spec }, boundByController)
    : { ...volume, spec: { ...spec, claimRef: chosen } };
  await setVolumePhase(context, await writeVolume(context, freed), 'Available');
}

async function fail(context: Context, volume: PersistentVolume, reason: string, message: string): Promise<void> {
  if (volume.status?.phase === 'Failed' && volume.status.message === message) return;
  const failed = await setVolumePhase(context, volume, 'Failed', message);
  context.recorder.event(failed, 'Warning', reason, message);
}

/** A hostPath is on every node on which a pod may have used it. */
function nodesOf({ informer }: Context, { spec }: PersistentVolume): Node[] {
  const required = spec.nodeAffinity?.required;
  return informer(nodes)
    .list()
    .filter((node) => !required || matchesSelector(required, node));
}

const onNodes = (context: Context, volume: PersistentVolume, work: (node: string) => Promise<void>) =>
  Promise.all(nodesOf(context, volume).map(({ metadata }) => work(metadata.name)));

async function recycle(context: Context, volume: PersistentVolume, folders: NodeFolders | undefined): Promise<void> {
  const { recorder, signal } = context;
  const path = volume.spec.hostPath?.path;
  if (path === undefined || !folders) {
    return fail(context, volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!');
  }
  try {
    await onNodes(context, volume, (node) => folders.empty(node, path, signal));
  } catch (error) {
    await fail(context, volume, 'VolumeFailedRecycle', `Recycle failed: ${messageOf(error)}`);
    throw error;
  }
  recorder.event(volume, 'Normal', 'VolumeRecycled', 'Volume recycled');
  await unbind(context, volume);
}

/** Upstream's deleter of hostPaths: https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/volume/hostpath/host_path.go */
const deletablePath = /\/tmp\/.+/;

async function remove(context: Context, volume: PersistentVolume, folders: NodeFolders | undefined): Promise<void> {
  const { client, signal } = context;
  const { name, uid } = volume.metadata;
  const path = volume.spec.hostPath?.path;
  if (path === undefined || !folders) {
    const message = `error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`;
    return fail(context, volume, 'VolumeFailedDelete', message);
  }
  if (!deletablePath.test(path)) {
    const message = `host_path deleter only supports /tmp/.+ but received provided ${path}`;
    return fail(context, volume, 'VolumeFailedDelete', message);
  }
  try {
    await onNodes(context, volume, (node) => folders.remove(node, path, signal));
  } catch (error) {
    await fail(context, volume, 'VolumeFailedDelete', messageOf(error));
    throw error;
  }
  try {
    await client.resource(persistentVolumes).delete(name, undefined, { preconditions: { uid } }, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** `namespace/name` of the pods that still use the volume of a claim that is gone. */
function usersOf(context: Context, { spec: { claimRef } }: PersistentVolume): string[] {
  return podsOfClaim(context, `${claimRef?.namespace ?? ''}/${claimRef?.name ?? ''}`)
    .filter((pod) => !isPodTerminal(pod))
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    .sort();
}

/** Whoever made a volume deletes it. */
const isExternal = ({ metadata }: PersistentVolume): boolean =>
  metadata.annotations?.[storageAnnotation.provisionedBy] !== undefined;

export async function reclaim(context: Context, volume: PersistentVolume, folders?: NodeFolders): Promise<void> {
  const policy = volume.spec.persistentVolumeReclaimPolicy ?? 'Retain';
  if (policy === 'Retain' || (policy === 'Delete' && isExternal(volume))) return;
  if (volume.metadata.deletionTimestamp) return;
  const users = usersOf(context, volume);
  if (users.length > 0) {
    const message = `Volume is used by pods: ${users.join(',')}`;
    context.recorder.event(volume, 'Normal', policy === 'Recycle' ? 'VolumeFailedRecycle' : 'VolumeDelete', message);
    return;
  }
  await (policy === 'Recycle' ? recycle : remove)(context, volume, folders);
}
