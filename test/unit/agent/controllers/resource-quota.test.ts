/**
 * What quotas pay for and refuse, and how they are counted anew: `test/e2e/apimachinery/resource_quota.go` upstream.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { resourceQuotaController } from '../../../../agent/controllers/resource-quota/resource-quota.ts';
import { configMap, inDefault, pod } from '../apiserver/api.ts';
import { startWorld, type World, widgets } from './world.ts';

const mergePatch = { 'content-type': 'application/merge-patch+json' };
const quotas = inDefault('resourcequotas');

let world: World;
beforeEach(async () => {
  world = await startWorld(() => [resourceQuotaController]);
  await world.api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
});
afterEach(() => world.close());

const status = async (name: string) => (await world.api.get(`${quotas}/${name}`)).status ?? {};
const usedIs = (name: string, used: object) => expect.poll(() => status(name)).toMatchObject({ used });

/** Resolves once it has been counted. */
async function aQuota(name: string, spec: AnyObject['spec']): Promise<void> {
  await world.api.create(quotas, { metadata: { name }, spec });
  await expect.poll(() => status(name)).toMatchObject({ hard: spec?.hard });
}

const asking = (name: string, resources: object, more: object = {}) =>
  pod(name, { containers: [{ name: 'main', image: 'web:1.0', resources }], ...more });
const refusal = async (path: string, body: object) => {
  const { code, message } = await world.api.refused('POST', path, body);
  expect(code).toBe(403);
  return message;
};
const remove = (path: string) =>
  world.api.request('DELETE', `${path}?gracePeriodSeconds=0&propagationPolicy=Background`);

describe('the status of a quota', () => {
  it('is promptly calculated, of what is there', async () => {
    await world.api.create(inDefault('configmaps'), configMap('a'));
    await aQuota('count', {
      hard: { resourcequotas: '3', configmaps: '5', 'requests.cpu': '1', 'count/no.example.com': '1' },
    });
    expect(await status('count')).toEqual({
      hard: { resourcequotas: '3', configmaps: '5', 'requests.cpu': '1', 'count/no.example.com': '1' },
      used: { resourcequotas: '1', configmaps: '1', 'requests.cpu': '0' },
    });
  });

  it('follows a change of what is allowed', async () => {
    await aQuota('count', { hard: { configmaps: '5' } });
    await world.api.request('PATCH', `${quotas}/count`, { spec: { hard: { secrets: '1' } } }, mergePatch);
    await expect
      .poll(() => status('count'))
      .toEqual({
        hard: { configmaps: '5', secrets: '1' },
        used: { configmaps: '0', secrets: '0' },
      });
  });
});

