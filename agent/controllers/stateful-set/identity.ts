/**
 * Who the pods of a stateful set are: their ordinals, names, labels and claims. Pure.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-identity and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/statefulset/stateful_set_utils.go
 */
import type { core, Draft, ObjectMeta, PersistentVolumeClaim, Pod, StatefulSet } from '../../api/types.ts';
import { revisionLabel } from '../shared/history.ts';
import { podFromTemplate } from '../shared/pod-from-template.ts';

export const podNameLabel = 'statefulset.kubernetes.io/pod-name';
const podIndexLabel = 'apps.kubernetes.io/pod-index';

/** A state of the set's template: the name of its revision, and what pods are made from. */
export interface Revision {
  name: string;
  template: core.PodTemplateSpec;
}

export const replicasOf = ({ spec }: StatefulSet): number => spec.replicas ?? 1;
export const startOf = ({ spec }: StatefulSet): number => spec.ordinals?.start ?? 0;
export const revisionOf = ({ metadata }: Pick<Pod, 'metadata'>): string => metadata.labels?.[revisionLabel] ?? '';

/** The number at the end of a pod's name, e.g. 2 for `web-2`; undefined if the rest is not the set's name. */
export function ordinalOf(set: StatefulSet, { metadata }: Pick<Pod, 'metadata'>): number | undefined {
  const dash = metadata.name.lastIndexOf('-');
  const digits = metadata.name.slice(dash + 1);
  const isOfSet = metadata.name.slice(0, Math.max(0, dash)) === set.metadata.name;
  return isOfSet && /^(0|[1-9]\d{0,9})$/.test(digits) && Number(digits) < 2 ** 31 ? Number(digits) : undefined;
}

export const isInRange = (set: StatefulSet, ordinal: number): boolean =>
  ordinal >= startOf(set) && ordinal < startOf(set) + replicasOf(set);

const podName = (set: StatefulSet, ordinal: number): string => `${set.metadata.name}-${ordinal}`;

type ClaimTemplate = NonNullable<StatefulSet['spec']['volumeClaimTemplates']>[number];

/** The claims of a pod by the name of their template, each with the name that is the pod's own, e.g. `data-web-0`. */
function claimNames(set: StatefulSet, ordinal: number): [template: ClaimTemplate, name: string][] {
  const templates = set.spec.volumeClaimTemplates ?? [];
  return templates.map((template) => [template, `${template.metadata?.name}-${podName(set, ordinal)}`]);
}

/** The keys of a pod's claims, as informers have them. */
export const claimKeys = (set: StatefulSet, ordinal: number): string[] =>
  claimNames(set, ordinal).map(([, name]) => `${set.metadata.namespace}/${name}`);

/** The claims that a pod needs, as they are made. */
export const claimsFor = (set: StatefulSet, ordinal: number): Draft<PersistentVolumeClaim>[] =>
  claimNames(set, ordinal).map(([{ metadata, spec }, name]) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...metadata,
      name,
      namespace: set.metadata.namespace,
      labels: { ...metadata?.labels, ...set.spec.selector.matchLabels },
    },
    spec: spec ?? {},
  }));

/** Volumes of claims come first, in place of the template's volumes of the same names. */
export function volumesOf(set: StatefulSet, ordinal: number, others: readonly core.Volume[] = []): core.Volume[] {
  const claims = claimNames(set, ordinal).map(([{ metadata }, claimName]) => ({
    name: metadata?.name ?? '',
    persistentVolumeClaim: { claimName },
  }));
  const taken = new Set(claims.map(({ name }) => name));
  return [...claims, ...others.filter(({ name }) => !taken.has(name))];
}

export const identityLabels = (set: StatefulSet, ordinal: number): Record<string, string> => ({
  [podNameLabel]: podName(set, ordinal),
  [podIndexLabel]: String(ordinal),
});

/** The pod with the ordinal, as it is made from a revision. */
export function draftPod(set: StatefulSet, ordinal: number, { name: revision, template }: Revision): Draft<Pod> {
  const name = podName(set, ordinal);
  const { metadata, spec, ...pod } = podFromTemplate(set, template);
  const volumes = volumesOf(set, ordinal, spec.volumes);
  return {
    ...pod,
    metadata: {
      ...metadata,
      name,
      labels: { ...metadata.labels, ...identityLabels(set, ordinal), [revisionLabel]: revision },
    },
    spec: {
      ...spec,
      hostname: name,
      subdomain: set.spec.serviceName,
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}

export const hasIdentity = ({ metadata }: { metadata: ObjectMeta }): boolean =>
  metadata.labels?.[podNameLabel] === metadata.name;

/** True if the pod mounts the claims that its ordinal has. */
export function hasStorage(set: StatefulSet, ordinal: number, { spec }: Pod): boolean {
  const mounted = new Map((spec.volumes ?? []).map((each) => [each.name, each.persistentVolumeClaim?.claimName]));
  return claimNames(set, ordinal).every(([{ metadata }, claim]) => mounted.get(metadata?.name ?? '') === claim);
}
