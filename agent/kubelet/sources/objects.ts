/** The API objects that pods are made of, besides their spec. */
import type { ConfigMap, PersistentVolume, PersistentVolumeClaim, Secret } from '../../api/types.ts';

/** One object that a pod refers to. */
export interface ObjectKey {
  plural: 'configmaps' | 'secrets';
  namespace: string;
  name: string;
}

/** Reads from the API, not from a cache that may lag; undefined if the object does not exist. */
export interface ObjectReader {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
}

/** Also reads what volumes of claims lead to. */
export interface StorageReader extends ObjectReader {
  claim(namespace: string, name: string): Promise<PersistentVolumeClaim | undefined>;
  volume(name: string): Promise<PersistentVolume | undefined>;
}
