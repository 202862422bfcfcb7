import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMemoryStore } from '../../../../../agent/store/memory.ts';
import { startApi, type TestApi } from '../api.ts';

let answer: () => Promise<void> = async () => undefined;

let api: TestApi;
beforeEach(async () => {
  answer = async () => undefined;
  const memory = createMemoryStore();
  api = await startApi({ store: { ...memory, check: () => answer() } });
});
afterEach(() => api.close());

const path = '/api/v1/componentstatuses';
const lead = (name: string) =>
  api.create('/apis/coordination.k8s.io/v1/namespaces/kube-system/leases', {
    metadata: { name },
    spec: {
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      renewTime: new Date(api.clock.now()).toISOString().replace('Z', '000Z'),
    },
  });

async function healths(): Promise<[name: string, status: string, message: string][]> {
  const { items } = await api.list(path);
  return items.map(({ metadata, conditions }) => {
    const [{ status, message }] = conditions as [{ status: string; message: string }];
    return [metadata.name, status, message];
  });
}

it('tell that all is well while the scheduler and the controllers renew their leases', async () => {
  await lead('kube-scheduler');
  await lead('kube-controller-manager');
  expect(await healths()).toEqual([
    ['controller-manager', 'True', 'ok'],
    ['etcd-0', 'True', 'ok'],
    ['scheduler', 'True', 'ok'],
  ]);
  expect(await api.get(`${path}/scheduler`)).toEqual({
    apiVersion: 'v1',
    kind: 'ComponentStatus',
    metadata: { name: 'scheduler' },
    conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
  });
});

it('tell who has not renewed its lease, or has none', async () => {
  await lead('kube-scheduler');
  await api.clock.advance(16_000);
  expect(await healths()).toEqual([
    ['controller-manager', 'False', 'nobody holds its lease'],
    ['etcd-0', 'True', 'ok'],
    ['scheduler', 'False', 'its lease was last renewed at 2026-01-01T00:00:00.000000Z'],
  ]);
});

it('tell what is wrong with the store', async () => {
  answer = () => Promise.reject(new Error('the disk is full'));
  expect((await healths())[1]).toEqual(['etcd-0', 'False', 'the disk is full']);
});

it('are shown as a table, with a warning that they are deprecated', async () => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const { body, headers } = await api.request('GET', `${path}?labelSelector=`, undefined, { accept });
  expect(headers.warning).toBe('299 - "v1 ComponentStatus is deprecated in v1.19+"');
  const { columnDefinitions, rows } = body as unknown as Table;
  expect(columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Status', 'Message', 'Error']);
  expect(rows[1]?.cells).toEqual(['etcd-0', 'Healthy', 'ok', '']);
});

it('are selected by name', async () => {
  const { items } = await api.list(`${path}?fieldSelector=metadata.name%3Detcd-0`);
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['etcd-0']);
});

it.each([
  ['POST', path, 405],
  ['DELETE', path, 405],
  ['DELETE', `${path}/scheduler`, 405],
  ['GET', `${path}?watch=1`, 405],
  ['GET', `${path}/nobody`, 404],
] as const)('are only read: %s %s is answered with %i', async (method, where, code) => {
  expect(await api.refused(method, where, method === 'POST' ? {} : undefined)).toMatchObject({ code });
});

interface Table {
  columnDefinitions: { name: string }[];
  rows: { cells: unknown[] }[];
}
