import { expect, it } from 'vitest';
import { eachLimited } from '../../../../../agent/kubelet/limits/each-limited.ts';

/** Work that ends when it is told to, and what was begun so far. */
function aWork() {
  const begun: number[] = [];
  const ends = new Map<number, { resolve(): void; reject(error: Error): void }>();
  const work = (item: number): Promise<void> => {
    begun.push(item);
    return new Promise((resolve, reject) => void ends.set(item, { resolve, reject }));
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const end = (item: number) => {
    ends.get(item)?.resolve();
    return turn();
  };
  const fail = (item: number, error: Error) => {
    ends.get(item)?.reject(error);
    return turn();
  };
  return { begun, work, end, fail };
}

it('begins the next where one has ended, in order and never more at a time', async () => {
  const { begun, work, end } = aWork();
  const all = eachLimited([1, 2, 3, 4], 2, work);
  expect(begun).toEqual([1, 2]);
  await end(2);
  expect(begun).toEqual([1, 2, 3]);
  await end(1);
  await end(3);
  await end(4);
  await all;
  expect(begun).toEqual([1, 2, 3, 4]);
});

it('begins nothing more after a failure, and rejects with it', async () => {
  const { begun, work, fail, end } = aWork();
  const all = eachLimited([1, 2, 3, 4], 2, work);
  all.catch(() => undefined);
  await fail(1, new Error('no'));
  await end(2);
  await expect(all).rejects.toThrow('no');
  expect(begun).toEqual([1, 2]);
});

it('does nothing with nothing', async () => {
  await expect(eachLimited([], 2, () => Promise.reject(new Error('called')))).resolves.toBeUndefined();
});
