import { describe, expect, it } from 'vitest';
import { createWorkQueue, gatherDelay, type WorkQueueOptions } from '../../../../agent/client/work-queue.ts';
import { createMetricsRegistry } from '../../../../agent/metrics/registry.ts';
import { createFakeClock, settle } from '../../../fakes/clock.ts';
import { quietLog } from '../../../fakes/log.ts';

function aQueue(reconcile: WorkQueueOptions['reconcile'], concurrency = 1) {
  const clock = createFakeClock();
  const stop = new AbortController();
  const queue = createWorkQueue({ name: 'test', clock, log: quietLog, signal: stop.signal, concurrency, reconcile });
  return { clock, stop, queue };
}

describe('work queue', () => {
  it('handles a key once however often it was added while it waited', async () => {
    const handled: string[] = [];
    const { queue } = aQueue(async (key) => void handled.push(key));
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    await settle();
    expect(handled).toEqual(['a', 'b']);
    expect(queue.size).toBe(0);
  });

  it('never handles a key twice at once, and once more where it was added meanwhile', async () => {
    const gates: PromiseWithResolvers<void>[] = [];
    const { queue } = aQueue(async () => {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
    }, 5);
    queue.add('a');
    await settle();
    queue.add('a');
    queue.add('a');
    await settle();
    expect(gates).toHaveLength(1);
    gates[0]?.resolve();
    await settle();
    expect(gates).toHaveLength(2);
    gates[1]?.resolve();
    await settle();
    expect(queue.size).toBe(0);
  });

  it('handles no more keys at once than it may', async () => {
    let active = 0;
    let most = 0;
    const { queue } = aQueue(async () => {
      active += 1;
      most = Math.max(most, active);
      await settle();
      active -= 1;
    }, 2);
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    await expect.poll(() => queue.size).toBe(0);
    expect(most).toBe(2);
  });

  it('brings a failing key back after 5, 10, 20 ms, and starts over after a success', async () => {
    const at: number[] = [];
    let failures = 3;
    const { clock, queue } = aQueue(async () => {
      at.push(clock.now());
      failures -= 1;
      if (failures >= 0) throw new Error('not yet');
    });
    const start = clock.now();
    queue.add('a');
    await clock.advance(1000);
    expect(at.map((time) => time - start)).toEqual([0, 5, 15, 35]);
    failures = 1;
    queue.add('a');
    await clock.advance(1000);
    expect(at.slice(4).map((time) => time - start)).toEqual([1000, 1005]);
  });

  it('keeps the earliest of several delays', async () => {
    const at: number[] = [];
    const { clock, queue } = aQueue(async () => void at.push(clock.now()));
    const start = clock.now();
    queue.addAfter('a', 500);
    queue.addAfter('a', 100);
    queue.addAfter('a', 300);
    await clock.advance(1000);
    expect(at.map((time) => time - start)).toEqual([100]);
  });

  it('takes nothing more and drops its timers when it is stopped', async () => {
    const handled: string[] = [];
    const { clock, stop, queue } = aQueue(async (key) => void handled.push(key));
    queue.addAfter('a', 100);
    stop.abort();
    queue.add('b');
    await clock.advance(1000);
    expect(handled).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe('metrics of a work queue', () => {
  it('have the names, types and label of upstream', async () => {
    const metrics = createMetricsRegistry();
    const clock = createFakeClock();
    const stop = new AbortController();
    const gate = Promise.withResolvers<void>();
    let failures = 1;
    const queue = createWorkQueue({
      name: 'deployment',
      clock,
      log: quietLog,
      signal: stop.signal,
      metrics,
      reconcile: async (key) => {
        if (key === 'slow') await gate.promise;
        failures -= 1;
        if (failures === 0) throw new Error('not yet');
      },
    });
    const read = (metric: string) =>
      metrics
        .text()
        .split('\n')
        .find((line) => line.startsWith(`${metric}{name="deployment"}`))
        ?.split(' ')[1];
    for (const key of ['slow', 'waits', 'waits']) queue.add(key);
    await clock.advance(3000);
    expect(read('workqueue_depth')).toBe('1');
    expect(read('workqueue_adds_total')).toBe('2');
    expect(read('workqueue_unfinished_work_seconds')).toBe('3');
    expect(read('workqueue_longest_running_processor_seconds')).toBe('3');
    gate.resolve();
    await clock.advance(10);
    expect(read('workqueue_depth')).toBe('0');
    expect(read('workqueue_retries_total')).toBe('1');
    // The slow one, the one that waited for it, and the slow one again.
    expect(read('workqueue_adds_total')).toBe('3');
    expect(read('workqueue_work_duration_seconds_count')).toBe('3');
    expect(read('workqueue_work_duration_seconds_sum')).toBe('3');
    expect(read('workqueue_queue_duration_seconds_sum')).toBe('3');
    expect(read('workqueue_unfinished_work_seconds')).toBe('0');
    stop.abort();
    expect([read('workqueue_depth'), read('workqueue_adds_total')]).toEqual([undefined, '3']);
  });
});

describe('gatherDelay', () => {
  it.each([
    [0, 0],
    [100, 0],
    [200, 100],
    [2000, 1000],
    [100_000, 1000],
  ])('for %i objects is %i ms', (count, delay) => {
    expect(gatherDelay(count)).toBe(delay);
  });

  it('leaves room for the rest of the process where keys bring one another back for ever', async () => {
    let passes = 0;
    const { queue, stop } = aQueue(async (key) => {
      passes += 1;
      queue.add(key === 'a' ? 'b' : 'a');
    });
    queue.add('a');
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    stop.abort();
    expect(passes).toBeGreaterThan(1);
    expect(passes).toBeLessThan(1000);
  });
});
