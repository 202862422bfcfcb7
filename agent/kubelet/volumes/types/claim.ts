/**
 * Volumes of claims: the pod's own (`ephemeral`), and those that it names. The node mounts the path of the claim's
 * persistent volume.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/volumemanager/populator/desired_state_of_world_populator.go
 */
import { mkdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../../../api/errors.ts';
import { controllerOf } from '../../../api/owner.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../api/types.ts';
import { unlessMissing } from '../../../missing-file.ts';
import type { Mount } from '../../runtime/runtime.ts';
import { fsGroupOf, giveToGroup, modeForGroup } from '../ownership.ts';
import { withinVolume } from '../sub-path.ts';
import { VolumeError } from '../volume-error.ts';
import { type PersistentSource, sourceOf } from './persistent-volume.ts';
import { type MountRequest, type SetUp, type VolumeInputs, type VolumePlace, volumeType } from './type.ts';

const folder = 'persistent-volume';
const linkOf = ({ pod, name, paths }: VolumePlace): string => paths.volume(pod.metadata.uid, folder, name);

/** The path of the persistent volume, as it names it. Durable, so that a restarted agent mounts the same. */
const remembered = (place: VolumePlace): Promise<string | undefined> => unlessMissing(readlink(linkOf(place)));

async function remember(place: VolumePlace, path: string): Promise<void> {
  const link = linkOf(place);
  await mkdir(dirname(link), { recursive: true });
  await rm(link, { force: true });
  await symlink(path, link);
}

/** A pod that runs keeps what it has, though the claim goes with the pod. */
function boundName({ metadata, spec, status }: PersistentVolumeClaim, pod: Pod): string {
  if (metadata.deletionTimestamp && pod.status?.phase !== 'Running')
    throw new VolumeError("can't start pod because PVC is being deleted");
  if (status?.phase !== 'Bound') throw new VolumeError('PVC is not bound');
  if (!spec.volumeName) throw new VolumeError('PVC has empty pvc.Spec.VolumeName');
  return spec.volumeName;
}

function checkReference({ metadata: { name }, spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): void {
  const uid = spec.claimRef?.uid;
  if (uid === metadata.uid) return;
  throw new VolumeError(
    uid
      ? `found PV object ${name} with an unexpected pvc.Spec.ClaimRef.UID: expected ${metadata.uid}, got ${uid}`
      : `found PV object ${name} with nil pvc.Spec.ClaimRef indicating it is not yet bound to the claim`,
  );
}

type CheckOwner = (claim: PersistentVolumeClaim) => void;

async function findVolume(
  name: string,
  pod: Pod,
  { objects }: VolumeInputs,
  checkOwner: CheckOwner,
): Promise<PersistentVolume> {
  const namespace = pod.metadata.namespace ?? '';
  try {
    const claim = await objects.claim(namespace, name);
    if (!claim) {
      throw new VolumeError(`failed to fetch PVC from API server: persistentvolumeclaim "${name}" not found`);
    }
    checkOwner(claim);
    const volumeName = boundName(claim, pod);
    const volume = await objects.volume(volumeName);
    if (!volume) {
      const why = `persistentvolume "${volumeName}" not found`;
      throw new VolumeError(`failed to fetch PV ${volumeName} from API server: ${why}`);
    }
    checkReference(volume, claim);
    return volume;
  } catch (error) {
    throw new VolumeError(`error processing PVC ${namespace}/${name}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * With the policy OnRootMismatch, the files are given to the group only if the volume's folder is not its own yet.
 * https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#configure-volume-permission-and-ownership-change-policy-for-pods
 */
async function isDue({ spec }: Pod, path: string, group: number): Promise<boolean> {
  if (spec.securityContext?.fsGroupChangePolicy !== 'OnRootMismatch') return true;
  const { gid, mode } = await stat(path);
  return gid !== group || modeForGroup(mode, 'folder', 'write') !== (mode & 0o7777);
}

const setUpOf =
  (source: PersistentSource): SetUp =>
  async (place) => {
    await source.check(place.paths);
    // A volume is handed over once: the pod's processes may have changed it since.
    if ((await remembered(place)) === source.path) return;
    const group = fsGroupOf(place.pod);
    const { node } = await place.paths.hostPath(source.path);
    if (source.belongsToGroup && group !== undefined && (await isDue(place.pod, node, group))) {
      await giveToGroup(node, group, 'write');
    }
    await remember(place, source.path);
  };

async function mount(place: VolumePlace, { target, readOnly, subPath }: MountRequest): Promise<Mount> {
  const path = await remembered(place);
  if (path === undefined) throw new VolumeError(`volume "${place.name}" is not set up`);
  const { node, engine } = await place.paths.hostPath(path);
  return { source: subPath ? place.paths.onEngine(await withinVolume(node, subPath)) : engine, target, readOnly };
}

export const persistentVolumeClaim = volumeType('persistentVolumeClaim', {
  async read({ claimName }, pod, inputs) {
    return setUpOf(sourceOf(await findVolume(claimName, pod, inputs, () => {})));
  },
  mount: ({ readOnly = false }, place, request) => mount(place, { ...request, readOnly: readOnly || request.readOnly }),
});

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/component-helpers/storage/ephemeral/ephemeral.go */
function checkOwnedBy(pod: Pod): CheckOwner {
  return (claim) => {
    if (controllerOf(claim)?.uid === pod.metadata.uid) return;
    const { namespace, name } = claim.metadata;
    throw new VolumeError(
      `PVC ${namespace}/${name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`,
    );
  };
}

export const ephemeral = volumeType('ephemeral', {
  async read(_source, pod, inputs, name) {
    return setUpOf(sourceOf(await findVolume(`${pod.metadata.name}-${name}`, pod, inputs, checkOwnedBy(pod))));
  },
  mount: (_source, place, request) => mount(place, request),
});
