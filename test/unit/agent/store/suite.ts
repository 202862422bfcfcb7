/** What every store does: run it against each implementation. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Change, CompactedError, type Store } from '../../../../agent/store/store.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (value: Uint8Array): string => Buffer.from(value).toString('utf8');

export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`${name} store`, () => {
    let store: Store;
    let stopping: AbortController;
    /** Revision of the empty store: 0, but not where another test has written to the same etcd before. */
    let start: number;
    const at = (writes: number): number => start + writes;
    const shown = ({ type, entry }: Change): string =>
      `${type} ${entry.key}=${text(entry.value)}@${entry.revision - start}`;
    async function take(changes: AsyncIterable<Change>, count: number): Promise<string[]> {
      const taken: string[] = [];
      for await (const change of changes) {
        taken.push(shown(change));
        if (taken.length === count) break;
      }
      return taken;
    }
    beforeEach(async () => {
      store = await open();
      start = await store.revision();
      stopping = new AbortController();
    });
    afterEach(async () => {
      stopping.abort();
      await store.close();
    });
    const watch = (prefix: string, after: number) => store.watch(prefix, after, stopping.signal);

    it('starts empty', async () => {
      expect(await store.list('')).toEqual({ entries: [], revision: at(0) });
      expect(await store.get('/a')).toBeUndefined();
    });

    it('creates a key once', async () => {
      const created = await store.create('/a', bytes('1'));
      expect(created).toMatchObject({ ok: true, entry: { key: '/a', createRevision: at(1), revision: at(1) } });
      const again = await store.create('/a', bytes('2'));
      expect(again).toMatchObject({ ok: false, current: { revision: at(1) } });
      expect(await store.revision()).toBe(at(1));
    });

    it('updates only at the expected revision', async () => {
      await store.create('/a', bytes('1'));
      expect(await store.update('/a', bytes('2'), at(1))).toMatchObject({
        ok: true,
        entry: { createRevision: at(1), revision: at(2) },
      });
      const late = await store.update('/a', bytes('3'), at(1));
      expect(late).toMatchObject({ ok: false, current: { revision: at(2) } });
      expect(text((await store.get('/a'))?.value ?? bytes(''))).toBe('2');
    });

    it('answers an update of a key that does not exist without a current entry', async () => {
      expect(await store.update('/a', bytes('1'), at(1))).toEqual({ ok: false });
      expect(await store.delete('/a', at(1))).toEqual({ ok: false });
      expect(await store.revision()).toBe(at(0));
    });

    it('deletes at the expected revision and answers with what was there', async () => {
      await store.create('/a', bytes('1'));
      expect(await store.delete('/a', at(7))).toMatchObject({ ok: false, current: { revision: at(1) } });
      const deleted = await store.delete('/a', at(1));
      expect(deleted).toMatchObject({ ok: true, entry: { key: '/a', createRevision: at(1), revision: at(2) } });
      expect(deleted.ok && text(deleted.entry.value)).toBe('1');
      expect(await store.get('/a')).toBeUndefined();
    });

    it('gives a key that is made again a new creation revision', async () => {
      await store.create('/a', bytes('1'));
      await store.delete('/a', at(1));
      expect(await store.create('/a', bytes('2'))).toMatchObject({ entry: { createRevision: at(3), revision: at(3) } });
    });

    it('lists by prefix in key order with the revision of the read', async () => {
      for (const key of ['/b/2', '/a/1', '/b/1', '/c']) await store.create(key, bytes(key));
      const { entries, revision } = await store.list('/b/');
      expect(entries.map(({ key, revision: of }) => `${key}@${of - start}`)).toEqual(['/b/1@3', '/b/2@1']);
      expect(revision).toBe(at(4));
    });

    it('gives concurrent writers dense revisions and lets one of several win a key', async () => {
      const results = await Promise.all(Array.from({ length: 20 }, () => store.create('/one', bytes('x'))));
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      const others = await Promise.all(Array.from({ length: 20 }, (_, index) => store.create(`/${index}`, bytes('x'))));
      expect(others.map((result) => (result.ok ? result.entry.revision - start : 0)).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 2),
      );
    });

    it('watches from the past into the present without gaps', async () => {
      await store.create('/a/1', bytes('1'));
      await store.create('/b/1', bytes('1'));
      await store.update('/a/1', bytes('2'), at(1));
      const seen = take(watch('/a/', at(1)), 3);
      await store.create('/a/2', bytes('1'));
      await store.delete('/a/1', at(3));
      expect(await seen).toEqual(['put /a/1=2@3', 'put /a/2=1@4', 'delete /a/1=2@5']);
    });

    it('keeps the order for a watcher while many write', async () => {
      const seen = take(watch('/', at(0)), 200);
      await Promise.all(Array.from({ length: 200 }, (_, index) => store.create(`/${index}`, bytes('x'))));
      const revisions = (await seen).map((line) => Number(line.split('@')[1]));
      expect(revisions).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    });

    it('ends a watch when its signal aborts', async () => {
      const seen = take(watch('/', at(0)), 2);
      await store.create('/a', bytes('1'));
      stopping.abort();
      expect((await seen).length).toBeLessThanOrEqual(1);
    });

    it('forgets history when it is compacted, and keeps the current values', async () => {
      await store.create('/a', bytes('1'));
      await store.update('/a', bytes('2'), at(1));
      await store.create('/b', bytes('1'));
      await store.delete('/b', at(3));
      await store.compact(at(4));
      await expect(take(watch('/', at(3)), 1)).rejects.toThrow(new CompactedError(at(4)));
      const next = take(watch('/', at(4)), 1);
      await store.update('/a', bytes('3'), at(2));
      expect(await next).toEqual(['put /a=3@5']);
      expect((await store.list('')).entries.map(({ key }) => key)).toEqual(['/a']);
    });
  });
}
