/**
 * What flow control tells of itself, under the names of upstream.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/util/flowcontrol/metrics/metrics.go
 */
import type { Counter, Histogram, MetricsRegistry, Sample } from '../../metrics/registry.ts';
import type { RequestInfo } from '../request-info.ts';
import type { Leave, Level } from './level.ts';

export type Rejection = 'queue-full' | 'concurrency-limit' | 'time-out';

/** The requests of one schema at one level. */
export interface FlowMetrics {
  rejected(reason: Rejection): void;
  /** `length`: of the queue, with the request. The other is called when it waits no longer. */
  queued(length: number): () => void;
  /** Seconds. */
  waited(seconds: number, isServed: boolean): void;
  /** The request has its seat: `leave` gives it back, and so does what this returns. */
  executing(info: RequestInfo, leave: Leave): Leave;
}

export interface FlowsMetrics {
  of(level: string, schema: string): FlowMetrics;
  close(): void;
}

const prefix = 'apiserver_flowcontrol_';
const seconds = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const lengths = [0, 10, 25, 50, 100, 250, 500, 1000];

const readOnly = new Set(['get', 'list', 'watch']);
const typeOf = ({ verb }: RequestInfo): string => (readOnly.has(verb) ? 'readOnly' : 'mutating');

class Flow implements FlowMetrics {
  waiting = 0;
  underWay = 0;
  readonly #metrics: MetricsRegistry;
  readonly #now: () => number;
  readonly #labels: { priority_level: string; flow_schema: string };
  readonly #dispatched: Counter;
  readonly #served: Histogram;

  constructor(metrics: MetricsRegistry, now: () => number, labels: Flow['labels']) {
    this.#metrics = metrics;
    this.#now = now;
    this.#labels = labels;
    this.#dispatched = metrics.counter(
      `${prefix}dispatched_requests_total`,
      'Number of requests executed by API Priority and Fairness subsystem',
      labels,
    );
    this.#served = this.#wait(true);
  }

  get labels(): { priority_level: string; flow_schema: string } {
    return this.#labels;
  }

  #wait(isServed: boolean): Histogram {
    return this.#metrics.histogram(
      `${prefix}request_wait_duration_seconds`,
      'Length of time a request spent waiting in its queue',
      seconds,
      { ...this.#labels, execute: String(isServed) },
    );
  }

  rejected(reason: Rejection): void {
    const help = 'Number of requests rejected by API Priority and Fairness subsystem';
    this.#metrics.counter(`${prefix}rejected_requests_total`, help, { ...this.#labels, reason }).add();
  }

  queued(length: number): () => void {
    const help =
      'Length of queue in the API Priority and Fairness subsystem, as seen by each request after it is enqueued';
    this.#metrics.histogram(`${prefix}request_queue_length_after_enqueue`, help, lengths, this.#labels).observe(length);
    this.waiting += 1;
    return () => {
      this.waiting -= 1;
    };
  }

  waited(time: number, isServed: boolean): void {
    (isServed ? this.#served : this.#wait(false)).observe(time);
  }

  executing(info: RequestInfo, leave: Leave): Leave {
    this.#dispatched.add();
    this.underWay += 1;
    const started = this.#now();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.underWay -= 1;
      leave();
      const help =
        'Duration of initial stage (for a WATCH) or any (for a non-WATCH) stage of request execution in the API Priority and Fairness subsystem';
      const labels = { ...this.#labels, type: typeOf(info) };
      this.#metrics
        .histogram(`${prefix}request_execution_seconds`, help, seconds, labels)
        .observe((this.#now() - started) / 1000);
    };
  }
}

/** A level, and the seats that it may have now. */
export interface LevelSeats {
  level: Level;
  limit: number;
}

/** `now` in milliseconds. `levels` is asked when somebody scrapes. */
export function createFlowsMetrics(
  metrics: MetricsRegistry,
  now: () => number,
  levels: () => readonly LevelSeats[],
): FlowsMetrics {
  const flows = new Map<string, Flow>();
  const ofFlows = (read: (flow: Flow) => number) => (): Sample[] =>
    [...flows.values()].map((flow) => [flow.labels, read(flow)] as const);
  const ofLevels = (read: (each: LevelSeats) => number) => (): Sample[] =>
    levels().map((each) => [{ priority_level: each.level.configuration.metadata.name }, read(each)] as const);
  const gauges: readonly (readonly [string, string, () => Sample[]])[] = [
    [
      'current_inqueue_requests',
      'Number of requests currently pending in queues of the API Priority and Fairness subsystem',
      ofFlows(({ waiting }) => waiting),
    ],
    [
      'current_executing_requests',
      'Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem',
      ofFlows(({ underWay }) => underWay),
    ],
    [
      // A request takes one seat, whatever it is.
      'current_executing_seats',
      'Concurrency (number of seats) occupied by the currently executing (initial stage for a WATCH, any stage otherwise) requests in the API Priority and Fairness subsystem',
      ofFlows(({ underWay }) => underWay),
    ],
    [
      'nominal_limit_seats',
      'Nominal number of execution seats configured for each priority level',
      ofLevels(({ level }) => level.seats.nominal),
    ],
    [
      'lower_limit_seats',
      'Configured lower bound on number of execution seats available to each priority level',
      ofLevels(({ level }) => level.seats.least),
    ],
    [
      'upper_limit_seats',
      'Configured upper bound on number of execution seats available to each priority level',
      ofLevels(({ level }) => level.seats.most),
    ],
    [
      'current_limit_seats',
      'current derived number of execution seats available to each priority level',
      ofLevels(({ limit }) => limit),
    ],
  ];
  const stops = gauges.map(([name, help, read]) => metrics.collect('gauge', `${prefix}${name}`, help, read));
  return {
    of: (level, schema) => {
      const key = `${level}|${schema}`;
      const known = flows.get(key);
      if (known) return known;
      const made = new Flow(metrics, now, { priority_level: level, flow_schema: schema });
      flows.set(key, made);
      return made;
    },
    close: () => {
      for (const stop of stops) stop();
    },
  };
}
