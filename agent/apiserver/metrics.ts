/**
 * What the API server tells of itself, under the names of upstream.
 * https://kubernetes.io/docs/reference/instrumentation/metrics/
 */
import { resourceOf } from '../api/kind.ts';
import type { Counter, Histogram, Labels, MetricsRegistry } from '../metrics/registry.ts';
import type { Reply } from './reply.ts';
import type { ServerRequest } from './request.ts';
import type { RequestInfo } from './request-info.ts';
import type { State } from './state/state.ts';

export interface RequestMetrics {
  /**
   * `info` is absent where the request is for no resource that is served: names that clients make up would each be a
   * series of their own.
   */
  request(
    request: Pick<ServerRequest, 'method' | 'query'>,
    info: RequestInfo | undefined,
    reply: Reply,
    seconds: number,
  ): void;
}

const component = 'apiserver';

/** Seconds. */
const bounds = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

const totalHelp =
  'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.';
const durationHelp =
  'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.';

/** Clients may send any word for a method. */
const methods = new Set<string>(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const verbOfMethod = (method: string): string => (methods.has(method) ? method : 'other');

/** Upstream counts by method, and tells apart what a GET and a DELETE are of. */
const verbsOf: Readonly<Record<string, string>> = {
  list: 'LIST',
  watch: 'WATCH',
  deletecollection: 'DELETECOLLECTION',
};

function verbOf(method: string, info: RequestInfo | undefined, reply: Reply): string {
  if ('stream' in reply && reply.stream.stream !== 'log') return 'CONNECT';
  return (info && verbsOf[info.verb]) ?? verbOfMethod(method);
}

/** https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/metrics/metrics.go (CleanScope) */
function scopeOf({ name, verb, namespace }: RequestInfo): string {
  if (name !== '' || verb === 'create') return 'resource';
  return namespace === '' ? 'cluster' : 'namespace';
}

const dryRunOf = (query: URLSearchParams): string => (query.getAll('dryRun').includes('All') ? 'All' : '');

interface Series {
  total: Counter;
  duration: Histogram | undefined;
}

/** https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/metrics/metrics.go (MonitorRequest) */
export function createRequestMetrics(metrics: MetricsRegistry): RequestMetrics {
  const known = new Map<string, Series>();
  const createSeries = (labels: Labels, code: string): Series => ({
    total: metrics.counter('apiserver_request_total', totalHelp, { ...labels, code }),
    // How long a watch stays open says nothing about how quick the server is.
    duration:
      labels.verb === 'WATCH'
        ? undefined
        : metrics.histogram('apiserver_request_duration_seconds', durationHelp, bounds, labels),
  });
  return {
    request({ method, query }, info, reply, seconds) {
      const verb = verbOf(method, info, reply);
      const dryRun = dryRunOf(query);
      const { group = '', version = '', resource = '', subresource = '' } = info ?? {};
      const scope = info ? scopeOf(info) : '';
      const id = [verb, dryRun, group, version, resource, subresource, scope, reply.status].join('|');
      let series = known.get(id);
      if (!series) {
        const labels = { verb, dry_run: dryRun, group, version, resource, subresource, scope, component };
        series = createSeries(labels, String(reply.status));
        known.set(id, series);
      }
      series.total.add();
      series.duration?.observe(seconds);
    },
  };
}

/** Sizes of what is kept, read when somebody asks. */
export function collectState(metrics: MetricsRegistry, state: State): void {
  metrics.collect('gauge', 'apiserver_storage_objects', 'Stored objects.', () =>
    [...state.all()].map(({ kind, objects }) => [{ resource: resourceOf(kind) }, objects.size] as const),
  );
  metrics.collect('gauge', 'apiserver_longrunning_requests', 'Watches that are open.', () =>
    [...state.all()].map(({ kind, watchers }) => {
      const { group } = kind.representations[0];
      return [{ verb: 'WATCH', group, resource: kind.plural, component }, watchers.size] as const;
    }),
  );
  metrics.collect('counter', 'skiff_store_revision', 'Revision of the store.', () => [[{}, state.revision]]);
}
