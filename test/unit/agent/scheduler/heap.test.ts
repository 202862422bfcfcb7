import { expect, it } from 'vitest';
import { createHeap } from '../../../../agent/scheduler/queue/heap.ts';

interface Item {
  key: string;
  rank: number;
}

const aHeap = (...ranks: number[]) => {
  const heap = createHeap<Item>(
    ({ key }) => key,
    (a, b) => a.rank < b.rank,
  );
  for (const rank of ranks) heap.put({ key: `k${rank}`, rank });
  return heap;
};
const drain = (heap: ReturnType<typeof aHeap>): number[] => {
  const ranks: number[] = [];
  for (let item = heap.pop(); item; item = heap.pop()) ranks.push(item.rank);
  return ranks;
};

it('gives its items in order, whatever the order in which they came', () => {
  const ranks = Array.from({ length: 200 }, (_, i) => (i * 7919) % 200);
  expect(drain(aHeap(...ranks))).toEqual([...ranks].sort((a, b) => a - b));
});

it('moves an item that is put again, up and down', () => {
  const heap = aHeap(5, 1, 4, 2, 3);
  heap.put({ key: 'k1', rank: 9 });
  heap.put({ key: 'k5', rank: 0 });
  expect([heap.size, drain(heap)]).toEqual([5, [0, 2, 3, 4, 9]]);
});

it.each([1, 2, 3, 4, 5, 6, 7])('takes any item out (%i)', (rank) => {
  const heap = aHeap(4, 7, 1, 6, 3, 5, 2);
  expect(heap.delete(`k${rank}`)?.rank).toBe(rank);
  expect([heap.has(`k${rank}`), heap.delete(`k${rank}`)]).toEqual([false, undefined]);
  expect(drain(heap)).toEqual([1, 2, 3, 4, 5, 6, 7].filter((each) => each !== rank));
});
