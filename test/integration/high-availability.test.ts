/** Several control planes on one etcd: each answers as if it were the only one. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Endpoints, KubeObject, Lease, ObjectList, Service } from '../../agent/api/types.ts';
import type { Transport } from '../../agent/client/transport.ts';
import { createEtcdStore } from '../../agent/store/etcd.ts';
import { createSigningKey } from '../../main/cluster/pki.ts';
import { quietLog } from '../fakes/log.ts';
import { unless } from '../unless.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { noEtcd, type RunningEtcd, startEtcd } from './etcd.ts';

const servicesPath = '/api/v1/namespaces/default/services';
const ports = { first: 30000, last: 30023 };

const bodyOf = async <T>(transport: Transport, path: string): Promise<T> => {
  const { status, body } = await transport.request({ method: 'GET', path });
  expect(status).toBe(200);
  return body as T;
};
const post = (transport: Transport, path: string, body: object) => transport.request({ method: 'POST', path, body });
const configMap = (name: string) => ({ metadata: { name } });
const service = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
});
const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

unless(noEtcd).describe('two control planes on one etcd', () => {
  let etcd: RunningEtcd;
  let planes: ControlPlane[];
  let one: Transport;
  let other: Transport;

  beforeAll(async () => {
    etcd = await startEtcd(3);
    const stores = etcd.members.slice(0, 2).map((member) => createEtcdStore({ ...member, log: quietLog }));
    await vi.waitFor(() => stores[0]?.check(), 60_000);
    const serviceAccountKey = await createSigningKey();
    const settings = { nodePorts: ports };
    planes = await Promise.all(
      stores.map((store, at) =>
        startControlPlane({
          store,
          identity: `control-plane${at}`,
          nodes: {},
          server: { serviceAccountKey, settings },
        }),
      ),
    );
    [one, other] = planes.map(({ api }) => api.transport) as [Transport, Transport];
  });
  afterAll(async () => {
    await Promise.all(planes.map((plane) => plane.close()));
    await etcd.stop();
  });

  it('show each other at once what they have stored, changed and deleted', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    for (const at of times(20, (index) => index)) {
      const created = await post(one, path, configMap(`seen-${at}`));
      expect((await other.request({ method: 'GET', path: `${path}/seen-${at}` })).body).toEqual(created.body);
      const list = await bodyOf<ObjectList>(other, `${path}?limit=500`);
      expect(list.items.map(({ metadata }) => metadata.name)).toContain(`seen-${at}`);
      expect((await other.request({ method: 'DELETE', path: `${path}/seen-${at}` })).status).toBe(200);
      expect((await one.request({ method: 'GET', path: `${path}/seen-${at}` })).status).toBe(404);
    }
  });

  it('know a token and its account that came through the other', async () => {
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    for (const at of times(5, (index) => index)) {
      await post(one, accounts, configMap(`robot-${at}`));
      const answer = await post(one, `${accounts}/robot-${at}/token`, { spec: {} });
      const { token } = (answer.body as { status: { token: string } }).status;
      const review = await post(other, '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token } });
      expect(review.body).toMatchObject({
        status: { authenticated: true, user: { username: `system:serviceaccount:default:robot-${at}` } },
      });
    }
  });

  it('never give the same address or node port to two services', async () => {
    const count = ports.last - ports.first + 1;
    const outcomes = await Promise.all(
      times(count, (at) => post(at % 2 ? one : other, servicesPath, service(`many-${at}`, { type: 'NodePort' }))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(times(count, () => 201));
    const { items } = await bodyOf<ObjectList<Service>>(one, servicesPath);
    const made = items.filter(({ metadata }) => metadata.name.startsWith('many-'));
    expect(new Set(made.map(({ spec }) => spec.clusterIP)).size).toBe(count);
    expect(made.map(({ spec }) => spec.ports?.[0]?.nodePort).sort()).toEqual(times(count, (at) => ports.first + at));
    await Promise.all(
      made.map(({ metadata }) => one.request({ method: 'DELETE', path: `${servicesPath}/${metadata.name}` })),
    );
  });

  it('let one of two services have an address that both ask for', async () => {
    for (const at of times(5, (index) => index)) {
      const spec = { clusterIP: `10.96.0.${100 + at}` };
      const outcomes = await Promise.all([
        post(one, servicesPath, service(`wish-${at}-a`, spec)),
        post(other, servicesPath, service(`wish-${at}-b`, spec)),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual([201, 422]);
      expect(outcomes.find(({ status }) => status === 422)?.body).toMatchObject({
        message: expect.stringContaining(`failed to allocate IP ${spec.clusterIP}: provided IP is already allocated`),
      });
    }
  });

  it('let a quota pay only once for what both are asked for', async () => {
    await post(one, '/api/v1/namespaces', configMap('paying'));
    const namespace = '/api/v1/namespaces/paying';
    await post(one, `${namespace}/resourcequotas`, { metadata: { name: 'q' }, spec: { hard: { secrets: '5' } } });
    await vi.waitFor(async () => {
      const { body } = await other.request({ method: 'GET', path: `${namespace}/resourcequotas/q` });
      expect(body).toMatchObject({ status: { used: { secrets: '0' } } });
    });
    const outcomes = await Promise.all(
      times(20, (at) => post(at % 2 ? one : other, `${namespace}/secrets`, configMap(`s-${at}`))),
    );
    expect(outcomes.filter(({ status }) => status === 201)).toHaveLength(5);
    expect((await bodyOf<ObjectList>(one, `${namespace}/secrets`)).items).toHaveLength(5);
  });

  it('tell watchers of both everything in the same order and versions', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    const { metadata } = await bodyOf<ObjectList>(one, path);
    const stopping = new AbortController();
    const watched = async (transport: Transport) => {
      const watch = `${path}?watch=true&resourceVersion=${metadata.resourceVersion}`;
      const { events } = await transport.request({ method: 'GET', path: watch, signal: stopping.signal });
      const seen: string[] = [];
      for await (const { type, object } of events ?? []) {
        const { name, resourceVersion } = (object as KubeObject).metadata;
        seen.push(`${type} ${name}@${resourceVersion}`);
        if (seen.length === 40) return seen;
      }
      return seen;
    };
    const watching = Promise.all([watched(one), watched(other)]);
    await Promise.all(times(40, (at) => post(at % 2 ? one : other, path, configMap(`watched-${at}`))));
    const [ofOne, ofOther] = await watching;
    expect(ofOne).toHaveLength(40);
    expect(ofOther).toEqual(ofOne);
    stopping.abort();
  });

  it('are both endpoints of the service kubernetes', async () => {
    await Promise.all(
      planes.map(async ({ api }, at) => {
        const { certificate: cert, key } = await api.authority.issue({
          commonName: 'api',
          hosts: ['localhost'],
          usages: ['server'],
        });
        await api.server.listen({
          host: '127.0.0.1',
          port: 0,
          tls: { cert, key, ca: api.ca },
          advertise: `192.0.2.${at + 1}`,
        });
      }),
    );
    await vi.waitFor(async () => {
      const { subsets } = await bodyOf<Endpoints>(one, '/api/v1/namespaces/default/endpoints/kubernetes');
      expect(subsets?.[0]?.addresses).toEqual([{ ip: '192.0.2.1' }, { ip: '192.0.2.2' }]);
    }, 20_000);
    const { items } = await bodyOf<ObjectList<Lease>>(
      one,
      '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases',
    );
    expect(items.filter(({ metadata }) => metadata.name.startsWith('apiserver-'))).toHaveLength(2);
  });

  describe('when a member of etcd is killed', () => {
    it('keep every write that was answered, and go on', async () => {
      const path = '/api/v1/namespaces/default/configmaps';
      await post(one, path, configMap('before'));
      // It may be the leader: what is under way then waits for the next one.
      const writing = Promise.all(times(10, (at) => post(other, path, configMap(`during-${at}`))));
      await etcd.kill(2);
      expect((await writing).map(({ status }) => status)).toEqual(times(10, () => 201));
      const kept = times(10, (at) => `during-${at}`);
      await vi.waitFor(async () => {
        await other.request({ method: 'DELETE', path: `${path}/after` });
        expect((await post(other, path, configMap('after'))).status).toBe(201);
      }, 20_000);
      const { items } = await bodyOf<ObjectList>(one, path);
      expect(items.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(['before', ...kept, 'after']));
    });
  });

  describe('when one goes', () => {
    it('leaves its controllers to the other', async () => {
      const leader = async () => {
        const path = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager';
        return (await bodyOf<Lease>(other, path)).spec.holderIdentity ?? '';
      };
      const first = await leader();
      expect(first).toMatch(/^control-plane[01]$/);
      planes[Number(first.at(-1))]?.stopComponents();
      await vi.waitFor(
        async () => expect(await leader()).toBe(first === 'control-plane0' ? 'control-plane1' : 'control-plane0'),
        20_000,
      );
      await post(one, '/apis/apps/v1/namespaces/default/replicasets', {
        metadata: { name: 'left' },
        spec: {
          replicas: 3,
          selector: { matchLabels: { app: 'left' } },
          template: { metadata: { labels: { app: 'left' } }, spec: { containers: [{ name: 'main', image: 'main' }] } },
        },
      });
      await vi.waitFor(async () => {
        const { items } = await bodyOf<ObjectList>(one, '/api/v1/namespaces/default/pods?labelSelector=app%3Dleft');
        expect(items).toHaveLength(3);
      }, 20_000);
    });
  });
});
