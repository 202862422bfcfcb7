/** Measures what pods keep on the node's disk. */
import type { Pod } from '../../api/types.ts';
import type { RuntimeCache } from '../runtime/cache.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Volumes } from '../volumes/volumes.ts';
import type { StorageUsage } from './local-storage.ts';

export interface UsageParts {
  runtime: Pick<Runtime, 'writtenBytes'>;
  cache: Pick<RuntimeCache, 'containers'>;
  volumes: Pick<Volumes, 'emptyDirUsage'>;
}

/** One container after the other, because the engine walks through the files of each. */
export async function storageUsage(
  { runtime, cache, volumes }: UsageParts,
  pod: Pod,
  signal: AbortSignal,
): Promise<StorageUsage> {
  const containers = new Map<string, number>();
  for (const { id, name, state } of cache.containers(pod.metadata.uid)) {
    if (state === 'running') containers.set(name, await runtime.writtenBytes(id, signal));
  }
  return { emptyDirs: await volumes.emptyDirUsage(pod), containers };
}

export const bytesOf = ({ emptyDirs, containers }: StorageUsage): number =>
  [...emptyDirs.values(), ...containers.values()].reduce((total, amount) => total + amount, 0);
