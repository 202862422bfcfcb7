/**
 * A queue of keys with the guarantees of client-go's: a key is never handled twice at once, adding a waiting key has no
 * effect, and a failed key is retried with exponential back-off.
 * https://github.com/kubernetes/client-go/tree/master/util/workqueue
 */
import { isConflict } from '../api/errors.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { MetricsRegistry } from '../metrics/registry.ts';
import { createWorkQueueMetrics } from './work-queue-metrics.ts';

export interface WorkQueue {
  /** Handles the key soon. A key that is being handled now is handled once more afterwards. */
  add(key: string): void;
  /** Handles the key after `milliseconds`. Of several such calls the earliest counts. */
  addAfter(key: string, milliseconds: number): void;
  /** The number of keys that wait or are being handled; delayed keys do not count. */
  readonly size: number;
}

export interface WorkQueueOptions {
  /** The name in logs, and the label `name` of the metrics. */
  name: string;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** How many keys are handled at a time; 1 by default. */
  concurrency?: number;
  /** The first and the longest back-off, in milliseconds; by default upstream's 5 ms and 1000 s. */
  backoff?: { base: number; max: number };
  /** If given, the queue reports its depth, durations and retries there. */
  metrics?: MetricsRegistry;
  /** A rejection is logged, and the key is retried with back-off. */
  reconcile(key: string, signal: AbortSignal): Promise<void>;
}

/** Delay before attempt `failures + 1`. */
const backoffDelay = (failures: number, base: number, max: number): number => Math.min(base * 2 ** (failures - 1), max);

/**
 * How long to gather changes before passing over `count` objects again, in milliseconds. Zero for the usual few, so
 * that they react at once; up to a second for thousands, so that a burst of changes costs only a few passes.
 */
export const gatherDelay = (count: number): number => (count <= 100 ? 0 : Math.min(count / 2, 1000));

/**
 * The limit of keys that are started in one turn of the event loop. An in-process reconcile may end without a turn, so
 * keys that enqueue each other would otherwise starve timers and sockets.
 */
const keysPerTurn = 64;

/** Creates a queue, which stops handling keys when the signal aborts. */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { clock, log, signal, reconcile, concurrency = 1, backoff = { base: 5, max: 1_000_000 } } = options;
  const waiting = new Set<string>();
  const active = new Set<string>();
  const again = new Set<string>();
  const failures = new Map<string, number>();
  const delayed = new Map<string, { due: number; cancel: () => void }>();
  const facts = { name: options.name, depth: () => waiting.size };
  const metrics = options.metrics && createWorkQueueMetrics(options.metrics, clock, facts);
  let pumping = false;
  let begun = 0;

  const add = (key: string): void => {
    if (signal.aborted) return;
    const target = active.has(key) ? again : waiting;
    if (!target.has(key)) metrics?.added(key);
    target.add(key);
    if (pumping) return;
    pumping = true;
    // Start in a microtask, so that a burst of events becomes one pass.
    queueMicrotask(pump);
  };

  const addAfter = (key: string, milliseconds: number): void => {
    if (signal.aborted) return;
    if (milliseconds <= 0) {
      add(key);
      return;
    }
    const due = clock.now() + milliseconds;
    const earlier = delayed.get(key);
    if (earlier && earlier.due <= due) return;
    earlier?.cancel();
    const cancel = clock.after(milliseconds, () => {
      delayed.delete(key);
      add(key);
    });
    delayed.set(key, { due, cancel });
  };

  const handle = async (key: string): Promise<void> => {
    try {
      await reconcile(key, signal);
      failures.delete(key);
    } catch (error) {
      if (signal.aborted) return;
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      // A conflict only means that somebody else wrote first.
      const level = isConflict(error) ? 'info' : 'warn';
      log[level]('Reconcile failed, will retry', { queue: options.name, key, failures: count, error });
      metrics?.retried();
      addAfter(key, backoffDelay(count, backoff.base, backoff.max));
    } finally {
      active.delete(key);
      metrics?.ended(key);
      if (again.delete(key)) waiting.add(key);
      pump();
    }
  };

  function pump(): void {
    pumping = false;
    for (const key of waiting) {
      if (signal.aborted || active.size >= concurrency || begun >= keysPerTurn) return;
      if (begun === 0) setImmediate(nextTurn);
      begun += 1;
      waiting.delete(key);
      active.add(key);
      metrics?.begun(key);
      void handle(key);
    }
  }

  function nextTurn(): void {
    begun = 0;
    pump();
  }

  const stop = () => {
    for (const { cancel } of delayed.values()) cancel();
    delayed.clear();
    waiting.clear();
    metrics?.stop();
  };
  signal.addEventListener('abort', stop, { once: true });

  return {
    add,
    addAfter,
    get size() {
      return waiting.size + active.size;
    },
  };
}
