/**
 * Writes to the status of some kinds leave the metadata alone as well.
 * https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/apis/meta/v1/meta.go (ResetObjectMetaForStatus)
 */
import type { KubeObject } from './types.ts';

const reset = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

/** In place; `old` is the stored object. Who owns which field stays on record as written. */
export function keepMetadata({ metadata }: KubeObject, { metadata: old }: KubeObject): void {
  for (const field of reset) {
    if (old[field] === undefined) delete metadata[field];
    else Object.assign(metadata, { [field]: old[field] });
  }
}