describe('a quota captures the life of', () => {
  it('a secret', async () => {
    await aQuota('count', { hard: { secrets: '1', 'count/secrets': '1' } });
    await world.api.create(inDefault('secrets'), { metadata: { name: 'a' } });
    expect(await status('count')).toMatchObject({ used: { secrets: '1', 'count/secrets': '1' } });
    expect(await refusal(inDefault('secrets'), { metadata: { name: 'b' } })).toBe(
      'secrets "b" is forbidden: exceeded quota: count, requested: count/secrets=1,secrets=1, used: count/secrets=1,secrets=1, limited: count/secrets=1,secrets=1',
    );
    await remove(inDefault('secrets', 'a'));
    await usedIs('count', { secrets: '0' });
  });

  it('a pod, with all that it asks for', async () => {
    const hard = {
      pods: '5',
      cpu: '1',
      memory: '500Mi',
      'requests.ephemeral-storage': '50Gi',
      'requests.example.com/dongle': '3',
    };
    await aQuota('compute', { hard });
    const dongles = { 'example.com/dongle': '2' };
    const requests = { cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', ...dongles };
    await world.api.create(inDefault('pods'), asking('fits', { requests, limits: dongles }));
    const used = {
      pods: '1',
      cpu: '500m',
      memory: '252Mi',
      'requests.ephemeral-storage': '30Gi',
      'requests.example.com/dongle': '2',
    };
    expect(await status('compute')).toEqual({ hard, used });
    expect(await refusal(inDefault('pods'), asking('much', { requests: { cpu: '600m', memory: '100Mi' } }))).toBe(
      'pods "much" is forbidden: exceeded quota: compute, requested: cpu=600m, used: cpu=500m, limited: cpu=1',
    );
    expect(
      await refusal(
        inDefault('pods'),
        asking('more', { requests: { cpu: '500m', memory: '100Mi', ...dongles }, limits: dongles }),
      ),
    ).toContain('requested: requests.example.com/dongle=2');
    expect(await status('compute')).toEqual({ hard, used });
    await remove(inDefault('pods', 'fits'));
    await usedIs('compute', { pods: '0', cpu: '0', memory: '0', 'requests.example.com/dongle': '0' });
  });

  it('a pod that has run to its end, but for the object', async () => {
    await aQuota('compute', { hard: { pods: '1', 'count/pods': '2' } });
    await world.api.create(inDefault('pods'), pod('a'));
    await world.api.request(
      'PATCH',
      `${inDefault('pods', 'a')}/status`,
      { status: { phase: 'Succeeded' } },
      mergePatch,
    );
    await usedIs('compute', { pods: '0', 'count/pods': '1' });
  });

  it('services, by their types, and of their updates what they add', async () => {
    await aQuota('services', { hard: { services: '4', 'services.nodeports': '1', 'services.loadbalancers': '1' } });
    const service = (name: string, type: string) => ({ metadata: { name }, spec: { type, ports: [{ port: 80 }] } });
    const services = inDefault('services');
    await world.api.create(services, service('a', 'ClusterIP'));
    await world.api.create(services, service('b', 'NodePort'));
    expect(await refusal(services, service('c', 'LoadBalancer'))).toContain(
      'exceeded quota: services, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1',
    );
    const change = await world.api.refused('PATCH', `${services}/a`, { spec: { type: 'NodePort' } }, mergePatch);
    expect(change.message).toContain('exceeded quota: services, requested: services.nodeports=1');
    await world.api.request('PATCH', `${services}/b`, { spec: { type: 'ClusterIP' } }, mergePatch);
    // One of them is `kubernetes`.
    await usedIs('services', { services: '3', 'services.nodeports': '0' });
    await remove(`${services}/a`);
    await usedIs('services', { services: '2' });
  });

  it('a claim, by its storage class', async () => {
    const gold = 'gold.storageclass.storage.k8s.io/requests.storage';
    await aQuota('storage', { hard: { persistentvolumeclaims: '3', 'requests.storage': '3Gi', [gold]: '1Gi' } });
    const claims = inDefault('persistentvolumeclaims');
    const claim = (name: string, storage: string, storageClassName: string) => ({
      metadata: { name },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, storageClassName },
    });
    await world.api.create(claims, claim('a', '1Gi', 'gold'));
    await world.api.create(claims, claim('b', '1Gi', 'silver'));
    expect(await status('storage')).toMatchObject({
      used: { persistentvolumeclaims: '2', 'requests.storage': '2Gi', [gold]: '1Gi' },
    });
    expect(await refusal(claims, claim('c', '1Gi', 'gold'))).toBe(
      `persistentvolumeclaims "c" is forbidden: exceeded quota: storage, requested: ${gold}=1Gi, used: ${gold}=1Gi, limited: ${gold}=1Gi`,
    );
    await world.api.request('PATCH', `${claims}/b`, { metadata: { finalizers: null } }, mergePatch);
    await remove(`${claims}/b`);
    await usedIs('storage', { persistentvolumeclaims: '1', 'requests.storage': '1Gi' });
  });

  it('a replication controller, and of any other kind', async () => {
    await aQuota('count', { hard: { replicationcontrollers: '1', 'count/widgets.example.com': '1' } });
    const template = { metadata: { labels: { a: 'b' } }, spec: pod('x').spec };
    await world.api.create(inDefault('replicationcontrollers'), { metadata: { name: 'rc' }, spec: { template } });
    const collection = '/apis/example.com/v1/namespaces/default/widgets';
    world.kinds.register(widgets);
    await usedIs('count', { replicationcontrollers: '1', 'count/widgets.example.com': '0' });
    await world.api.create(collection, { metadata: { name: 'a' } });
    expect(await refusal(collection, { metadata: { name: 'b' } })).toBe(
      'widgets.example.com "b" is forbidden: exceeded quota: count, requested: count/widgets.example.com=1, used: count/widgets.example.com=1, limited: count/widgets.example.com=1',
    );
    await remove(`${collection}/a`);
    await remove(inDefault('replicationcontrollers', 'rc'));
    await usedIs('count', { replicationcontrollers: '0', 'count/widgets.example.com': '0' });
  });
});

