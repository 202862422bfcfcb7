/** Reads what containers and the node's agent use. Nothing is read while nobody asks. */
import type { Clock } from '../../clock.ts';
import type { ContainerStats, Runtime, Usage } from '../runtime/runtime.ts';

export interface Sample {
  /** Milliseconds since the epoch. */
  at: number;
  /** The node's own container: this agent and its children. */
  own: Usage;
  /** By container id, sandboxes included. */
  containers: ReadonlyMap<string, ContainerStats>;
  /** Nanoseconds of CPU of containers that earlier samples saw and this one does not. */
  gone: number;
}

export interface Sampled {
  now: Sample;
  /** The sample before, for rates. */
  before?: Sample;
}

export interface SamplerOptions {
  runtime: Pick<Runtime, 'stats'>;
  ownUsage(): Promise<Usage>;
  clock: Clock;
}

/** What the containers that have ended since then had used when they were last seen. */
function usedByEnded(before: Sample | undefined, running: ReadonlyMap<string, unknown>): number {
  if (!before) return 0;
  const ended = [...before.containers.values()].filter(({ id }) => !running.has(id));
  return ended.reduce((sum, { cpuUsage }) => sum + cpuUsage, before.gone);
}

/** Callers at the same time share one sample. */
export function createSampler({ runtime, ownUsage, clock }: SamplerOptions): (signal: AbortSignal) => Promise<Sampled> {
  let last: Sample | undefined;
  let taking: Promise<Sampled> | undefined;

  const take = async (signal: AbortSignal): Promise<Sampled> => {
    const [own, stats] = await Promise.all([ownUsage(), runtime.stats(signal)]);
    const containers = new Map(stats.map((each) => [each.id, each]));
    const before = last;
    const now: Sample = { at: clock.now(), own, containers, gone: usedByEnded(before, containers) };
    last = now;
    return before ? { now, before } : { now };
  };
  return (signal) => {
    taking ??= take(signal).finally(() => {
      taking = undefined;
    });
    return taking;
  };
}
