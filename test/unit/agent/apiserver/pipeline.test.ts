import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../../../agent/api/errors.ts';
import type { AnyObject, Pod, Service } from '../../../../agent/api/types.ts';
import type { Attributes } from '../../../../agent/apiserver/admission/attributes.ts';
import type { AdmissionStep } from '../../../../agent/apiserver/admission/step.ts';
import { settle } from '../../../fakes/clock.ts';
import { configMap, inDefault, pod, startApi, type TestApi } from './api.ts';

let api: TestApi;
afterEach(() => api.close());

const maps = inDefault('configmaps');
const pods = inDefault('pods');
const merge = { 'content-type': 'application/merge-patch+json' };
const everything = { operations: ['create', 'update', 'delete', 'connect'], resources: ['*'] } as const;

async function start(...admission: AdmissionStep[]): Promise<void> {
  api = await startApi({ admission });
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
}

describe('a step that waits 100 ms for something outside', () => {
  const slow: AdmissionStep = {
    name: 'Slow',
    operations: ['create', 'update'],
    resources: ['configmaps'],
    mutate: async ({ object }, { clock }) => {
      if (object?.metadata.name === 'slow') await clock.sleep(100);
      if (object) object.metadata.annotations = { ...object.metadata.annotations, seen: 'yes' };
    },
  };

  it('holds up nobody else', async () => {
    await start(slow);
    const waiting = api.create(maps, configMap('slow'));
    await settle();
    await api.create(maps, configMap('quick'));
    await api.create(pods, pod('web'));
    expect((await api.list(maps)).items.map(({ metadata }) => metadata.name)).toEqual(['quick']);
    await api.clock.advance(100);
    expect((await waiting).metadata.annotations).toEqual({ seen: 'yes' });
  });

  it('decides anew where somebody else wrote in the meantime', async () => {
    await start(slow);
    const first = api.create(maps, configMap('slow', { a: '1' }));
    await settle();
    await api.clock.advance(100);
    await first;
    const one = api.request('PATCH', `${maps}/slow`, { data: { one: '1' } }, merge);
    const two = api.request('PATCH', `${maps}/slow`, { data: { two: '2' } }, merge);
    await settle();
    await api.clock.advance(100);
    await settle();
    await api.clock.advance(100);
    expect([(await one).status, (await two).status]).toEqual([200, 200]);
    expect(await api.get(`${maps}/slow`)).toMatchObject({ data: { a: '1', one: '1', two: '2' } });
  });

  it('answers 409 where the client itself named the version that is gone', async () => {
    await start(slow);
    const made = api.create(maps, configMap('slow'));
    await settle();
    await api.clock.advance(100);
    const { metadata } = await made;
    const put = (data: object) => api.request('PUT', `${maps}/slow`, { metadata, data });
    const answers = Promise.all([put({ a: '1' }), put({ a: '2' })]);
    await settle();
    await api.clock.advance(100);
    await settle();
    expect((await answers).map(({ status }) => status)).toEqual([200, 409]);
  });
});

