/** Pods of which something runs here, and that the API has never heard of or has deleted while this agent was away. */
import type { RuntimeCache } from '../runtime/cache.ts';
import { createMemory, type PodMemory } from './memory.ts';

/** What is left of it, to be cleaned up; undefined where nothing is. */
export function orphanOf(uid: string, cache: RuntimeCache, now: number): PodMemory | undefined {
  const [object] = [...cache.sandboxes(uid), ...cache.containers(uid)];
  if (!object) return undefined;
  const { name, namespace } = object.pod;
  const memory = createMemory(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, uid, resourceVersion: '0', creationTimestamp: '' },
      spec: { containers: [] },
    },
    now,
  );
  memory.end.gone = true;
  return memory;
}
