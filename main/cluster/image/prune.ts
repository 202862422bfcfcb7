/** Removes node images that nothing needs any more: each version of Skiff makes one of its own. */
import type { Engine } from '../../engine/engine.ts';
import { nodeImageLabel } from '../names.ts';

/** Another process may be about to make a node of an image that no container uses yet. Seconds. */
const leastAge = 3600;

/** Keeps the newest one, for the next start, and those that a container was made from. */
export async function pruneNodeImages(engine: Engine, now: number = Date.now()): Promise<void> {
  const images = await engine.images.list([nodeImageLabel]);
  const [, ...older] = images.sort((a, b) => b.Created - a.Created);
  const old = older.filter(({ Created }) => now / 1000 - Created > leastAge);
  await Promise.all(
    old.flatMap(({ Id, RepoTags }) => (RepoTags?.length ? RepoTags : [Id]).map((name) => engine.images.remove(name))),
  );
}
