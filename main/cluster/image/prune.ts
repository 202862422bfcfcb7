/** Removes node images that nothing needs any more, since each version of Skiff makes one of its own. */
import type { Engine } from '../../engine/engine.ts';
import type { ImageSummary } from '../../engine/images.ts';
import { nodeImageLabel } from '../names.ts';

/** Seconds. Another process may be about to make a node from an image that no container uses yet. */
const minAge = 3600;

/**
 * Names of all images except the one in use, the newest one and recent ones. A pulled image may be older than the one
 * that it replaces.
 */
export function superseded(images: ImageSummary[], inUse: string, now: number): string[] {
  const [, ...older] = images.toSorted((a, b) => b.Created - a.Created);
  return older
    .filter(({ RepoTags }) => !RepoTags?.includes(inUse))
    .filter(({ Created }) => now / 1000 - Created > minAge)
    .flatMap(namesOf);
}

/** Engines before Docker 25 list this in place of a name that another image has taken. */
const untagged = '<none>:<none>';

function namesOf({ Id, RepoTags }: ImageSummary): string[] {
  const names = RepoTags?.filter((name) => name !== untagged) ?? [];
  return names.length > 0 ? names : [Id];
}

/** The engine itself keeps images that a container was made from. */
export async function pruneNodeImages(engine: Engine, inUse: string): Promise<void> {
  const images = await engine.images.list([nodeImageLabel]);
  await Promise.all(superseded(images, inUse, Date.now()).map((name) => engine.images.remove(name)));
}