describe('a scope', () => {
  const none = {};
  const some = { requests: { cpu: '100m' } };
  it.each([
    ['Terminating', asking('in', some, { activeDeadlineSeconds: 60 }), asking('out', some)],
    ['NotTerminating', asking('in', some), asking('out', some, { activeDeadlineSeconds: 60 })],
    ['BestEffort', asking('in', none), asking('out', some)],
    ['NotBestEffort', asking('in', some), asking('out', none)],
    [
      'CrossNamespacePodAffinity',
      asking('in', none, {
        affinity: {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { labelSelector: {}, namespaces: ['other'], topologyKey: 'kubernetes.io/hostname' },
            ],
          },
        },
      }),
      asking('out', none),
    ],
  ])('%s lets a quota count some pods only', async (scope, inside, outside) => {
    await aQuota('scoped', { hard: { pods: '1' }, scopes: [scope] });
    await world.api.create(inDefault('pods'), outside);
    expect(await status('scoped')).toMatchObject({ used: { pods: '0' } });
    await world.api.create(inDefault('pods'), inside);
    expect(await status('scoped')).toMatchObject({ used: { pods: '1' } });
    await remove(inDefault('pods', 'in'));
    await usedIs('scoped', { pods: '0' });
  });

  it.each([
    ['In', ['high'], 'high', ''],
    ['NotIn', ['high'], '', 'high'],
    ['Exists', [], 'high', ''],
    ['DoesNotExist', [], '', 'high'],
  ])('of a priority class may be %s %j', async (operator, values, inside, outside) => {
    await world.api.create('/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'high' }, value: 10 });
    const matchExpressions = [{ scopeName: 'PriorityClass', operator, values }];
    await aQuota('priority', { hard: { pods: '1' }, scopeSelector: { matchExpressions } });
    await world.api.create(inDefault('pods'), pod('out', { priorityClassName: outside }));
    await world.api.create(inDefault('pods'), pod('in', { priorityClassName: inside }));
    expect(await status('priority')).toMatchObject({ used: { pods: '1' } });
    expect(await refusal(inDefault('pods'), pod('more', { priorityClassName: inside }))).toContain(
      'exceeded quota: priority',
    );
  });
});

describe('a pod is refused', () => {
  it('where it does not say what the quota counts', async () => {
    await aQuota('compute', {
      hard: { 'limits.memory': '1Gi', 'requests.cpu': '1', 'requests.ephemeral-storage': '1Gi' },
    });
    const silent = pod('web', {
      initContainers: [{ name: 'first', image: 'web:1.0', resources: { requests: { cpu: '1' } } }],
    });
    expect(await refusal(inDefault('pods'), silent)).toBe(
      'pods "web" is forbidden: failed quota: compute: must specify limits.memory for: first,main; requests.cpu for: main',
    );
  });

  it('while nobody has counted the quota', async () => {
    world.stop();
    await world.api.create(quotas, { metadata: { name: 'new' }, spec: { hard: { pods: '1' } } });
    expect(await world.api.request('POST', inDefault('pods'), pod('before'))).toMatchObject({ status: 201 });
    await world.api.request('PATCH', `${quotas}/new/status`, { status: { hard: { pods: '1' } } }, mergePatch);
    expect(await refusal(inDefault('pods'), pod('web'))).toBe(
      'pods "web" is forbidden: status unknown for quota: new, resources: pods',
    );
  });
});

describe('a quota', () => {
  it('is never overdrawn by writers at the same time', async () => {
    await aQuota('count', { hard: { configmaps: '3' } });
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const answers = await Promise.all(
      names.map((name) => world.api.request('POST', inDefault('configmaps'), configMap(name))),
    );
    expect(answers.map(({ status: code }) => code).sort()).toEqual([201, 201, 201, 403, 403, 403]);
    expect(await status('count')).toMatchObject({ used: { configmaps: '3' } });
  });

  it('is not charged by a dry run, nor where another quota refuses', async () => {
    await aQuota('large', { hard: { configmaps: '3' } });
    await aQuota('small', { hard: { configmaps: '0' } });
    expect(await refusal(inDefault('configmaps'), configMap('a'))).toContain('exceeded quota: small');
    await remove(`${quotas}/small`);
    const dryRun = await world.api.request('POST', `${inDefault('configmaps')}?dryRun=All`, configMap('a'));
    expect(dryRun.status).toBe(201);
    expect(await status('large')).toMatchObject({ used: { configmaps: '0' } });
  });

  it('gets back what a write has paid that failed', async () => {
    await aQuota('count', { hard: { configmaps: '3' } });
    await world.api.create(inDefault('configmaps'), configMap('a'));
    expect((await world.api.request('POST', inDefault('configmaps'), configMap('a'))).status).toBe(409);
    await expect
      .poll(async () => {
        world.clock.advance(5 * 60_000);
        return status('count');
      })
      .toMatchObject({ used: { configmaps: '1' } });
  });
});
