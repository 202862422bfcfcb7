/** The shared store, on a real etcd: what every store does, and what only one with several writers has to. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEtcdStore } from '../../agent/store/etcd.ts';
import type { Change, Store } from '../../agent/store/store.ts';
import { quietLog } from '../fakes/log.ts';
import { describeStore } from '../unit/agent/store/suite.ts';
import { unless } from '../unless.ts';
import { noEtcd, type RunningEtcd, startEtcd } from './etcd.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

unless(noEtcd).describe('on etcd', () => {
  let etcd: RunningEtcd;
  const open = (at: number): Store => {
    const member = etcd.members[at];
    if (!member) throw new Error(`there is no member ${at}`);
    return createEtcdStore({ ...member, log: quietLog });
  };
  const emptied = async (): Promise<Store> => {
    const store = open(0);
    const { entries } = await store.list('');
    await Promise.all(entries.map(({ key, revision }) => store.delete(key, revision)));
    return store;
  };
  beforeAll(async () => {
    etcd = await startEtcd(3);
    await vi.waitFor(() => open(0).check(), 60_000);
  });
  afterAll(() => etcd.stop());

  describeStore('etcd', emptied);

  describe('two servers on one store', () => {
    it('see at once what the other has written', async () => {
      const [one, other] = [await emptied(), open(1)];
      for (let round = 0; round < 50; round += 1) {
        const written = await one.create(`/seen/${round}`, bytes('1'));
        expect(await other.get(`/seen/${round}`)).toEqual(written.ok && written.entry);
        expect(await other.revision()).toBe(written.ok && written.entry.revision);
      }
      await Promise.all([one.close(), other.close()]);
    });

    it('get a long list whole and of one revision, while others write', async () => {
      const [one, other] = [await emptied(), open(1)];
      await Promise.all(Array.from({ length: 2_500 }, (_, index) => one.create(`/long/${index}`, bytes('1'))));
      const before = await one.revision();
      const deleting = Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const entry = await one.get(`/long/${index}`);
          await one.delete(`/long/${index}`, entry?.revision ?? 0);
        }),
      );
      const { entries, revision } = await other.list('/long/');
      await deleting;
      // Each deletion is one revision.
      expect(entries).toHaveLength(2_500 - (revision - before));
      expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
      await Promise.all([one.close(), other.close()]);
    });

    it('write nothing where the guard says that somebody else has', async () => {
      const [one, other] = [await emptied(), open(1)];
      const since = await one.revision();
      const first = await other.create('/claims/a', bytes('1'), { prefix: '/claims/', since });
      expect(first).toMatchObject({ ok: true, entry: { revision: since + 1 } });
      expect(await one.create('/claims/b', bytes('1'), { prefix: '/claims/', since })).toEqual({
        ok: false,
        changed: since + 1,
      });
      expect(await one.create('/claims/b', bytes('1'), { prefix: '/claims/', since: since + 1 })).toMatchObject({
        ok: true,
      });
      expect(
        await one.update('/claims/a', bytes('2'), since + 1, { prefix: '/claims/', since: since + 1 }),
      ).toMatchObject({ ok: false, current: { revision: since + 1 }, changed: since + 2 });
      await Promise.all([one.close(), other.close()]);
    });
  });

  describe('a member that is killed', () => {
    it('takes nothing along, and its watchers go on where they were once it is back', async () => {
      const [one, other] = [await emptied(), open(2)];
      const stopping = new AbortController();
      const start = await other.revision();
      const seen: Change[] = [];
      const watching = (async () => {
        for await (const change of other.watch('/kept/', start, stopping.signal)) seen.push(change);
      })();
      await one.create('/kept/before', bytes('1'));
      await vi.waitFor(() => expect(seen).toHaveLength(1));
      await etcd.kill(2);
      await expect(other.check()).rejects.toThrow(/etcd at https:\/\/127\.0\.0\.1:\d+ does not answer/);
      const meanwhile = await vi.waitFor(() => one.create('/kept/meanwhile', bytes('1')), 20_000);
      expect(meanwhile).toMatchObject({ ok: true });
      etcd.start(2);
      await vi.waitFor(() => expect(seen).toHaveLength(2), 30_000);
      expect(seen.map(({ entry }) => entry.key)).toEqual(['/kept/before', '/kept/meanwhile']);
      expect((await other.list('/kept/')).entries).toHaveLength(2);
      stopping.abort();
      await watching;
      await Promise.all([one.close(), other.close()]);
    });
  });
});
