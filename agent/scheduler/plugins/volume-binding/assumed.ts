/**
 * Volumes and claims as they will be once the scheduler's decisions are written. An assumption ends as soon as the
 * object changes in the API.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/scheduler/framework/plugins/volumebinding/assume_cache.go
 */
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/types.ts';

type StorageObject = PersistentVolume | PersistentVolumeClaim;

interface Assumption<T> {
  /** The version in the API on which the decision is based. */
  basedOn: string | undefined;
  object: T;
}

export interface Assumed<T extends StorageObject> {
  assume(object: T): void;
  /** The assumed object in place of the current one, if it is still based on it. */
  seen(current: T): T;
  /** Takes the assumption back. */
  restore(object: T): void;
}

const keyOf = ({ metadata }: StorageObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

export function createAssumed<T extends StorageObject>(): Assumed<T> {
  const assumptions = new Map<string, Assumption<T>>();
  return {
    assume: (object) => void assumptions.set(keyOf(object), { basedOn: object.metadata.resourceVersion, object }),
    seen(current) {
      const key = keyOf(current);
      const known = assumptions.get(key);
      if (!known) return current;
      if (known.basedOn === current.metadata.resourceVersion) return known.object;
      assumptions.delete(key);
      return current;
    },
    restore: (object) => void assumptions.delete(keyOf(object)),
  };
}
