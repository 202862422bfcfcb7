/**
 * What every new cluster begins with, as the pipeline makes it: made once, where the agent is built, and written to a
 * new store in one transaction. To send 180 objects through the pipeline takes a cold process a third of its start.
 * What then follows is the same with and without: whatever is missing or otherwise than it should be is put right.
 */
import { timestamp } from '../clock.ts';
import type { Store } from '../store/store.ts';

/** Key and value in the store. The value has marks where objects of different clusters differ. */
export type CommonObject = readonly [key: string, text: string];

const marks = { uid: '{uid}', now: '{now}' };

/** All that a store holds, with marks. `now`: when it was written, in milliseconds. */
async function readMarked(store: Store, now: number): Promise<Map<string, string>> {
  const { entries } = await store.list('');
  const marked = entries.map(({ key, value }): [string, string] => {
    const text = Buffer.from(value).toString();
    if (Object.values(marks).some((mark) => text.includes(mark))) throw new Error(`${key} contains a mark`);
    const { uid } = (JSON.parse(text) as { metadata: { uid: string } }).metadata;
    return [key, text.replaceAll(`"${uid}"`, `"${marks.uid}"`).replaceAll(`"${timestamp(now)}"`, `"${marks.now}"`)];
  });
  return new Map(marked);
}

/**
 * What two new clusters of different settings have in common. `begin` starts and ends a server over a store, at a time;
 * it must not make anything of which an object in common says that it has been made.
 */
export async function findCommonObjects(
  newStore: () => Store,
  begin: readonly [(store: Store, now: number) => Promise<void>, (store: Store, now: number) => Promise<void>],
): Promise<CommonObject[]> {
  const [one = new Map<string, string>(), other = new Map<string, string>()] = await Promise.all(
    begin.map(async (start, at) => {
      const store = newStore();
      const now = Date.UTC(2001 + at);
      await start(store, now);
      return readMarked(store, now);
    }),
  );
  return [...one].filter(([key, text]) => other.get(key) === text);
}

/** In one transaction of the store, because the writes begin in one turn. */
export async function writeCommonObjects(store: Store, objects: readonly CommonObject[], now: number): Promise<void> {
  const time = timestamp(now);
  const written = await Promise.all(
    objects.map(([key, text]) =>
      store.create(key, Buffer.from(text.replace(marks.uid, crypto.randomUUID()).replaceAll(marks.now, time))),
    ),
  );
  if (written.some(({ ok }) => !ok)) throw new Error('somebody else writes to the new store');
}
