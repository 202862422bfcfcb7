/**
 * Makes volumes for claims of our classes: a folder on one node, and the PersistentVolume for it. Events are those of
 * upstream's library for provisioners.
 * https://github.com/kubernetes-sigs/sig-storage-lib-external-provisioner/blob/master/controller/controller.go
 */
import { nodes } from '../../api/core/node.ts';
import { persistentVolumes } from '../../api/core/persistent-volume.ts';
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts';
import { isAlreadyExists, messageOf } from '../../api/errors.ts';
import { storageAnnotation, waitsForConsumer, withoutAnnotations } from '../../api/storage/binding.ts';
import { localProvisioner } from '../../api/storage/local-class.ts';
import { storageClasses } from '../../api/storage/storage-class.ts';
import type { Node, PersistentVolumeClaim, StorageClass } from '../../api/types.ts';
import { storageClassOf } from '../../api/volumes.ts';
import { keyOf } from '../../client/informer.ts';
import { type Context, watch } from '../shared/controller.ts';
import type { NodeFolders } from '../shared/node-folders.ts';
import { type Controller, defineController } from '../shared/runtime.ts';
import { chooseNode, localVolume, unsupported, volumeNameFor } from './plan.ts';

const { selectedNode, provisioner } = storageAnnotation;

/** The class if this claim's volume is ours to make now. */
function classToServe({ informer }: Context, claim: PersistentVolumeClaim): StorageClass | undefined {
  const { metadata, spec } = claim;
  if (metadata.deletionTimestamp || spec.volumeName) return undefined;
  if (metadata.annotations?.[provisioner] !== localProvisioner) return undefined;
  if (informer(persistentVolumes).get(volumeNameFor(claim))) return undefined;
  const storageClass = informer(storageClasses).get(storageClassOf(claim));
  if (storageClass?.provisioner !== localProvisioner) return undefined;
  const waits = waitsForConsumer(storageClass) && metadata.annotations?.[selectedNode] === undefined;
  return waits ? undefined : storageClass;
}

/** The scheduler's node, or one of our choice. Undefined if there is none; then a change of the nodes may help. */
function nodeFor({ informer }: Context, claim: PersistentVolumeClaim, storageClass: StorageClass): Node | undefined {
  const selected = claim.metadata.annotations?.[selectedNode];
  if (selected !== undefined) return informer(nodes).get(selected);
  return chooseNode(storageClass, informer(nodes).list(), informer(persistentVolumes).list());
}

async function make(
  context: Context,
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  node: Node,
  folders: NodeFolders,
): Promise<void> {
  const { client, informer, recorder, signal } = context;
  const volume = localVolume(claim, storageClass, node);
  const { namespace, name } = claim.metadata;
  const what = `External provisioner is provisioning volume for claim "${namespace}/${name}"`;
  recorder.event(claim, 'Normal', 'Provisioning', what);
  await folders.make(node.metadata.name, volume.spec.local.path, signal);
  try {
    const made = await client.resource(persistentVolumes).create(volume, signal);
    await informer(persistentVolumes).caughtUp(made, signal);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  recorder.event(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${volume.metadata.name}`);
}

async function provision(context: Context, claim: PersistentVolumeClaim, folders: NodeFolders): Promise<void> {
  const { client, informer, recorder, signal } = context;
  const storageClass = classToServe(context, claim);
  if (!storageClass) return;
  const failed = (why: string): void => {
    const message = `failed to provision volume with StorageClass "${storageClass.metadata.name}": ${why}`;
    recorder.event(claim, 'Warning', 'ProvisioningFailed', message);
  };
  const problem = unsupported(claim);
  if (problem !== undefined) return failed(problem);
  const node = nodeFor(context, claim, storageClass);
  if (!node) {
    if (claim.metadata.annotations?.[selectedNode] === undefined) return failed('no node is ready to hold the volume');
    // The node has left the cluster: the scheduler chooses another one.
    const asked = await client.resource(persistentVolumeClaims).update(withoutAnnotations(claim, selectedNode), signal);
    await informer(persistentVolumeClaims).caughtUp(asked, signal);
    return;
  }
  try {
    await make(context, claim, storageClass, node, folders);
  } catch (error) {
    if (!signal.aborted) failed(messageOf(error));
    throw error;
  }
}

export const localVolumeProvisioner = (folders: NodeFolders): Controller =>
  defineController<PersistentVolumeClaim>({
    name: 'local_volume_provisioner',
    account: 'persistent-volume-binder',
    component: localProvisioner,
    for: persistentVolumeClaims,
    keys: ({ object, type }) => (type === 'deleted' || object.spec.volumeName ? [] : [keyOf(object)]),
    watches: [
      watch(nodes, ({ object, old }, { informer }) =>
        old && old.spec === object.spec && old.status?.conditions === object.status?.conditions
          ? []
          : informer(persistentVolumeClaims)
              .list()
              .filter(({ spec }) => !spec.volumeName)
              .map(keyOf),
      ),
    ],
    reads: [persistentVolumes, storageClasses],
    async reconcile(context, key) {
      const claim = context.informer(persistentVolumeClaims).get(key);
      if (claim) await provision(context, claim, folders);
      return undefined;
    },
  });
