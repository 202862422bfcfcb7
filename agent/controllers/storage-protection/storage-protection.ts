/**
 * Lets deleted volumes, claims and attribute classes go once nobody uses them. Admission gives each the finalizer.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection and
 * https://github.com/kubernetes/kubernetes/tree/release-1.36/pkg/controller/volume (pvcprotection, pvprotection,
 * vacprotection)
 */
import { persistentVolumes } from '../../api/core/persistent-volume.ts';
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts';
import { pods } from '../../api/core/pod.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import { type Kind, resourceOf } from '../../api/kind.ts';
import { isPodTerminal } from '../../api/pods.ts';
import { protectionFinalizers } from '../../api/storage/protection.ts';
import { volumeAttributesClasses } from '../../api/storage/volume-attributes-class.ts';
import type {
  KubeObject,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  VolumeAttributesClass,
} from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { claimKeysOf, podsByClaim, podsOfClaim } from '../shared/claim-users.ts';
import { type Context, type Watch, watch } from '../shared/controller.ts';
import { type Controller, defineController } from '../shared/runtime.ts';

interface Protection<T extends KubeObject> {
  name: string;
  account: string;
  kind: Kind<T>;
  isUsed(object: T, context: Context): boolean;
  /** Who uses such an object. */
  users: readonly Watch[];
  indices?: Parameters<typeof defineController<T>>[0]['indices'];
}

const isHeld = ({ metadata }: KubeObject, finalizer: string): boolean =>
  metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(finalizer);

function protect<T extends KubeObject>({
  name,
  account,
  kind,
  isUsed,
  users,
  indices = [],
}: Protection<T>): Controller {
  const finalizer = protectionFinalizers.get(resourceOf(kind)) ?? '';
  return defineController<T>({
    name,
    account,
    for: kind,
    watches: users,
    indices,
    async reconcile(context, key) {
      const { client, informer, signal } = context;
      const object = informer(kind).get(key);
      if (!object || !isHeld(object, finalizer) || isUsed(object, context)) return undefined;
      const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
      try {
        await client.resource(kind).update({ ...object, metadata: { ...object.metadata, finalizers } }, signal);
      } catch (error) {
        // It changed or is gone; the informer will report that.
        if (!isNotFound(error) && !isConflict(error)) throw error;
      }
      return undefined;
    },
  });
}

/** A kubelet starts no pod whose claim is being deleted: only a pod that has a node uses it. */
const usesClaims = (pod: Pod): boolean => Boolean(pod.spec.nodeName) && !isPodTerminal(pod);

const claimProtection = protect<PersistentVolumeClaim>({
  name: 'pvcprotection',
  account: 'pvc-protection-controller',
  kind: persistentVolumeClaims,
  isUsed: (claim, context) => podsOfClaim(context, keyOf(claim)).some(usesClaims),
  users: [watch(pods, ({ object }) => claimKeysOf(object))],
  indices: [podsByClaim],
});

const volumeProtection = protect<PersistentVolume>({
  name: 'pvprotection',
  account: 'pv-protection-controller',
  kind: persistentVolumes,
  isUsed: ({ status }) => status?.phase === 'Bound',
  users: [],
});

const classesOf = (claim: PersistentVolumeClaim): string[] =>
  [claim.spec.volumeAttributesClassName, claim.status?.currentVolumeAttributesClassName].flatMap((name) => name || []);
const classOf = ({ spec }: PersistentVolume): string[] =>
  [spec.volumeAttributesClassName].flatMap((name) => name || []);

const classProtection = protect<VolumeAttributesClass>({
  name: 'vacprotection',
  account: 'volumeattributesclass-protection-controller',
  kind: volumeAttributesClasses,
  isUsed: ({ metadata: { name } }, { informer }) =>
    informer(persistentVolumeClaims)
      .list()
      .some((claim) => classesOf(claim).includes(name)) ||
    informer(persistentVolumes)
      .list()
      .some((volume) => classOf(volume).includes(name)),
  users: [
    watch(persistentVolumeClaims, ({ object, old }) => [...classesOf(object), ...(old ? classesOf(old) : [])]),
    watch(persistentVolumes, ({ object, old }) => [...classOf(object), ...(old ? classOf(old) : [])]),
  ],
});

export const storageProtection: readonly Controller[] = [claimProtection, volumeProtection, classProtection];
