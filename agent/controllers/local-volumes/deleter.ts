/**
 * Removes the folders of released local volumes whose policy is Delete, then the volumes. A volume that someone deletes
 * first is kept by a finalizer until its folder is gone.
 * https://github.com/kubernetes-sigs/sig-storage-lib-external-provisioner/blob/master/controller/controller.go
 */
import { nodes } from '../../api/core/node.ts';
import { persistentVolumes } from '../../api/core/persistent-volume.ts';
import { isNotFound, messageOf } from '../../api/errors.ts';
import { localProvisioner } from '../../api/storage/local-class.ts';
import type { PersistentVolume } from '../../api/types.ts';
import { type Context, watch } from '../shared/controller.ts';
import type { NodeFolders } from '../shared/node-folders.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { folderFinalizer, isLocal, nodeOfVolume } from './plan.ts';

const isHeld = ({ metadata }: PersistentVolume): boolean => (metadata.finalizers ?? []).includes(folderFinalizer);
const deletes = ({ spec }: PersistentVolume): boolean => spec.persistentVolumeReclaimPolicy === 'Delete';

async function setHeld(
  { client, informer, signal }: Context,
  volume: PersistentVolume,
  finalizers: readonly string[],
): Promise<void> {
  const metadata = { ...volume.metadata, finalizers: [...finalizers] };
  const written = await client.resource(persistentVolumes).update({ ...volume, metadata }, signal);
  await informer(persistentVolumes).caughtUp(written, signal);
}

const letGo = (context: Context, volume: PersistentVolume): Promise<void> =>
  setHeld(
    context,
    volume,
    (volume.metadata.finalizers ?? []).filter((each) => each !== folderFinalizer),
  );

/** A node that has left the cluster took its folders along. */
async function removeFolder(context: Context, volume: PersistentVolume, folders: NodeFolders): Promise<void> {
  const { informer, recorder, signal } = context;
  const node = nodeOfVolume(volume, informer(nodes).list());
  const path = volume.spec.local?.path;
  if (!node || path === undefined) return;
  try {
    await folders.remove(node.metadata.name, path, signal);
  } catch (error) {
    if (!signal.aborted) recorder.event(volume, 'Warning', 'VolumeFailedDelete', messageOf(error));
    throw error;
  }
}

async function remove(context: Context, volume: PersistentVolume, folders: NodeFolders): Promise<void> {
  const { client, signal } = context;
  const { name, uid, deletionTimestamp } = volume.metadata;
  await removeFolder(context, volume, folders);
  try {
    if (!deletionTimestamp) {
      await client.resource(persistentVolumes).delete(name, undefined, { preconditions: { uid } }, signal);
    }
    // The deletion changed the volume, so it is read again.
    const current = await client.resource(persistentVolumes).get(name, undefined, signal);
    if (current.metadata.uid === uid && isHeld(current)) await letGo(context, current);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function step(context: Context, volume: PersistentVolume, folders: NodeFolders): Promise<void> {
  const { phase } = volume.status ?? {};
  const { deletionTimestamp, finalizers = [] } = volume.metadata;
  if (deletes(volume) && phase === 'Released') return remove(context, volume, folders);
  // The policy may have changed since the volume was made.
  if (!deletes(volume) && isHeld(volume)) return letGo(context, volume);
  if (deletes(volume) && !isHeld(volume) && !deletionTimestamp) {
    return setHeld(context, volume, [...finalizers, folderFinalizer]);
  }
  return undefined;
}

export const localVolumeDeleter = (folders: NodeFolders): Controller =>
  defineController<PersistentVolume>({
    name: 'local_volume_deleter',
    account: 'persistent-volume-binder',
    component: localProvisioner,
    for: persistentVolumes,
    keys: ({ object, type }) => (type !== 'deleted' && isLocal(object) ? [object.metadata.name] : []),
    watches: [
      // A node that answers again, or has left, lets go of what was released.
      watch(nodes, ({ type, object, old }, { informer }) =>
        type === 'updated' && old.status?.conditions === object.status?.conditions
          ? []
          : informer(persistentVolumes)
              .list()
              .filter((volume) => isLocal(volume) && volume.status?.phase === 'Released')
              .map(({ metadata }) => metadata.name),
      ),
    ],
    async reconcile(context, key) {
      const volume = context.informer(persistentVolumes).get(key);
      if (volume && isLocal(volume)) await step(context, volume, folders);
      return undefined;
    },
  });
