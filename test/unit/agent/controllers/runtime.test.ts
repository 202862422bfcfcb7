import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replicaSets } from '../../../../agent/api/apps/replica-set.ts';
import { leases } from '../../../../agent/api/coordination/lease.ts';
import { pods } from '../../../../agent/api/core/pod.ts';
import { podTemplates } from '../../../../agent/api/core/pod-template.ts';
import { secrets } from '../../../../agent/api/core/secret.ts';
import type { Kind } from '../../../../agent/api/kind.ts';
import type { AnyObject, PodTemplate } from '../../../../agent/api/types.ts';
import { keyOf } from '../../../../agent/client/informer.ts';
import { startControllers } from '../../../../agent/controllers/manager.ts';
import { type ControllerDefinition, watch } from '../../../../agent/controllers/shared/controller.ts';
import { defineController, runControllers } from '../../../../agent/controllers/shared/runtime.ts';
import { settle } from '../../../fakes/clock.ts';
import { podTemplatesPath, referenceTo, startWorld, type World } from './world.ts';

let world: World;
let handled: string[];
const secretsPath = '/api/v1/namespaces/default/secrets';
const leasePath = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager';

/**
 * A controller of pod templates, of which a new cluster has none, that notes its keys; `declared` is added to its
 * declaration.
 */
const noting = (declared: Partial<ControllerDefinition<PodTemplate>> = {}) =>
  defineController<PodTemplate>({
    name: 'noting',
    for: podTemplates,
    async reconcile(_, key) {
      handled.push(key);
      return undefined;
    },
    ...declared,
  });
const podTemplate = (name: string, metadata: object = {}): Promise<AnyObject> =>
  world.api.create(podTemplatesPath, {
    apiVersion: 'v1',
    kind: 'PodTemplate',
    metadata: { name, ...metadata },
    template: { spec: { containers: [{ name: 'main', image: 'web:1.0' }] } },
  });
const secret = (name: string, metadata: object = {}): Promise<AnyObject> =>
  world.api.create(secretsPath, { apiVersion: 'v1', kind: 'Secret', metadata: { name, ...metadata } });
const watches = ({ plural, representations }: Kind) => {
  const labels = `verb="WATCH",group="${representations[0].group}",resource="${plural}",component="apiserver"`;
  return world.metric(`apiserver_longrunning_requests{${labels}}`);
};
const run = (declared?: Partial<ControllerDefinition<PodTemplate>>) => noting(declared).start(world.deps);

beforeEach(async () => {
  handled = [];
  world = await startWorld(() => []);
});
afterEach(() => world.close());

