import { describe, expect, it } from 'vitest';
import { createQueue } from '../../../../agent/scheduler/queue.ts';
import { createFakeClock } from '../../../fakes/clock.ts';

function aQueue() {
  const clock = createFakeClock();
  const stop = new AbortController();
  return { clock, stop, queue: createQueue(clock, stop.signal, () => undefined) };
}

describe('scheduling queue', () => {
  it('takes the highest priority first, then the oldest', async () => {
    const { clock, queue } = aQueue();
    queue.add('old', 0);
    await clock.advance(1000);
    queue.add('young', 0);
    queue.add('urgent', 1000);
    expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()]).toEqual(['urgent', 'old', 'young', undefined]);
  });

  it('keeps an unschedulable pod until something changes, and not before its back-off is over', async () => {
    const { clock, queue } = aQueue();
    queue.add('a', 0);
    queue.pop();
    queue.park('a');
    await clock.advance(60_000);
    expect(queue.pop()).toBeUndefined();
    queue.wake();
    expect(queue.pop()).toBe('a');
    queue.park('a');
    queue.wake();
    await clock.advance(1_999);
    expect(queue.pop()).toBeUndefined();
    await clock.advance(1);
    expect(queue.pop()).toBe('a');
  });

  it('tries an unschedulable pod again after five minutes', async () => {
    const { clock, queue } = aQueue();
    queue.add('a', 0);
    queue.pop();
    queue.park('a');
    await clock.advance(5 * 60_000 - 1);
    expect(queue.pop()).toBeUndefined();
    await clock.advance(1);
    expect(queue.pop()).toBe('a');
  });

  it('backs off between one and ten seconds', async () => {
    const { clock, queue } = aQueue();
    queue.add('a', 0);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      expect(queue.pop()).toBe('a');
      queue.retry('a');
      const before = clock.now();
      await clock.advance(([1, 2, 4, 8, 10, 10][attempt] as number) * 1000 - 1);
      expect(queue.pop()).toBeUndefined();
      await clock.advance(1);
      waits.push(clock.now() - before);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('tries a pod that was changed at once', () => {
    const { queue } = aQueue();
    queue.add('a', 0);
    queue.pop();
    queue.retry('a');
    queue.add('a', 0);
    expect(queue.pop()).toBe('a');
  });

  it('forgets a pod that has gone, and leaves no timer behind', async () => {
    const { clock, queue } = aQueue();
    queue.add('a', 0);
    queue.pop();
    queue.retry('a');
    queue.remove('a');
    expect(clock.pending).toBe(0);
    await clock.advance(10_000);
    expect(queue.pop()).toBeUndefined();
  });

  it('drops its timers when it is stopped', () => {
    const { clock, queue, stop } = aQueue();
    queue.add('a', 0);
    queue.pop();
    queue.park('a');
    stop.abort();
    expect(clock.pending).toBe(0);
  });
});
