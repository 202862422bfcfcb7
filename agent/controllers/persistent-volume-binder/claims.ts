/**
 * Binds claims to volumes, and asks a provisioner for those that have none.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding
 */
import { persistentVolumes } from '../../api/core/persistent-volume.ts';
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts';
import { isPodTerminal } from '../../api/pods.ts';
import { namesClass, storageAnnotation } from '../../api/storage/binding.ts';
import { defaultStorageClassOf, storageClasses } from '../../api/storage/storage-class.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types.ts';
import { storageClassOf } from '../../api/volumes.ts';
import { keyOf } from '../../client/informer.ts';
import { podsByClaim, podsOfClaim } from '../shared/claim-users.ts';
import { type Context, watch } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';
import { type ClaimFacts, type ClaimStep, planClaim } from './plan.ts';
import { bind, setClaimStatus, writeClaim } from './writes.ts';

function factsOf(context: Context, claim: PersistentVolumeClaim): ClaimFacts {
  const volumes = context.informer(persistentVolumes);
  const classes = context.informer(storageClasses);
  return {
    volume: (name) => volumes.get(name),
    volumes: volumes.list,
    storageClass: (name) => classes.get(name),
    defaultClass: () => defaultStorageClassOf(classes.list())?.metadata.name,
    waitingPods: () =>
      podsOfClaim(context, keyOf(claim))
        .filter((pod) => !pod.spec.nodeName && !isPodTerminal(pod))
        .map(({ metadata }) => metadata.name)
        .sort(),
  };
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/volume/persistentvolume/pv_controller.go (provisionClaimOperationExternal) */
const externalMessage = (provisioner: string): string =>
  `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system ` +
  'administrator. If volume creation is delayed, please verify that the provisioner is running and correctly ' +
  'registered.';

async function askProvisioner(context: Context, claim: PersistentVolumeClaim, provisioner: string): Promise<void> {
  const { annotations = {} } = claim.metadata;
  const names = [storageAnnotation.provisioner, storageAnnotation.betaProvisioner];
  const asked = names.every((name) => annotations[name] === provisioner)
    ? claim
    : await writeClaim(context, {
        ...claim,
        metadata: {
          ...claim.metadata,
          annotations: { ...annotations, ...Object.fromEntries(names.map((name) => [name, provisioner])) },
        },
      });
  context.recorder.event(asked, 'Normal', 'ExternalProvisioning', externalMessage(provisioner));
}

async function execute(context: Context, claim: PersistentVolumeClaim, step: ClaimStep): Promise<void> {
  const { recorder } = context;
  switch (step.kind) {
    case 'bind':
      return bind(context, step.volume, claim);
    case 'askProvisioner':
      return askProvisioner(context, claim, step.provisioner);
    case 'setClass':
      await writeClaim(context, { ...claim, spec: { ...claim.spec, storageClassName: step.name } });
      return;
    case 'wait':
      await setClaimStatus(context, claim, { ...claim.status, phase: 'Pending' });
      if (step.event) recorder.event(claim, step.event.type, step.event.reason, step.event.message);
      return;
    case 'lose': {
      const { capacity: _capacity, accessModes: _modes, ...rest } = claim.status ?? {};
      const changed = await setClaimStatus(context, claim, { ...rest, phase: 'Lost' });
      if (changed) recorder.event(claim, step.event.type, step.event.reason, step.event.message);
      return;
    }
    case 'fail':
      throw new Error(step.message);
  }
}

const isUnbound = ({ spec }: PersistentVolumeClaim): boolean => !spec.volumeName;

const unboundKeys = ({ informer }: Context, concerns: (claim: PersistentVolumeClaim) => boolean): string[] =>
  informer(persistentVolumeClaims)
    .list()
    .filter((claim) => isUnbound(claim) && concerns(claim))
    .map(keyOf);

/** The claim of the volume; of a free volume every claim that may get it. */
function claimsOfVolume(volume: PersistentVolume, context: Context): string[] {
  const { claimRef } = volume.spec;
  if (claimRef?.name) return [`${claimRef.namespace ?? ''}/${claimRef.name}`];
  const { name } = volume.metadata;
  const naming = context
    .informer(persistentVolumeClaims)
    .list()
    .filter(({ spec }) => spec.volumeName === name)
    .map(keyOf);
  const free = unboundKeys(context, (claim) => storageClassOf(claim) === storageClassOf(volume));
  return [...naming, ...free];
}

export const claimBinder = defineController<PersistentVolumeClaim>({
  name: 'claims',
  account: 'persistent-volume-binder',
  component: 'persistentvolume-controller',
  for: persistentVolumeClaims,
  watches: [
    watch(persistentVolumes, ({ object }, context) => claimsOfVolume(object, context)),
    watch(storageClasses, ({ object }, context) =>
      unboundKeys(context, (claim) => !namesClass(claim) || storageClassOf(claim) === object.metadata.name),
    ),
  ],
  indices: [podsByClaim],
  // Two claims never choose the same volume.
  concurrency: 1,
  async reconcile(context, key) {
    const claim = context.informer(persistentVolumeClaims).get(key);
    if (claim) await execute(context, claim, planClaim(claim, factsOf(context, claim)));
    return undefined;
  },
});