describe('a declared controller', () => {
  it('handles what is there when it starts, and what changes later', async () => {
    await podTemplate('early');
    run();
    await settle();
    expect(handled).toEqual(['default/early']);
    await podTemplate('late');
    await settle();
    expect(handled).toEqual(['default/early', 'default/late']);
  });

  it('handles the keys that it takes from its objects instead of their own', async () => {
    run({ keys: ({ object }) => [`all-of-${object.metadata.namespace}`] });
    await podTemplate('a');
    await podTemplate('b');
    await settle();
    expect(new Set(handled)).toEqual(new Set(['all-of-default']));
  });

  it('handles the controller of what it owns, who lost it, and who would adopt it', async () => {
    const [first, second] = [await podTemplate('first'), await podTemplate('second')];
    run({ owns: [{ kind: secrets, selectorOf: ({ metadata }) => ({ matchLabels: { app: metadata.name } }) }] });
    await settle();
    handled.length = 0;
    await secret('owned', { ownerReferences: [referenceTo(first, { controller: true })] });
    await settle();
    expect(handled).toEqual(['default/first']);
    handled.length = 0;
    const metadata = { ownerReferences: [referenceTo(second, { controller: true })] };
    const type = { 'content-type': 'application/merge-patch+json' };
    await world.api.request('PATCH', `${secretsPath}/owned`, { metadata }, type);
    await settle();
    expect(handled.sort()).toEqual(['default/first', 'default/second']);
    handled.length = 0;
    await secret('orphan', { labels: { app: 'second' } });
    await settle();
    expect(handled).toEqual(['default/second']);
  });

  it('gathers changes of what it owns for as long as the owner asks for', async () => {
    const owner = await podTemplate('owner');
    run({ owns: [{ kind: secrets, delay: () => 500 }] });
    await settle();
    handled.length = 0;
    for (const name of ['a', 'b']) await secret(name, { ownerReferences: [referenceTo(owner, { controller: true })] });
    await world.clock.advance(499);
    expect(handled).toEqual([]);
    await world.clock.advance(1);
    expect(handled).toEqual(['default/owner']);
  });

  it('handles the keys that a watch names', async () => {
    run({ watches: [watch(secrets, ({ type, object }) => [`${type} ${keyOf(object)}`])] });
    await settle();
    await secret('watched');
    await settle();
    expect(handled).toEqual(['added default/watched']);
  });

  it('comes back after the time that a reconcile asks for', async () => {
    await podTemplate('timed');
    run({
      async reconcile(_, key) {
        handled.push(key);
        return handled.length === 1 ? { after: 7000 } : undefined;
      },
    });
    await world.clock.advance(6999);
    expect(handled).toHaveLength(1);
    await world.clock.advance(1);
    expect(handled).toHaveLength(2);
  });

  it('comes back after 5, 10, 20 ms where it fails, and the metrics say so', async () => {
    await podTemplate('failing');
    const at: number[] = [];
    run({
      async reconcile() {
        at.push(world.clock.now());
        if (at.length < 4) throw new Error('not yet');
        return undefined;
      },
    });
    await world.clock.advance(1000);
    expect(at.map((time) => time - (at[0] ?? 0))).toEqual([0, 5, 15, 35]);
    expect(world.metric('workqueue_retries_total{name="noting"}')).toBe(3);
    expect(world.metric('workqueue_work_duration_seconds_count{name="noting"}')).toBe(4);
  });

  it('signs its events with its component', async () => {
    await podTemplate('told');
    run({
      component: 'noting-controller',
      async reconcile({ recorder, informer }, key) {
        const object = informer(podTemplates).get(key);
        if (object) recorder.event(object, 'Normal', 'Noted', 'It is there');
        return undefined;
      },
    });
    await expect.poll(() => world.names('/api/v1/events')).toHaveLength(1);
    expect((await world.api.list('/api/v1/events')).items[0]).toMatchObject({
      reason: 'Noted',
      reportingComponent: 'noting-controller',
    });
  });

  it('waits for everything that it reads before it handles the first key', async () => {
    await secret('read');
    await podTemplate('reader');
    run({
      reads: [secrets],
      async reconcile({ informer }) {
        handled.push(...informer(secrets).list().map(keyOf));
        return undefined;
      },
    });
    await settle();
    expect(handled).toEqual(['default/read']);
  });
});

describe('informers of controllers', () => {
  it('end with the controllers, but for those that somebody else uses', async () => {
    world.deps.informers.for(pods);
    startControllers({ ...world.deps, rootCA: 'a CA' });
    await expect.poll(() => [pods, secrets, replicaSets, leases].map(watches)).toEqual([1, 1, 1, 1]);
    expect(world.metric('skiff_informer_synced{resource="apps/v1/replicasets"}')).toBe(1);
    world.stop();
    await expect.poll(() => [pods, secrets, replicaSets, leases].map(watches)).toEqual([1, 0, 0, 0]);
  });
});

describe('the lease of the controllers', () => {
  it('is given back before the controllers count as ended', async () => {
    const ended = runControllers(() => [], world.deps, { identity: 'us' });
    await expect.poll(async () => (await world.api.request('GET', leasePath)).status).toBe(200);
    world.stop();
    await ended;
    expect((await world.api.get(leasePath)).spec).toMatchObject({ holderIdentity: '' });
  });

  it('starts them anew, with a memory of their own, and its loss ends them and their watches', async () => {
    const terms: string[][] = [];
    const declare = () => {
      const term: string[] = [];
      terms.push(term);
      return [noting({ reconcile: async (_, key) => void term.push(key) as undefined })];
    };
    await podTemplate('first');
    runControllers(declare, world.deps, { identity: 'us' });
    await expect.poll(() => terms).toEqual([['default/first']]);
    expect(watches(podTemplates)).toBe(1);
    const lease = await world.api.get(leasePath);
    const taken = { ...lease, spec: { ...(lease.spec as object), holderIdentity: 'them' } };
    await world.api.request('PUT', leasePath, taken);
    await world.clock.advance(13_000);
    await expect.poll(() => watches(podTemplates)).toBe(0);
    await world.clock.advance(20_000);
    await expect.poll(() => terms).toEqual([['default/first'], ['default/first']]);
    expect(watches(podTemplates)).toBe(1);
  });
});
