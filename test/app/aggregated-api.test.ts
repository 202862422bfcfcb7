/** What another API server behind a service serves, in the window: it lists without tables, as such servers may. */
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthority } from '../../main/cluster/pki.ts';
import { type ExtensionServer, flunderVersion, startExtensionServer } from '../fakes/extension-server.ts';
import { type ControlPlane, startControlPlane } from '../integration/control-plane.ts';
import { unless } from '../unless.ts';
import { keepViews, noChromium } from './support/browser.ts';
import { openServedWindow, type ServedWindow } from './support/served-window.ts';

const registration = '/apis/apiregistration.k8s.io/v1/apiservices';
const flunders = `/apis/${flunderVersion}/namespaces/default/flunders`;

unless(noChromium).describe('an aggregated API', () => {
  let extension: ExtensionServer;
  let plane: ControlPlane;
  let served: ServedWindow;
  let page: Page;

  const send = async (method: 'POST' | 'DELETE', path: string, body?: object): Promise<number> =>
    (await plane.api.transport.request({ method, path, body })).status;

  beforeAll(async () => {
    const authority = await createAuthority('front-proxy-ca');
    const { certificate, key } = await authority.issue({ commonName: 'front-proxy-client', usages: ['client'] });
    extension = await startExtensionServer({ hosts: ['api.default.svc'], frontProxyCA: authority.certificate });
    plane = await startControlPlane({
      server: {
        reach: () => ({ host: '127.0.0.1', port: extension.port }),
        clientCA: 'the authority of clients',
        frontProxy: { ca: authority.certificate, certificate, key },
      },
    });
    served = await openServedWindow({ current: 'test', kubeconfig: plane.api.kubeconfig });
    page = served.page;
  });

  afterAll(async () => {
    await served?.close();
    await plane?.close();
    await extension?.close();
  });

  const entry = (name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true });
  const row = (name: RegExp) => page.getByRole('row', { name });
  const flunder = (name: string, reference: string) => ({
    apiVersion: flunderVersion,
    kind: 'Flunder',
    metadata: { name },
    spec: { reference },
  });

  test('has an entry under its group once it is available', async () => {
    const service = { metadata: { name: 'api' }, spec: { ports: [{ port: 443, targetPort: 6443 }] } };
    expect(await send('POST', '/api/v1/namespaces/default/services', service)).toBe(201);
    const slice = {
      metadata: { name: 'api-1', labels: { 'kubernetes.io/service-name': 'api' } },
      addressType: 'IPv4',
      ports: [{ name: '', port: 6443 }],
      endpoints: [{ addresses: ['10.244.1.7'], conditions: { ready: true } }],
    };
    expect(await send('POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', slice)).toBe(201);
    const spec = {
      group: 'wardle.example.com',
      version: 'v1alpha1',
      service: { namespace: 'default', name: 'api' },
      caBundle: extension.caBundle,
      groupPriorityMinimum: 2000,
      versionPriority: 200,
    };
    expect(await send('POST', registration, { metadata: { name: 'v1alpha1.wardle.example.com' }, spec })).toBe(201);
    await entry('Flunders').waitFor();
    await entry('wardle.example.com').waitFor();
  });

  test('is listed, and stays live, though its server makes no tables', async () => {
    expect(await send('POST', flunders, flunder('first', 'north'))).toBe(201);
    await entry('Flunders').click();
    await row(/first/).waitFor();
    expect(await send('POST', flunders, flunder('second', 'south'))).toBe(201);
    await row(/second/).waitFor();
    expect(await send('DELETE', `${flunders}/first`)).toBe(200);
    await row(/first/).waitFor({ state: 'detached' });
  });

  test('shows an object with the documentation of its server', async () => {
    await row(/second/).click();
    const details = page.getByRole('complementary', { name: 'Flunder second' });
    await details.getByText('south').waitFor();
    await details.getByRole('button', { name: 'reference' }).click();
    await details.getByText('Whom the flunder refers to.').waitFor();
    await keepViews(page, '28-aggregated-api');
  });

  test('leaves with its registration', async () => {
    expect(await send('DELETE', `${registration}/v1alpha1.wardle.example.com`)).toBe(200);
    await entry('Flunders').waitFor({ state: 'detached' });
  });
});
