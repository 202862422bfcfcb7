/** The objects of the API that pods are made of beside their spec. */
import type { ConfigMap, Secret } from '../../api/types.ts';

/** One object that a pod refers to. */
export interface ObjectKey {
  plural: 'configmaps' | 'secrets';
  namespace: string;
  name: string;
}

/** What the API says now; undefined where it does not exist. */
export interface ObjectReader {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
}
