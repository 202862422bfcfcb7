/**
 * The entry of a node's process. It loads next to nothing: a control plane's store opens on its own thread while the
 * code of everything else is loaded.
 */
import { nodePlaces } from './roles/places.ts';

async function start(): Promise<void> {
  if (process.argv[2] === 'rehearse') return (await import('./run.ts')).rehearseStart();
  if (process.argv[2] === 'common-objects') return (await import('./run.ts')).writeCommonObjects();
  const places = nodePlaces();
  // Only a control plane loads the store.
  const store =
    places.controlPlane && (await import('./roles/open-store.ts')).openStore(places.controlPlane.dataFolder);
  const { run } = await import('./run.ts');
  await run(places, store);
}

start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
