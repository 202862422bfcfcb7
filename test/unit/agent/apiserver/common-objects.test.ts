/** What every new cluster begins with, made once and written to new stores as it is. */
import { beforeAll, expect, it, vi } from 'vitest';
import { type CommonObject, findCommonObjects } from '../../../../agent/apiserver/common-objects.ts';
import type { ApiServerOptions } from '../../../../agent/apiserver/server.ts';
import { timestamp } from '../../../../agent/clock.ts';
import { createMemoryStore } from '../../../../agent/store/memory.ts';
import type { Store } from '../../../../agent/store/store.ts';
import { createAuthority } from '../../../../main/cluster/pki.ts';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

let common: CommonObject[];
let tls: { cert: string; key: string; ca: string };

const begin = (dnsIP: string) => async (store: Store, now: number) => {
  const api = await startApi({ store, settings: { dnsIP }, clock: { ...silentClock, now: () => now } });
  await api.server.close();
};
/** Nothing that a start waits for takes time. */
const silentClock = { sleep: () => new Promise<void>(() => {}), after: () => () => {} };

beforeAll(async () => {
  const authority = await createAuthority('kubernetes');
  const { certificate: cert, key } = await authority.issue({ commonName: 'api', hosts: [], usages: ['server'] });
  tls = { cert, key, ca: authority.certificate };
  common = await findCommonObjects(createMemoryStore, [begin('10.96.0.10'), begin('10.96.0.20')]);
});

/** A server that listens, with what it then stores, by key: without what differs between any two clusters. */
async function begun(options: Partial<ApiServerOptions>): Promise<{ api: TestApi; contents: Map<string, unknown> }> {
  const api = await startApi({ ...options, clientCA: tls.ca });
  const { port } = await api.server.listen({ host: '127.0.0.1', port: 0, tls, advertise: '192.0.2.1' });
  const { entries } = await api.store.list('');
  const contents = entries.map(({ key, value }): [string, unknown] => {
    const text = Buffer.from(value).toString().replaceAll(timestamp(api.clock.now()), 'now');
    const object = JSON.parse(text.replaceAll(`:${port}`, ':0'));
    return [key, { ...object, metadata: { ...object.metadata, uid: '' } }];
  });
  return { api, contents: new Map(contents) };
}

it('are those that do not depend on a cluster', () => {
  const keys = common.map(([key]) => key);
  expect(keys).toEqual(
    expect.arrayContaining([
      '/registry/namespaces/kube-system',
      '/registry/clusterroles.rbac.authorization.k8s.io/cluster-admin',
      '/registry/flowschemas.flowcontrol.apiserver.k8s.io/exempt',
      '/registry/apiservices.apiregistration.k8s.io/v1.apps',
      '/registry/services/default/kubernetes',
    ]),
  );
  expect(keys).not.toContain('/registry/services/kube-system/kube-dns');
});

it('a cluster that begins with them has what another has, and the server writes none of them again', async () => {
  const quick = createMemoryStore();
  const [one, other] = [await begun({}), await begun({ store: quick, commonObjects: async () => common })];
  expect([...other.contents.keys()].sort()).toEqual([...one.contents.keys()].sort());
  expect(other.contents).toEqual(one.contents);

  const { entries } = await quick.list('');
  const keys = new Set(common.map(([key]) => key));
  const kept = entries.filter(({ key, revision }) => keys.has(key) && revision <= common.length);
  // The namespace says later what else has been made in it.
  expect([...keys].filter((key) => !kept.some((entry) => entry.key === key))).toEqual([
    '/registry/namespaces/kube-system',
  ]);
  const uids = kept.map(({ value }) => JSON.parse(Buffer.from(value).toString()).metadata.uid);
  expect(new Set(uids).size).toBe(common.length - 1);
  await Promise.all([one.api.close(), other.api.close()]);
});

it('a store that holds something already does not get them', async () => {
  const store = createMemoryStore();
  const first = await startApi({ store });
  await first.create(inDefault('configmaps'), configMap('kept'));
  const role = '/apis/rbac.authorization.k8s.io/v1/clusterroles/view';
  const { metadata } = await first.get(role);
  await first.server.close();
  const commonObjects = vi.fn(async () => common);
  const second = await startApi({ store, commonObjects });
  expect(commonObjects).not.toHaveBeenCalled();
  expect((await second.get(role)).metadata.uid).toBe(metadata.uid);
  await second.close();
});
