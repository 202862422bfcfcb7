/** An API server with another one behind a service: what most tests here begin with. */
import type { AnyObject } from '../../../../../agent/api/types.ts';
import { createAuthority } from '../../../../../main/cluster/pki.ts';
import { settle } from '../../../../fakes/clock.ts';
import {
  type ExtensionServer,
  type ExtensionServerOptions,
  flunderGroup,
  startExtensionServer,
} from '../../../../fakes/extension-server.ts';
import { startApi, type TestApi } from '../api.ts';

// The server loads it with the first registration of another server; here it is there already.
import '../../../../../agent/apiserver/aggregation/remote-apis.ts';

export const apiServices = '/apis/apiregistration.k8s.io/v1/apiservices';
export const flunderService = 'v1alpha1.wardle.example.com';
export const flunders = `/apis/${flunderGroup}/v1alpha1/namespaces/default/flunders`;

export interface AggregationWorld {
  api: TestApi;
  extension: ExtensionServer;
  /** Endpoints to which requests went. */
  reached: string[];
  /** Service and slice of the other server, without its registration. */
  behindService(): Promise<void>;
  register(spec?: object): Promise<AnyObject>;
  /** Resolves with the condition once `is` says so. */
  condition(is: (condition: Condition) => boolean): Promise<Condition>;
  close(): Promise<void>;
}

export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

export const service = (port = 443) => ({
  metadata: { name: 'api', namespace: 'wardle' },
  spec: { selector: { app: 'api' }, ports: [{ port, targetPort: 6443 }] },
});
export const slice = (rest: object = {}) => ({
  metadata: { name: 'api-1', labels: { 'kubernetes.io/service-name': 'api' } },
  addressType: 'IPv4',
  ports: [{ name: '', port: 6443 }],
  endpoints: [{ addresses: ['10.244.1.7'], conditions: { ready: true } }],
  ...rest,
});
export const slices = '/apis/discovery.k8s.io/v1/namespaces/wardle/endpointslices';
export const services = '/api/v1/namespaces/wardle/services';

export const availableIn = ({ status }: AnyObject): Condition | undefined =>
  ((status?.conditions ?? []) as Condition[]).find(({ type }) => type === 'Available');

/** Sockets take real time, however still the clock stands. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 20_000; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await settle();
  }
  throw new Error('it did not happen');
}

export async function startAggregation(options: ExtensionServerOptions = {}): Promise<AggregationWorld> {
  const authority = await createAuthority('front-proxy-ca');
  const { certificate, key } = await authority.issue({ commonName: 'front-proxy-client', usages: ['client'] });
  const extension = await startExtensionServer({ frontProxyCA: authority.certificate, ...options });
  const reached: string[] = [];
  const reach = ({ host, port }: { host: string; port: number }) => {
    reached.push(`${host}:${port}`);
    return { host: '127.0.0.1', port: extension.port };
  };
  const api = await startApi({
    reach,
    clientCA: 'CLIENT CA',
    frontProxy: { ca: authority.certificate, certificate, key },
  });
  await api.create('/api/v1/namespaces', { metadata: { name: 'wardle' } });
  const condition: AggregationWorld['condition'] = (is) =>
    eventually(async () => {
      const found = availableIn(await api.get(`${apiServices}/${flunderService}`));
      return found && is(found) ? found : undefined;
    });
  return {
    api,
    extension,
    reached,
    behindService: async () => {
      await api.create(services, service());
      await api.create(slices, slice());
    },
    register: (spec = {}) =>
      api.create(apiServices, {
        metadata: { name: flunderService },
        spec: {
          group: flunderGroup,
          version: 'v1alpha1',
          service: { namespace: 'wardle', name: 'api' },
          caBundle: extension.caBundle,
          groupPriorityMinimum: 2000,
          versionPriority: 200,
          ...spec,
        },
      }),
    condition,
    close: async () => {
      await api.close();
      await extension.close();
    },
  };
}

export const isAvailable = ({ status }: Condition): boolean => status === 'True';