describe('what a mutating step does', () => {
  const sidecar: AdmissionStep = {
    name: 'Sidecar',
    operations: ['create'],
    resources: ['pods'],
    mutate: ({ object }) => {
      (object as AnyObject & Pod).spec.containers.push({ name: 'added', image: 'sidecar' });
    },
  };

  it('is defaulted', async () => {
    await start(sidecar);
    const { spec } = await api.create(pods, pod('web'));
    expect((spec as Pod['spec']).containers[1]).toMatchObject({
      name: 'added',
      imagePullPolicy: 'Always',
      terminationMessagePath: '/dev/termination-log',
    });
  });

  it('is validated', async () => {
    await start({ ...sidecar, mutate: ({ object }) => void (object as AnyObject & Pod).spec.containers.pop() });
    expect((await api.refused('POST', pods, pod('web'))).message).toBe(
      'Pod "web" is invalid: spec.containers: Required value',
    );
  });

  it('is undone where the write may not change it: status, and what only the server sets', async () => {
    await start({
      name: 'Forger',
      operations: ['create', 'update'],
      resources: ['pods', 'pods/status'],
      mutate: ({ object, old }) => {
        if (!object) return;
        object.status = { ...object.status, phase: 'Running', message: 'forged' };
        // Of an update it is refused, as upstream does: see mutating-webhooks.test.ts.
        object.metadata.uid = old?.metadata.uid ?? 'forged';
        object.metadata.creationTimestamp = '1999-01-01T00:00:00Z';
      },
    });
    const made = await api.create(pods, pod('web'));
    expect(made.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
    expect(made.metadata).toMatchObject({ uid: expect.stringMatching(/-/), creationTimestamp: '2026-01-01T00:00:00Z' });
    const labelled = await api.request('PATCH', `${pods}/web`, { metadata: { labels: { a: 'b' } } }, merge);
    expect(labelled.body).toMatchObject({
      metadata: { uid: made.metadata.uid, labels: { a: 'b' } },
      status: { phase: 'Pending' },
    });
    const status = await api.request('PATCH', `${pods}/web/status`, { status: { reason: 'x' } }, merge);
    expect(status.body).toMatchObject({ metadata: { uid: made.metadata.uid }, status: { message: 'forged' } });
  });

  it('may be another object altogether', async () => {
    await start({
      name: 'Replace',
      operations: ['create'],
      resources: ['configmaps'],
      mutate: (attributes) => {
        attributes.object = { ...configMap('other', { key: 'new' }) } as object as AnyObject;
        attributes.object.metadata.namespace = 'default';
      },
    });
    expect(await api.create(maps, configMap('a'))).toMatchObject({ metadata: { name: 'other' }, data: { key: 'new' } });
  });
});

describe('a validating step', () => {
  it('sees what will be stored, with the addresses that it will have', async () => {
    const seen: unknown[] = [];
    await start({
      name: 'Look',
      operations: ['create'],
      resources: ['services'],
      validate: ({ object }) => void seen.push(structuredClone(object)),
    });
    const made = await api.create(inDefault('services'), {
      metadata: { name: 'web' },
      spec: { ports: [{ port: 80 }] },
    });
    const { resourceVersion: _stored, ...metadata } = made.metadata;
    expect(seen.at(-1)).toEqual({ ...made, metadata });
  });

  it('lets go of what the write had taken when it refuses', async () => {
    await start({
      name: 'Refuse',
      operations: ['create'],
      resources: ['services'],
      validate: ({ name }) => {
        if (name === 'refused') throw new ApiError(403, 'Forbidden', 'no');
      },
    });
    const service = (name: string) => ({ metadata: { name }, spec: { clusterIP: '10.96.7.7', ports: [{ port: 80 }] } });
    expect((await api.refused('POST', inDefault('services'), service('refused'))).message).toBe('no');
    const made = await api.create(inDefault('services'), service('allowed'));
    expect((made.spec as Service['spec']).clusterIP).toBe('10.96.7.7');
  });
});

const shown = ({ operation, kind, subresource, namespace, name, object, old, dryRun, user, info }: Attributes) =>
  [
    `${operation} ${kind.plural}${subresource && `/${subresource}`} ${namespace}/${name}`,
    `${object?.kind ?? '-'} over ${old?.kind ?? '-'}`,
    `${info.verb} by ${user.username}${dryRun ? ' dry' : ''}`,
  ].join(', ');

describe('every kind of write', () => {
  const seen: string[] = [];
  const recorder: AdmissionStep = { name: 'Record', ...everything, validate: (each) => void seen.push(shown(each)) };
  const deployment = {
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: pod('x').spec },
    },
  };
  const deployments = '/apis/apps/v1/namespaces/default/deployments';

  const prepare = async () => {
    await start(recorder);
    await api.create(maps, configMap('a'));
    await api.create(deployments, deployment);
    await api.create(pods, pod('web'));
    seen.length = 0;
  };

  it.each([
    ['POST', maps, configMap('b'), 'create configmaps default/b, ConfigMap over -, create by admin'],
    [
      'POST',
      `${maps}?dryRun=All`,
      configMap('b'),
      'create configmaps default/b, ConfigMap over -, create by admin dry',
    ],
    [
      'POST',
      maps,
      { metadata: { generateName: 'b-' } },
      'create configmaps default/, ConfigMap over -, create by admin',
    ],
    [
      'PUT',
      `${maps}/a`,
      configMap('a', { x: 'y' }),
      'update configmaps default/a, ConfigMap over ConfigMap, update by admin',
    ],
    [
      'PATCH',
      `${maps}/a`,
      { data: { x: 'y' } },
      'update configmaps default/a, ConfigMap over ConfigMap, patch by admin',
    ],
    [
      'PATCH',
      `${pods}/web/status`,
      { status: { reason: 'x' } },
      'update pods/status default/web, Pod over Pod, patch by admin',
    ],
    [
      'PATCH',
      `${deployments}/web/scale`,
      { spec: { replicas: 3 } },
      'update deployments/scale default/web, Scale over Scale, patch by admin',
    ],
    ['DELETE', `${maps}/a`, undefined, 'delete configmaps default/a, - over ConfigMap, delete by admin'],
    ['DELETE', maps, undefined, 'delete configmaps default/a, - over ConfigMap, deletecollection by admin'],
    [
      'POST',
      `${pods}/web/binding`,
      { metadata: { name: 'web' }, target: { name: 'worker' } },
      'create pods/binding default/web, Binding over -, create by admin',
    ],
    [
      'POST',
      `${pods}/web/eviction`,
      { metadata: { name: 'web' } },
      'create pods/eviction default/web, Eviction over -, create by admin',
    ],
    [
      'POST',
      `${inDefault('serviceaccounts')}/default/token`,
      {},
      'create serviceaccounts/token default/default, TokenRequest over -, create by admin',
    ],
    [
      'POST',
      `${pods}/web/exec?command=ls`,
      undefined,
      'connect pods/exec default/web, PodExecOptions over -, create by admin',
    ],
  ] as const)('%s %s passes with its attributes', async (method, path, body, expected) => {
    await prepare();
    await api.request(method, path, body, method === 'PATCH' ? merge : undefined);
    expect(seen).toEqual([expected]);
  });

  it.each([
    ['GET', `${maps}/a`],
    ['GET', `${pods}/web/log`],
  ] as const)('%s %s is none', async (method, path) => {
    await prepare();
    await api.request(method, path);
    expect(seen).toEqual([]);
  });

  it.each([
    ['POST', `${pods}/web/binding`, { metadata: { name: 'web' }, target: { name: 'worker' } }],
    ['POST', `${pods}/web/eviction`, { metadata: { name: 'web' } }],
    ['POST', `${inDefault('serviceaccounts')}/default/token`, {}],
    ['PUT', `${deployments}/web/scale`, { metadata: { name: 'web' }, spec: { replicas: 3 } }],
    ['DELETE', `${pods}/web`, undefined],
    ['DELETE', pods, undefined],
    ['GET', `${pods}/web/exec?command=ls`, undefined],
  ] as const)('%s %s can be refused', async (method, path, body) => {
    const closed = { on: false };
    const refuse = () => {
      if (closed.on) throw new ApiError(403, 'Forbidden', 'not now');
    };
    await start({ name: 'Refuse', ...everything, validate: refuse });
    await api.create(deployments, deployment);
    await api.create(pods, pod('web'));
    const before = await api.get(`${pods}/web`);
    closed.on = true;
    expect(await api.refused(method, path, body)).toMatchObject({ code: 403, message: 'not now' });
    expect(await api.get(`${pods}/web`)).toEqual(before);
    expect((await api.get(`${deployments}/web`)).spec).toMatchObject({ replicas: 1 });
  });
});
