/**
 * Keeps the phase of volumes, and reclaims those whose claim is gone.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#phase
 */
import { nodes } from '../../api/core/node.ts';
import { persistentVolumes } from '../../api/core/persistent-volume.ts';
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts';
import { pods } from '../../api/core/pod.ts';
import { isNotFound } from '../../api/errors.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.ts';
import { claimKeysOf, podsByClaim } from '../shared/claim-users.ts';
import { type Context, index, watch } from '../shared/controller.ts';
import type { NodeFolders } from '../shared/node-folders.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { planVolume } from './plan.ts';
import { reclaim, unbind } from './reclaim.ts';
import { setVolumePhase } from './writes.ts';

const byClaim = 'claim';
const claimKeyOf = ({ spec: { claimRef } }: PersistentVolume): string[] =>
  claimRef ? [`${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`] : [];

/** Asks the server if the informer has no such claim: a claim that only seems to be gone must not cost its data. */
async function findClaim(context: Context, volume: PersistentVolume): Promise<PersistentVolumeClaim | undefined> {
  const { client, informer, signal } = context;
  const { namespace = '', name = '', uid } = volume.spec.claimRef ?? {};
  const known = informer(persistentVolumeClaims).get(`${namespace}/${name}`);
  if (known?.metadata.uid === uid) return known;
  try {
    const found = await client.resource(persistentVolumeClaims).get(name, namespace, signal);
    return found.metadata.uid === uid ? found : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function release(context: Context, volume: PersistentVolume, folders?: NodeFolders): Promise<void> {
  const isReleased = volume.status?.phase === 'Released' || volume.status?.phase === 'Failed';
  await reclaim(context, isReleased ? volume : await setVolumePhase(context, volume, 'Released'), folders);
}

async function step(context: Context, volume: PersistentVolume, folders?: NodeFolders): Promise<void> {
  const claim = volume.spec.claimRef?.uid ? await findClaim(context, volume) : undefined;
  const next = planVolume(volume, claim);
  if (next.kind === 'phase') await setVolumePhase(context, volume, next.phase);
  if (next.kind === 'release') await release(context, volume, folders);
  if (next.kind === 'unbind') await unbind(context, volume);
  if (next.kind === 'mismatch') {
    for (const [object, message] of [
      [volume, next.forVolume],
      [claim, next.forClaim],
    ] as const) {
      if (object) context.recorder.event(object, 'Warning', 'VolumeMismatch', message);
    }
  }
}

/** Without `folders`, no node can be asked: then volumes of this cluster's nodes are neither deleted nor recycled. */
export const volumeBinder = (folders?: NodeFolders): Controller =>
  defineController<PersistentVolume>({
    name: 'volumes',
    account: 'persistent-volume-binder',
    component: 'persistentvolume-controller',
    for: persistentVolumes,
    watches: [
      watch(persistentVolumeClaims, ({ object }, { informer }) => [
        ...informer(persistentVolumes)
          .byIndex(byClaim, `${object.metadata.namespace}/${object.metadata.name}`)
          .map(({ metadata }) => metadata.name),
        ...(object.spec.volumeName ? [object.spec.volumeName] : []),
      ]),
      // The last pod of a claim that is gone has ended.
      watch(pods, ({ type, object }, { informer }) =>
        type === 'added'
          ? []
          : claimKeysOf(object).flatMap((key) =>
              informer(persistentVolumes)
                .byIndex(byClaim, key)
                .filter(({ status }) => status?.phase === 'Released')
                .map(({ metadata }) => metadata.name),
            ),
      ),
    ],
    reads: [nodes],
    indices: [podsByClaim, index(persistentVolumes, byClaim, claimKeyOf)],
    async reconcile(context, key) {
      const volume = context.informer(persistentVolumes).get(key);
      if (volume) await step(context, volume, folders);
      return undefined;
    },
  });
