/** What the API server tells of itself, under the names of upstream. https://kubernetes.io/docs/reference/instrumentation/metrics/ */
import { resourceOf } from '../api/kind.ts';
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

/** Clients may send any word for a method; each makes a line of its own. */
const methods = new Set<string>(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export function createRequestMetrics(metrics: MetricsRegistry): RequestMetrics {
  return {
    request(method, resource, reply, seconds) {
      const verb = 'watch' in reply ? 'WATCH' : methods.has(method) ? method : 'other';
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
export function collectState(metrics: MetricsRegistry, state: State): void {
  metrics.collect('gauge', 'apiserver_storage_objects', 'Stored objects.', () =>
    [...state.all()].map(({ kind, objects }) => [{ resource: resourceOf(kind) }, objects.size] as const),
  );
  metrics.collect('gauge', 'apiserver_longrunning_requests', 'Watches that are open.', () =>
    [...state.all()].map(({ kind, watchers }) => [{ resource: kind.plural, verb: 'WATCH' }, watchers.size] as const),
  );
  metrics.collect('counter', 'skiff_store_revision', 'Revision of the store.', () => [[{}, state.revision]]);
}
