/**
 * Makes the claims of generic ephemeral volumes. The pod owns them, so that they go with it.
 * https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#generic-ephemeral-volumes and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/volume/ephemeral/controller.go
 */
import { persistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts';
import { pods } from '../../api/core/pod.ts';
import { messageOf } from '../../api/errors.ts';
import { controllerOf, ownerReference } from '../../api/owner.ts';
import type { core, Draft, PersistentVolumeClaim, Pod } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import { podsByClaim, podsOfClaim } from '../shared/claim-users.ts';
import { type Context, watch } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';

type Template = NonNullable<NonNullable<core.Volume['ephemeral']>['volumeClaimTemplate']>;

/** The templates by the names of their claims. */
const templatesOf = ({ metadata, spec }: Pod): [string, Template][] =>
  (spec.volumes ?? []).flatMap(({ name, ephemeral }) =>
    ephemeral?.volumeClaimTemplate ? [[`${metadata.name}-${name}`, ephemeral.volumeClaimTemplate]] : [],
  );

const claimFor = (pod: Pod, name: string, { metadata, spec }: Template): Draft<PersistentVolumeClaim> => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: {
    name,
    namespace: pod.metadata.namespace,
    ...(metadata?.labels ? { labels: metadata.labels } : {}),
    ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
    ownerReferences: [ownerReference(pod)],
  },
  spec,
});

async function ensure(
  { client, informer, signal }: Context,
  pod: Pod,
  name: string,
  template: Template,
): Promise<void> {
  const { namespace } = pod.metadata;
  const known = informer(persistentVolumeClaims).get(`${namespace}/${name}`);
  if (!known) {
    const made = await client.resource(persistentVolumeClaims).create(claimFor(pod, name, template), signal);
    await informer(persistentVolumeClaims).caughtUp(made, signal);
    return;
  }
  if (controllerOf(known)?.uid === pod.metadata.uid) return;
  const owner = `${namespace}/${pod.metadata.name}`;
  throw new Error(`PVC ${namespace}/${name} was not created for pod ${owner} (pod is not owner)`);
}

async function ensureAll(context: Context, pod: Pod): Promise<void> {
  for (const [name, template] of templatesOf(pod)) {
    try {
      await ensure(context, pod, name, template);
    } catch (error) {
      if (context.signal.aborted) throw error;
      const volume = name.slice(pod.metadata.name.length + 1);
      context.recorder.event(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume}: ${messageOf(error)}`);
      throw new Error(`pod ${keyOf(pod)}, ephemeral volume ${volume}: ${messageOf(error)}`, { cause: error });
    }
  }
}

export const ephemeralVolume = defineController<Pod>({
  name: 'ephemeral_volume',
  account: 'ephemeral-volume-controller',
  component: 'ephemeral_volume',
  for: pods,
  keys: ({ type, object }) => (type === 'added' && templatesOf(object).length > 0 ? [keyOf(object)] : []),
  watches: [
    watch(persistentVolumeClaims, ({ type, object }, context) =>
      type === 'deleted'
        ? podsOfClaim(context, keyOf(object))
            .filter((pod) => templatesOf(pod).length > 0)
            .map(keyOf)
        : [],
    ),
  ],
  indices: [podsByClaim],
  async reconcile(context, key) {
    const pod = context.informer(pods).get(key);
    if (pod && !pod.metadata.deletionTimestamp) await ensureAll(context, pod);
    return undefined;
  },
});
