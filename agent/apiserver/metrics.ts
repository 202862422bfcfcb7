/** What `/metrics` tells, in the text format and under the names of upstream. https://kubernetes.io/docs/reference/instrumentation/metrics/ */
import type { Kind } from '../api/kind.ts';
import type { Reply } from './reply.ts';
import type { Method } from './request.ts';
import type { State } from './state/state.ts';

export interface Metrics {
  /** `resource`: its plural, '' for what is none that is served. */
  request(method: Method, resource: string, reply: Reply, seconds: number): void;
  text(state: State, kinds: readonly Kind[]): string;
}

/** Seconds; a few of upstream's. */
const bounds = [0.005, 0.025, 0.1, 0.5, 1, 2, 5, 10, 60];

interface Histogram {
  buckets: number[];
  sum: number;
  count: number;
}

export function createMetrics(): Metrics {
  const totals = new Map<string, number>();
  const durations = new Map<string, Histogram>();

  const observe = (labels: string, seconds: number) => {
    const histogram = durations.get(labels) ?? { buckets: bounds.map(() => 0), sum: 0, count: 0 };
    histogram.count += 1;
    histogram.sum += seconds;
    const at = bounds.findIndex((bound) => seconds <= bound);
    if (at !== -1) histogram.buckets[at] = (histogram.buckets[at] ?? 0) + 1;
    durations.set(labels, histogram);
  };

  const lines = function* (state: State, kinds: readonly Kind[]): Generator<string> {
    yield '# TYPE apiserver_request_total counter';
    for (const [labels, count] of totals) yield `apiserver_request_total{${labels}} ${count}`;
    yield '# TYPE apiserver_request_duration_seconds histogram';
    for (const [labels, { buckets, sum, count }] of durations) {
      let cumulative = 0;
      for (const [index, bound] of bounds.entries()) {
        cumulative += buckets[index] ?? 0;
        yield `apiserver_request_duration_seconds_bucket{${labels},le="${bound}"} ${cumulative}`;
      }
      yield `apiserver_request_duration_seconds_bucket{${labels},le="+Inf"} ${count}`;
      yield `apiserver_request_duration_seconds_sum{${labels}} ${sum}`;
      yield `apiserver_request_duration_seconds_count{${labels}} ${count}`;
    }
    yield '# TYPE apiserver_storage_objects gauge';
    for (const kind of kinds)
      yield `apiserver_storage_objects{resource="${kind.plural}"} ${state.of(kind).objects.size}`;
    yield '# TYPE apiserver_longrunning_requests gauge';
    for (const kind of kinds) {
      yield `apiserver_longrunning_requests{resource="${kind.plural}",verb="WATCH"} ${state.of(kind).watchers.size}`;
    }
    yield '# TYPE skiff_store_revision counter';
    yield `skiff_store_revision ${state.revision}`;
    yield '# TYPE process_resident_memory_bytes gauge';
    yield `process_resident_memory_bytes ${process.memoryUsage.rss()}`;
    yield '# TYPE process_cpu_seconds_total counter';
    const { user, system } = process.cpuUsage();
    yield `process_cpu_seconds_total ${(user + system) / 1e6}`;
  };

  return {
    request: (method, resource, reply, seconds) => {
      const verb = 'watch' in reply ? 'WATCH' : method;
      const labels = `verb="${verb}",resource="${resource}"`;
      const total = `${labels},code="${reply.status}"`;
      totals.set(total, (totals.get(total) ?? 0) + 1);
      if (verb !== 'WATCH') observe(labels, seconds);
    },
    text: (state, kinds) => `${[...lines(state, kinds)].join('\n')}\n`,
  };
}
