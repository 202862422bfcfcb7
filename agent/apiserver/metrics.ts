/** What the API server tells of itself, under the names of upstream. https://kubernetes.io/docs/reference/instrumentation/metrics/ */
import type { Kind } from '../api/kind.ts';
import type { KindSource } from '../api/registry.ts';
import type { MetricsRegistry } from '../metrics/registry.ts';
import type { Reply } from './reply.ts';
import type { Method } from './request.ts';
import type { State } from './state/state.ts';

export interface RequestMetrics {
  /** `resource`: its plural, '' for what is none that is served. */
  request(method: Method, resource: string, reply: Reply, seconds: number): void;
}

/** Seconds; a few of upstream's. */
const bounds = [0.005, 0.025, 0.1, 0.5, 1, 2, 5, 10, 60];

export function createRequestMetrics(metrics: MetricsRegistry): RequestMetrics {
  return {
    request(method, resource, reply, seconds) {
      const verb = 'watch' in reply ? 'WATCH' : method;
      const labels = { verb, resource };
      const code = String(reply.status);
      metrics.counter('apiserver_request_total', 'Requests by verb, resource and code.', { ...labels, code }).add();
      if (verb === 'WATCH') return;
      const help = 'Seconds that requests took, by verb and resource.';
      metrics.histogram('apiserver_request_duration_seconds', help, bounds, labels).observe(seconds);
    },
  };
}

/** Sizes of what is kept, read when somebody asks. */
export function collectState(metrics: MetricsRegistry, state: State, kinds: KindSource): void {
  const perKind = (name: string, help: string, labels: Record<string, string>, value: (kind: Kind) => number) =>
    metrics.collect('gauge', name, help, () =>
      kinds.list().map((kind) => [{ resource: kind.plural, ...labels }, value(kind)] as const),
    );
  perKind('apiserver_storage_objects', 'Stored objects.', {}, (kind) => state.of(kind).objects.size);
  perKind(
    'apiserver_longrunning_requests',
    'Watches that are open.',
    { verb: 'WATCH' },
    (kind) => state.of(kind).watchers.size,
  );
  metrics.collect('counter', 'skiff_store_revision', 'Revision of the store.', () => [[{}, state.revision]]);
}
