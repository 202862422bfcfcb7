/**
 * Who may be served now, who waits, and who is refused, as the objects FlowSchema and PriorityLevelConfiguration say.
 * https://kubernetes.io/docs/concepts/cluster-administration/flow-control/
 *
 * Levels borrow at the moment of a request, and not by a periodic adjustment as upstream: nothing runs while nobody
 * asks. A list takes one seat, whatever its length.
 */
import type { FlowSchema, PriorityLevelConfiguration } from '../../api/types.ts';
import type { Clock } from '../../clock.ts';
import type { MetricsRegistry } from '../../metrics/registry.ts';
import { tooManyRequests } from '../errors.ts';
import type { RequestInfo } from '../request-info.ts';
import { type Leave, Level } from './level.ts';
import { flowOf, inMatchingOrder, matches } from './matching.ts';
import { createFlowsMetrics, type FlowMetrics, type LevelSeats } from './metrics.ts';
import type { FlowObjects } from './objects.ts';
import type { Start } from './queues.ts';
import { seatsOf } from './seats.ts';

/** A quarter of upstream's --request-timeout, in milliseconds. */
const patience = 15_000;

export interface Classification {
  schema: FlowSchema;
  level: Level;
}

export interface FlowControl {
  /** Undefined where no schema is about the request: it is then served. */
  classify(info: RequestInfo): Classification | undefined;
  /**
   * Takes a seat, at once where one is free. Rejects with 429 where the queue is full or the wait takes too long, and
   * ends the wait when the client goes away: only who has to wait is asked for the signal, which takes longer to make
   * than all the rest.
   */
  admit(classification: Classification, info: RequestInfo, gone: () => AbortSignal): Leave | Promise<Leave>;
  /** Of a level that is exempt: counts it as under way until it leaves. */
  pass(classification: Classification, info: RequestInfo): Leave;
  close(): void;
}

export interface FlowControlOptions {
  objects: FlowObjects;
  clock: Clock;
  /** Requests that may be under way at once, those of the exempt level aside. */
  seats: number;
  metrics: MetricsRegistry;
}

class Dispatcher {
  readonly #clock: Clock;
  readonly #all: number;
  #levels = new Map<string, Level>();

  constructor(clock: Clock, all: number) {
    this.#clock = clock;
    this.#all = all;
  }

  get(name: string): Level | undefined {
    return this.#levels.get(name);
  }

  configure(configurations: readonly PriorityLevelConfiguration[]): void {
    const before = this.#levels;
    const displaced: Start[] = [];
    const seats = seatsOf(configurations, this.#all);
    this.#levels = new Map(
      configurations.map((configuration) => {
        const { name } = configuration.metadata;
        const level = before.get(name) ?? new Level(configuration);
        displaced.push(...level.configure(configuration));
        level.seats = seats.get(name) ?? level.seats;
        return [name, level];
      }),
    );
    for (const [name, level] of before) if (!this.#levels.has(name)) displaced.push(...level.takeAll());
    for (const start of displaced) start();
    this.#serveWaiting();
  }

  /** What is left of what levels lend, to themselves or to others. */
  #lent(): number {
    let left = 0;
    for (const { isExempt, seats, borrowed } of this.#levels.values()) {
      if (!isExempt) left += seats.nominal - seats.least - borrowed;
    }
    return left;
  }

  /** With what each level may have now. */
  seats(): LevelSeats[] {
    const left = Math.max(0, this.#lent());
    return [...this.#levels.values()].map((level) => {
      const { least, most } = level.seats;
      return { level, limit: level.isExempt ? most : Math.min(most, least + level.borrowed + left) };
    });
  }

  #hasSeat(level: Level): boolean {
    if (level.isExempt || level.taken < level.seats.least) return true;
    return level.taken < level.seats.most && this.#lent() > 0;
  }

  #leave(level: Level): Leave {
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      level.taken -= 1;
      this.#serveWaiting();
    };
  }

  /** Those first who have less than their share. */
  #serveWaiting(): void {
    const waiting = [...this.#levels.values()].filter(({ hasWaiting }) => hasWaiting);
    if (waiting.length === 0) return;
    const isOwed = (level: Level): boolean => level.taken < level.seats.nominal;
    const next = () =>
      waiting.find((level) => level.hasWaiting && isOwed(level) && this.#hasSeat(level)) ??
      waiting.find((level) => level.hasWaiting && this.#hasSeat(level));
    for (let level = next(); level; level = next()) level.takeNext()?.();
  }

  admit(level: Level, flow: () => string, gone: () => AbortSignal, told: FlowMetrics): Leave | Promise<Leave> {
    if (!level.hasWaiting && this.#hasSeat(level)) {
      level.taken += 1;
      return this.#leave(level);
    }
    return this.#wait(level, flow(), gone(), told);
  }

  async #wait(level: Level, flow: string, gone: AbortSignal, told: FlowMetrics): Promise<Leave> {
    const { promise, resolve, reject } = Promise.withResolvers<Leave>();
    const place = level.wait(flow, () => {
      level.taken += 1;
      resolve(this.#leave(level));
    });
    if (!place) {
      told.rejected(level.mayQueue ? 'queue-full' : 'concurrency-limit');
      throw tooManyRequests();
    }
    const leaveQueue = told.queued(place.length);
    const refuse = () => {
      place.stop();
      told.rejected('time-out');
      reject(tooManyRequests());
    };
    const cancel = this.#clock.after(patience, refuse);
    gone.addEventListener('abort', refuse, { once: true });
    try {
      return await promise;
    } finally {
      leaveQueue();
      cancel();
      gone.removeEventListener('abort', refuse);
    }
  }
}

/** Follows the objects. */
export function createFlowControl({ objects, clock, seats, metrics }: FlowControlOptions): FlowControl {
  const dispatcher = new Dispatcher(clock, seats);
  let schemas: FlowSchema[] = [];
  let isCurrent = false;
  objects.onChange(() => {
    isCurrent = false;
  });
  const bringUpToDate = () => {
    isCurrent = true;
    dispatcher.configure(objects.levels());
    schemas = inMatchingOrder(objects.schemas());
  };
  const told = createFlowsMetrics(
    metrics,
    () => clock.now(),
    () => {
      if (!isCurrent) bringUpToDate();
      return dispatcher.seats();
    },
  );
  const metricsOf = ({ schema, level }: Classification): FlowMetrics =>
    told.of(level.configuration.metadata.name, schema.metadata.name);

  return {
    classify: (info) => {
      if (!isCurrent) bringUpToDate();
      for (const schema of schemas) {
        // One that names a level that is not there is about nothing.
        const level = dispatcher.get(schema.spec.priorityLevelConfiguration?.name ?? '');
        if (level && matches(schema, info)) return { schema, level };
      }
      return undefined;
    },
    admit: (found, info, gone) => {
      const flow = metricsOf(found);
      const came = clock.now();
      const begin = (leave: Leave): Leave => {
        flow.waited((clock.now() - came) / 1000, true);
        return flow.executing(info, leave);
      };
      const leave = dispatcher.admit(found.level, () => flowOf(found.schema, info), gone, flow);
      if (!(leave instanceof Promise)) return begin(leave);
      return leave.then(begin, (error: unknown) => {
        flow.waited((clock.now() - came) / 1000, false);
        throw error;
      });
    },
    pass: (found, info) => {
      const flow = metricsOf(found);
      flow.waited(0, true);
      return flow.executing(info, () => {});
    },
    close: told.close,
  };
}
