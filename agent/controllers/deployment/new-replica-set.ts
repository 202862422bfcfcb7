/**
 * Finds or creates the replica set of a deployment's current template, and updates its revision and annotations.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/deployment/sync.go (getNewReplicaSet)
 */
import { replicaSets } from '../../api/apps/replica-set.ts';
import { isAlreadyExists, isNamespaceTerminating, messageOf } from '../../api/errors.ts';
import { canonicalJson, templateHash } from '../../api/hash.ts';
import { controllerOf, ownerReference } from '../../api/owner.ts';
import type { Deployment, Draft, ReplicaSet } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { nextRevision } from '../shared/revisions.ts';
import { fenceposts, newReplicas, type Rollout } from './plan.ts';
import {
  annotationsAt,
  desiredReplicasAnnotation,
  essence,
  maxReplicasAnnotation,
  podTemplateHashLabel,
  replicasOf,
  revisionOf,
  sameTemplate,
} from './replica-sets.ts';

export interface Writer {
  client: Client;
  informer: Informer<ReplicaSet>;
  signal: AbortSignal;
}

/**
 * Another controller's replica set already has the template's hash as its name. The caller counts the collision and
 * retries with another hash.
 */
export class HashCollision extends Error {
  constructor(name: string) {
    super(`replica set "${name}" exists and is not this deployment's`);
    this.name = 'HashCollision';
  }
}

/** The server refuses the new replica set, e.g. for a quota. */
export class ReplicaSetCreateError extends Error {
  constructor(name: string, cause: unknown) {
    super(`Failed to create new replica set "${name}": ${messageOf(cause)}`, { cause });
    this.name = 'ReplicaSetCreateError';
  }
}

export const sizeAnnotations = (deployment: Deployment): Record<string, string> => ({
  [desiredReplicasAnnotation]: String(replicasOf(deployment)),
  [maxReplicasAnnotation]: String(replicasOf(deployment) + fenceposts(deployment).surge),
});

/** Writes a replica set and waits until the informer shows it. Rejects with a conflict if the set changed meanwhile. */
export async function writeSet(writer: Writer, set: ReplicaSet): Promise<ReplicaSet> {
  const written = await writer.client.resource(replicaSets).update(set, writer.signal);
  await writer.informer.caughtUp(written, writer.signal);
  return written;
}

const revisionAfter = ({ oldSets }: Rollout): bigint => nextRevision(oldSets.map(revisionOf));

/** The replica set for a deployment's template, with its initial size. */
export function draftSet(rollout: Rollout): Draft<ReplicaSet> {
  const { deployment } = rollout;
  const hash = templateHash(essence(deployment.spec.template), deployment.status?.collisionCount);
  const { template, selector, minReadySeconds } = deployment.spec;
  const labels = { ...template.metadata?.labels, [podTemplateHashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: { ...annotationsAt(deployment, revisionAfter(rollout)), ...sizeAnnotations(deployment) },
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas: newReplicas(rollout),
      ...(minReadySeconds ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [podTemplateHashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** Updates annotations and `minReadySeconds` of an existing new replica set. */
export async function refreshNewSet(writer: Writer, rollout: Rollout & { newSet: ReplicaSet }): Promise<ReplicaSet> {
  const { deployment, newSet } = rollout;
  const annotations = annotationsAt(deployment, revisionAfter(rollout), newSet);
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  const same = canonicalJson(annotations) === canonicalJson(newSet.metadata.annotations ?? {});
  if (same && minReadySeconds === (newSet.spec.minReadySeconds ?? 0)) return newSet;
  return writeSet(writer, {
    ...newSet,
    metadata: { ...newSet.metadata, annotations },
    spec: { ...newSet.spec, minReadySeconds },
  });
}

/** Rejects with `HashCollision` if another object has the name, and with `ReplicaSetCreateError` if it is refused. */
export async function createNewSet(writer: Writer, rollout: Rollout): Promise<ReplicaSet> {
  const draft = draftSet(rollout);
  const resource = writer.client.resource(replicaSets);
  try {
    const created = await resource.create(draft, writer.signal);
    await writer.informer.caughtUp(created, writer.signal);
    return created;
  } catch (error) {
    const { name = '', namespace } = draft.metadata;
    if (isNamespaceTerminating(error)) throw error;
    if (!isAlreadyExists(error)) throw new ReplicaSetCreateError(name, error);
    const existing = await resource.get(name, namespace, writer.signal);
    const ours = controllerOf(existing)?.uid === rollout.deployment.metadata.uid;
    if (ours && sameTemplate(existing.spec.template, draft.spec.template)) return existing;
    throw new HashCollision(name);
  }
}
