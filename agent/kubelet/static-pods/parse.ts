/**
 * The pods of a manifest. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/config/common.go
 */
import { createHash } from 'node:crypto';
import { defaultPod } from '../../api/core/pod-defaults.ts';
import type { FieldError } from '../../api/kind.ts';
import type { Pod } from '../../api/types.ts';
import { validatePodCreate } from '../../api/validation/pod.ts';

export const staticAnnotations = {
  hash: 'kubernetes.io/config.hash',
  mirror: 'kubernetes.io/config.mirror',
  seen: 'kubernetes.io/config.seen',
  source: 'kubernetes.io/config.source',
} as const;

export interface Origin {
  /** The file's path: equal pods of two files are two pods. */
  path: string;
  nodeName: string;
  /** RFC 3339. */
  seen: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of a document: itself, or the items of a list. */
function objectsOf(document: unknown): Record<string, unknown>[] {
  if (document === null || document === undefined) return [];
  if (!isObject(document)) throw new Error('a manifest must be an object');
  return Array.isArray(document.items) ? document.items.filter(isObject) : [document];
}

const text = ({ field, type, detail }: FieldError): string => `${field}: ${type}: ${detail}`;

/** Throws for what is no pod that the API would take. */
function podOf(object: Record<string, unknown>, { path, nodeName, seen }: Origin): Pod {
  if (object.kind !== 'Pod' || object.apiVersion !== 'v1') {
    throw new Error(`invalid pod: kind ${object.kind}, version ${object.apiVersion}`);
  }
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const given = structuredClone(object) as object as Pod;
  const uid = createHash('md5')
    .update(`${nodeName}\n${path}\n${JSON.stringify(object)}`)
    .digest('hex');
  const annotations = { ...(isObject(metadata.annotations) ? metadata.annotations : {}) } as Record<string, string>;
  const pod: Pod = {
    ...given,
    metadata: {
      ...given.metadata,
      name: `${metadata.name ?? metadata.generateName ?? uid}-${nodeName}`,
      namespace: given.metadata?.namespace ?? 'default',
      uid,
      resourceVersion: '0',
      creationTimestamp: seen,
      annotations: {
        ...annotations,
        [staticAnnotations.hash]: uid,
        [staticAnnotations.seen]: seen,
        [staticAnnotations.source]: 'file',
      },
    },
    spec: {
      ...given.spec,
      nodeName,
      tolerations: [...(given.spec?.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }],
    },
    status: { phase: 'Pending' },
  };
  if (!Array.isArray(given.spec?.containers)) throw new Error('invalid pod: spec.containers: Required value');
  defaultPod(pod.spec);
  const errors = validatePodCreate(pod);
  if (errors.length > 0) throw new Error(`invalid pod: [${errors.map(text).join(', ')}]`);
  return pod;
}

/** The pods of all documents of a file. Throws if one of them is not valid. */
export const podsOf = (documents: readonly unknown[], origin: Origin): Pod[] =>
  documents.flatMap(objectsOf).map((object) => podOf(object, origin));
