/**
 * Asks the nodes what they use when somebody wants to know, and compares with what they said before. Nothing is asked
 * and nothing runs while nobody does.
 */
import { messageOf } from '../../api/errors.ts';
import type { Summary } from '../../api/stats.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { type NodeUsage, usageOf } from './usage.ts';

/** Rejects if the node does not answer. */
export type ReadNode = (node: string, signal: AbortSignal) => Promise<Summary>;

/** By the name of the node; those that did not answer are not there. */
export type Collected = ReadonlyMap<string, NodeUsage>;

export interface CollectorOptions {
  /** The names of the nodes to ask. */
  nodes(): readonly string[];
  read: ReadNode;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Milliseconds for which what was collected is given again: many autoscalers ask at the same time. */
const freshFor = 5_000;
/** What is older says too little about now. */
const oldestWindow = 120_000;
/** Between the two samples of somebody who asks first. */
const firstWindow = 1_000;
/** Milliseconds for a node to answer. */
const timeout = 10_000;
const nodesAtOnce = 16;

type Samples = ReadonlyMap<string, Summary>;

export function createCollector({ nodes, read, clock, log, signal }: CollectorOptions): () => Promise<Collected> {
  let last: { at: number; samples: Samples; collected: Collected } | undefined;
  let collecting: Promise<Collected> | undefined;

  const ask = async (left: Iterator<string>, samples: Map<string, Summary>): Promise<void> => {
    for (let next = left.next(); !next.done; next = left.next()) {
      const late = new AbortController();
      const cancel = clock.after(timeout, () => late.abort());
      try {
        samples.set(next.value, await read(next.value, AbortSignal.any([signal, late.signal])));
      } catch (error) {
        signal.throwIfAborted();
        log.info('A node does not say what it uses', { node: next.value, error: messageOf(error) });
      } finally {
        cancel();
      }
    }
  };
  const sample = async (): Promise<Samples> => {
    const samples = new Map<string, Summary>();
    const left = nodes()[Symbol.iterator]();
    await Promise.all(Array.from({ length: nodesAtOnce }, () => ask(left, samples)));
    return samples;
  };
  const first = async (): Promise<Samples> => {
    const samples = await sample();
    await clock.sleep(firstWindow, signal);
    return samples;
  };
  const collect = async (): Promise<Collected> => {
    const isUsable = last !== undefined && clock.now() - last.at <= oldestWindow;
    const before = last && isUsable ? last.samples : await first();
    const samples = await sample();
    const collected = new Map<string, NodeUsage>();
    for (const [node, now] of samples) {
      const earlier = before.get(node);
      if (earlier) collected.set(node, usageOf(earlier, now));
    }
    last = { at: clock.now(), samples, collected };
    return collected;
  };
  return async () => {
    if (last && clock.now() - last.at < freshFor) return last.collected;
    collecting ??= collect().finally(() => {
      collecting = undefined;
    });
    return collecting;
  };
}
