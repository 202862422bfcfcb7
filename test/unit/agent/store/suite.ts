/** What every store does: run it against each implementation. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Change, CompactedError, type Store } from '../../../../agent/store/store.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (value: Uint8Array): string => Buffer.from(value).toString('utf8');
const shown = ({ type, entry }: Change): string => `${type} ${entry.key}=${text(entry.value)}@${entry.revision}`;

async function take(changes: AsyncIterable<Change>, count: number): Promise<string[]> {
  const taken: string[] = [];
  for await (const change of changes) {
    taken.push(shown(change));
    if (taken.length === count) break;
  }
  return taken;
}

export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`${name} store`, () => {
    let store: Store;
    let stopping: AbortController;
    beforeEach(async () => {
      store = await open();
      stopping = new AbortController();
    });
    afterEach(async () => {
      stopping.abort();
      await store.close();
    });
    const watch = (prefix: string, after: number) => store.watch(prefix, after, stopping.signal);

    it('starts empty at revision 0', async () => {
      expect(await store.revision()).toBe(0);
      expect(await store.list('')).toEqual({ entries: [], revision: 0 });
      expect(await store.get('/a')).toBeUndefined();
    });

    it('creates a key once', async () => {
      const created = await store.create('/a', bytes('1'));
      expect(created).toMatchObject({ ok: true, entry: { key: '/a', createRevision: 1, revision: 1 } });
      const again = await store.create('/a', bytes('2'));
      expect(again).toMatchObject({ ok: false, current: { revision: 1 } });
      expect(await store.revision()).toBe(1);
    });

    it('updates only at the expected revision', async () => {
      await store.create('/a', bytes('1'));
      expect(await store.update('/a', bytes('2'), 1)).toMatchObject({
        ok: true,
        entry: { createRevision: 1, revision: 2 },
      });
      const late = await store.update('/a', bytes('3'), 1);
      expect(late).toMatchObject({ ok: false, current: { revision: 2 } });
      expect(text((await store.get('/a'))?.value ?? bytes(''))).toBe('2');
    });

    it('answers an update of a key that does not exist without a current entry', async () => {
      expect(await store.update('/a', bytes('1'), 1)).toEqual({ ok: false });
      expect(await store.delete('/a', 1)).toEqual({ ok: false });
      expect(await store.revision()).toBe(0);
    });

    it('deletes at the expected revision and answers with what was there', async () => {
      await store.create('/a', bytes('1'));
      expect(await store.delete('/a', 7)).toMatchObject({ ok: false, current: { revision: 1 } });
      const deleted = await store.delete('/a', 1);
      expect(deleted).toMatchObject({ ok: true, entry: { key: '/a', createRevision: 1, revision: 2 } });
      expect(deleted.ok && text(deleted.entry.value)).toBe('1');
      expect(await store.get('/a')).toBeUndefined();
    });

    it('gives a key that is made again a new creation revision', async () => {
      await store.create('/a', bytes('1'));
      await store.delete('/a', 1);
      expect(await store.create('/a', bytes('2'))).toMatchObject({ entry: { createRevision: 3, revision: 3 } });
    });

    it('lists by prefix in key order with the revision of the read', async () => {
      for (const key of ['/b/2', '/a/1', '/b/1', '/c']) await store.create(key, bytes(key));
      const { entries, revision } = await store.list('/b/');
      expect(entries.map(({ key, revision: at }) => `${key}@${at}`)).toEqual(['/b/1@3', '/b/2@1']);
      expect(revision).toBe(4);
    });

    it('gives concurrent writers dense revisions and lets one of several win a key', async () => {
      const results = await Promise.all(Array.from({ length: 20 }, () => store.create('/one', bytes('x'))));
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      const others = await Promise.all(Array.from({ length: 20 }, (_, index) => store.create(`/${index}`, bytes('x'))));
      expect(others.map((result) => (result.ok ? result.entry.revision : 0)).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 2),
      );
    });

    it('watches from the past into the present without gaps', async () => {
      await store.create('/a/1', bytes('1'));
      await store.create('/b/1', bytes('1'));
      await store.update('/a/1', bytes('2'), 1);
      const seen = take(watch('/a/', 1), 3);
      await store.create('/a/2', bytes('1'));
      await store.delete('/a/1', 3);
      expect(await seen).toEqual(['put /a/1=2@3', 'put /a/2=1@4', 'delete /a/1=2@5']);
    });

    it('keeps the order for a watcher while many write', async () => {
      const seen = take(watch('/', 0), 200);
      await Promise.all(Array.from({ length: 200 }, (_, index) => store.create(`/${index}`, bytes('x'))));
      const revisions = (await seen).map((line) => Number(line.split('@')[1]));
      expect(revisions).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    });

    it('ends a watch when its signal aborts', async () => {
      const seen = take(watch('/', 0), 2);
      await store.create('/a', bytes('1'));
      stopping.abort();
      expect((await seen).length).toBeLessThanOrEqual(1);
    });

    it('forgets history when it is compacted, and keeps the current values', async () => {
      await store.create('/a', bytes('1'));
      await store.update('/a', bytes('2'), 1);
      await store.create('/b', bytes('1'));
      await store.delete('/b', 3);
      await store.compact(4);
      await expect(take(watch('/', 3), 1)).rejects.toThrow(new CompactedError(4));
      const next = take(watch('/', 4), 1);
      await store.update('/a', bytes('3'), 2);
      expect(await next).toEqual(['put /a=3@5']);
      expect((await store.list('')).entries.map(({ key }) => key)).toEqual(['/a']);
    });
  });
}
