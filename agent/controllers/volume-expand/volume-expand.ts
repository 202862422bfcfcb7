/**
 * Enlarges the volumes of claims that ask for more. Local volumes have no size of their own, so that only what the
 * objects say changes; the drivers of other volumes have to do it.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims and
 * https://github.com/kubernetes-csi/external-resizer/blob/master/pkg/controller/controller.go
 */
import { persistentVolumes } from '../../api/core/persistent-volume.ts';
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts';
import { compareQuantities } from '../../api/quantity.ts';
import { capacityOfVolume, requestedStorage } from '../../api/storage/binding.ts';
import { localProvisioner } from '../../api/storage/local-class.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.ts';
import { isLocal } from '../local-volumes/plan.ts';
import { type Context, type ControllerDefinition, watch } from '../shared/controller.ts';
import { type Controller, defineController } from '../shared/runtime.ts';

const capacityOf = ({ status }: PersistentVolumeClaim): string =>
  (status?.capacity as Readonly<Record<string, string>> | undefined)?.storage ?? '0';

const asksForMore = (claim: PersistentVolumeClaim): boolean =>
  claim.status?.phase === 'Bound' && compareQuantities(requestedStorage(claim), capacityOf(claim)) > 0;

interface Expansion {
  claim: PersistentVolumeClaim;
  volume: PersistentVolume;
}

/** The claim and its volume if it asks for more than it has. */
function findExpansion({ informer }: Context, key: string): Expansion | undefined {
  const claim = informer(persistentVolumeClaims).get(key);
  const volume = claim && asksForMore(claim) ? informer(persistentVolumes).get(claim.spec.volumeName ?? '') : undefined;
  return claim && volume && { claim, volume };
}

const resizeConditions = new Set(['Resizing', 'FileSystemResizePending', 'ControllerResizeError', 'NodeResizeError']);

async function expand({ client, informer, recorder, signal }: Context, { claim, volume }: Expansion): Promise<void> {
  const storage = requestedStorage(claim);
  const { name } = volume.metadata;
  recorder.event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${name}`);
  if (compareQuantities(storage, capacityOfVolume(volume)) > 0) {
    const spec = { ...volume.spec, capacity: { ...volume.spec.capacity, storage } };
    const written = await client.resource(persistentVolumes).update({ ...volume, spec }, signal);
    await informer(persistentVolumes).caughtUp(written, signal);
  }
  const { conditions = [], ...rest } = claim.status ?? {};
  const kept = conditions.filter(({ type }) => !resizeConditions.has(type));
  const status = {
    ...rest,
    capacity: { ...claim.status?.capacity, storage },
    ...(kept.length > 0 ? { conditions: kept } : {}),
  };
  const written = await client.resource(persistentVolumeClaims).updateStatus({ ...claim, status }, signal);
  await informer(persistentVolumeClaims).caughtUp(written, signal);
  recorder.event(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded');
}

const forClaims = (
  name: string,
  component: string,
  step: (context: Context, expansion: Expansion) => Promise<void>,
  watches: NonNullable<ControllerDefinition<PersistentVolumeClaim>['watches']> = [],
): Controller =>
  defineController<PersistentVolumeClaim>({
    name,
    account: 'expand-controller',
    component,
    for: persistentVolumeClaims,
    watches,
    reads: [persistentVolumes],
    async reconcile(context, key) {
      const expansion = findExpansion(context, key);
      if (expansion) await step(context, expansion);
      return undefined;
    },
  });

export const volumeExpand: readonly Controller[] = [
  forClaims('volume_expand', 'volume_expand', async ({ recorder }, { claim }) => {
    recorder.event(claim, 'Normal', 'ExternalExpanding', 'waiting for an external controller to expand this PVC');
  }),
  forClaims(
    'local_volume_expander',
    `external-resizer ${localProvisioner}`,
    async (context, expansion) => {
      if (isLocal(expansion.volume)) await expand(context, expansion);
    },
    [
      watch(persistentVolumes, ({ object: { spec } }) =>
        spec.claimRef ? [`${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`] : [],
      ),
    ],
  ),
];
