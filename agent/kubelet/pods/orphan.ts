/**
 * Pods with containers on this node that the API does not have: it never had them, or deleted them while the agent was
 * down.
 */
import type { RuntimeCache } from '../runtime/cache.ts';
import { createMemory, type PodMemory } from './memory.ts';

/** The memory of an orphaned pod, for clean-up; undefined if the runtime has nothing of it. */
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
