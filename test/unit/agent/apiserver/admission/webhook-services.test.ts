import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allowed, startWebhookServer, type WebhookServer } from '../../../../fakes/webhook-server.ts';
import { configMap, inDefault, startApi, type TestApi } from '../api.ts';
import { register, webhook } from './webhook-configurations.ts';

let api: TestApi;
let server: WebhookServer;
let reached: string[];

const start = async (hosts: string[]) => {
  server = await startWebhookServer(allowed, { hosts });
  // Pods run nowhere here: their addresses lead to the one server that there is.
  const reach = ({ host, port }: { host: string; port: number }) => {
    reached.push(`${host}:${port}`);
    return { host: '127.0.0.1', port: server.port };
  };
  api = await startApi({ reach });
};
beforeEach(() => {
  reached = [];
});
afterEach(async () => {
  await api.close();
  await server.close();
});

const maps = inDefault('configmaps');
const ports = [{ name: 'https', port: 443, targetPort: 9443 }];
const service = { metadata: { name: 'hooks' }, spec: { selector: { app: 'hooks' }, ports } };
const slice = (address: string) => ({
  metadata: { name: 'hooks-1', labels: { 'kubernetes.io/service-name': 'hooks' } },
  addressType: 'IPv4',
  ports: [{ name: 'https', port: 9443 }],
  endpoints: [{ addresses: [address], conditions: { ready: true } }],
});
const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';

const registered = (rest: object = {}) => {
  const at = { namespace: 'default', name: 'hooks', path: '/check', ...rest };
  return register(api, 'validating', 'checks', [
    webhook(server, '', { clientConfig: { service: at, caBundle: server.caBundle } }),
  ]);
};
const failure = async () =>
  (await api.refused('POST', maps, configMap('a'))).message?.replace(/^.*failed to call webhook: /, '');
const posted = (port = 443) => `Post "https://hooks.default.svc:${port}/check?timeout=10s": `;

describe('a webhook behind a service', () => {
  it('is called at an endpoint, by the name of the service', async () => {
    await start(['hooks.default.svc']);
    await api.create(inDefault('services'), service);
    await api.create(slices, slice('10.244.1.7'));
    await registered();
    await api.create(maps, configMap('a'));
    expect(reached).toEqual(['10.244.1.7:9443']);
    expect(server.asked).toMatchObject([{ path: '/check?timeout=10s', headers: { host: 'hooks.default.svc:443' } }]);
  });

  it('must have a certificate for that name', async () => {
    await start(['hooks.other.svc', 'localhost']);
    await api.create(inDefault('services'), service);
    await api.create(slices, slice('10.244.1.7'));
    await registered();
    expect(await failure()).toBe(
      `${posted()}tls: failed to verify certificate: x509: certificate is valid for hooks.other.svc, localhost, not hooks.default.svc`,
    );
    expect(server.asked).toEqual([]);
  });

  it('fails where there is no such service, no such port or no endpoint', async () => {
    await start(['hooks.default.svc']);
    await registered();
    expect(await failure()).toBe(`${posted()}service "hooks" not found`);
    await api.create(inDefault('services'), service);
    expect(await failure()).toBe(`${posted()}no endpoints available for service "hooks"`);
    await register(api, 'validating', 'a', [
      webhook(server, '', {
        clientConfig: { service: { namespace: 'default', name: 'hooks', path: '/check', port: 8443 } },
      }),
    ]);
    expect(await failure()).toBe(`${posted(8443)}no service port 8443 found for service "hooks"`);
  });

  it.each(['127.0.0.1', '169.254.169.254'])('is never called at %s, which is the server’s own', async (address) => {
    await start(['hooks.default.svc']);
    await api.create(inDefault('services'), service);
    const endpoints = { metadata: { name: 'hooks' }, subsets: [] };
    await api.create(inDefault('endpoints'), endpoints);
    const stored = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', ...slice(address) };
    const metadata = { ...stored.metadata, namespace: 'default', uid: 'u' };
    const key = '/registry/endpointslices.discovery.k8s.io/default/hooks-1';
    await api.store.create(key, Buffer.from(JSON.stringify({ ...stored, metadata })));
    await registered();
    expect(await failure()).toBe(`${posted()}address not allowed`);
    expect(reached).toEqual([]);
  });
});
