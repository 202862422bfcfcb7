/** What clients are told while the store does not answer. */
import { afterEach, expect, it } from 'vitest';
import { createMemoryStore } from '../../../../agent/store/memory.ts';
import { type Store, StoreUnavailableError } from '../../../../agent/store/store.ts';
import { configMap, inDefault, startApi, type TestApi } from './api.ts';

let api: TestApi;
afterEach(() => api.close());

const lost = () => Promise.reject(new StoreUnavailableError('etcd has no leader: etcdserver: leader changed'));

/** A store that several servers share, and that does not answer any more where `away` is set. */
function frailStore(): { store: Store; away: Set<keyof Store> } {
  const store = createMemoryStore();
  const away = new Set<keyof Store>();
  const unlessAway =
    <A extends unknown[], R>(verb: keyof Store, call: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      away.has(verb) ? lost() : call(...args);
  return {
    away,
    store: {
      ...store,
      isShared: true,
      revision: unlessAway('revision', () => store.revision()),
      create: unlessAway('create', store.create.bind(store)),
      update: unlessAway('update', store.update.bind(store)),
      delete: unlessAway('delete', store.delete.bind(store)),
    },
  };
}

const replica = { metadata: { name: 'web' }, spec: { selector: { matchLabels: { a: 'b' } } } };
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };

it.each([
  ['create', 'POST', '/apis/apps/v1/namespaces/default/replicasets', 'replicasets.apps'],
  ['update', 'PUT', inDefault('configmaps/there'), 'configmaps'],
  ['delete', 'DELETE', inDefault('configmaps/there'), 'configmaps'],
] as const)(
  'a write that the store loses (%s) says that it may be tried again',
  async (verb, method, path, resource) => {
    const { store, away } = frailStore();
    api = await startApi({ store });
    await api.create(inDefault('configmaps'), configMap('there'));
    away.add(verb);
    const body = {
      POST: { ...replica, spec: { ...replica.spec, template } },
      PUT: { ...configMap('there'), data: { a: 'b' } },
      DELETE: undefined,
    };
    const { status, headers, body: answer } = await api.request(method, path, body[method]);
    expect([status, headers?.['retry-after']]).toEqual([500, '2']);
    const [kind, group] = resource.split('.');
    expect(answer).toMatchObject({
      reason: 'ServerTimeout',
      message: `The ${verb} operation against ${resource} could not be completed at this time, please try again.`,
      details: { name: verb, kind, ...(group ? { group } : {}), retryAfterSeconds: 2 },
    });
  },
);

it('a read that must see what others wrote waits for the store, and says that it may be tried again', async () => {
  const { store, away } = frailStore();
  api = await startApi({ store });
  away.add('revision');
  await expect(api.request('GET', inDefault('configmaps'))).rejects.toMatchObject({
    code: 500,
    reason: 'ServerTimeout',
  });
});
