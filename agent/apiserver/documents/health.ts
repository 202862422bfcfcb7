/**
 * `/healthz`, `/livez`, `/readyz` and their single checks.
 * https://kubernetes.io/docs/reference/using-api/health-checks/ and
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/server/healthz/healthz.go
 */
import { messageOf } from '../../api/errors.ts';
import { own } from '../../api/own.ts';
import type { Logger } from '../../log.ts';
import { noSuchPath } from '../errors.ts';
import { type Reply, text } from '../reply.ts';
import type { CheckStore } from '../store-check.ts';

export interface HealthOptions {
  log: Logger;
  checkStore: CheckStore;
}

export const healthPath = /^\/(healthz|livez|readyz)(?:\/(.*))?$/;

type Check = () => Promise<void>;

const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(',');

export function createHealth(options: HealthOptions): (pathname: string, query: URLSearchParams) => Promise<Reply> {
  const nothing: Check = async () => {};
  const live: Record<string, Check> = {
    ping: nothing,
    log: nothing,
    etcd: options.checkStore,
    // The server accepts connections only once this has been done.
    'poststarthook/bootstrap-controller': nothing,
  };
  const endpoints: Record<string, Record<string, Check>> = {
    healthz: live,
    livez: live,
    readyz: { ...live, 'etcd-readiness': live.etcd ?? nothing, shutdown: nothing },
  };

  const single = (check: Check): Promise<Reply> =>
    check().then(
      () => text(200, 'ok'),
      (error: unknown) => text(500, `internal server error: ${messageOf(error)}\n`),
    );

  const all = async (endpoint: string, checks: Record<string, Check>, query: URLSearchParams): Promise<Reply> => {
    const excluded = new Set(query.getAll('exclude').flatMap((names) => names.split(',')));
    const failed: Record<string, unknown> = {};
    const line = async ([name, check]: [string, Check]): Promise<string> => {
      if (excluded.delete(name)) return `[+]${name} excluded: ok\n`;
      try {
        await check();
        return `[+]${name} ok\n`;
      } catch (error) {
        failed[name] = error;
        // The cause is for those who may read the check's own path, and for the log.
        return `[-]${name} failed: reason withheld\n`;
      }
    };
    const lines = await Promise.all(Object.entries(checks).map(line));
    if (excluded.size > 0) {
      lines.push(`warn: some health checks cannot be excluded: no matches for ${quoted([...excluded].sort())}\n`);
    }
    const listing = lines.join('');
    if (Object.keys(failed).length > 0) {
      options.log.warn('Health check failed', { endpoint, ...failed });
      return text(500, `${listing}${endpoint} check failed\n`);
    }
    return text(200, query.has('verbose') ? `${listing}${endpoint} check passed\n` : 'ok');
  };

  return async (pathname, query) => {
    const [, endpoint = '', name] = healthPath.exec(pathname) ?? [];
    const checks = endpoints[endpoint] ?? {};
    if (!name) return all(endpoint, checks, query);
    const check = own(checks, name);
    if (!check) throw noSuchPath();
    return single(check);
  };
}
