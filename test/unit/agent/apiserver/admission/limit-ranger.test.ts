/** What limit ranges fill in and refuse; `test/e2e/scheduling/limit_range.go` upstream asks for the first of these. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import { inDefault, pod, startApi, type TestApi } from '../api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
});
afterEach(() => api.close());

const limit = (name: string, ...limits: object[]) =>
  api.create(inDefault('limitranges'), { metadata: { name }, spec: { limits } });
const withResources = (resources: object, more: object = {}) =>
  pod('web', { containers: [{ name: 'main', image: 'web:1.0', resources }], ...more });
const resourcesOf = ({ spec = {} }: AnyObject) =>
  (spec.containers as { resources: unknown }[]).map((each) => each.resources);
const refusal = async (body: object) => (await api.refused('POST', inDefault('pods'), body)).message;

describe('a limit range', () => {
  it('fills in what containers leave out, and says so in an annotation', async () => {
    await limit('defaults', {
      type: 'Container',
      default: { cpu: '500m', memory: '512Mi' },
      defaultRequest: { cpu: '100m', memory: '256Mi' },
    });
    const created = await api.create(
      inDefault('pods'),
      pod('web', {
        initContainers: [{ name: 'first', image: 'web:1.0', resources: { limits: { cpu: '300m' } } }],
        containers: [{ name: 'main', image: 'web:1.0', resources: { requests: { cpu: '200m' } } }],
      }),
    );
    expect(resourcesOf(created)).toEqual([
      { limits: { cpu: '500m', memory: '512Mi' }, requests: { cpu: '200m', memory: '256Mi' } },
    ]);
    expect(created.spec?.initContainers).toMatchObject([
      { resources: { limits: { cpu: '300m', memory: '512Mi' }, requests: { cpu: '300m', memory: '256Mi' } } },
    ]);
    expect(created.metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: memory request for container main; cpu, memory limit for container main; memory request for init container first; memory limit for init container first',
    });
  });

  it('leaves the pods alone that are there, and those of other namespaces', async () => {
    const before = await api.create(inDefault('pods'), pod('before'));
    await limit('defaults', { type: 'Container', default: { cpu: '500m' } });
    const labelled = await api.request(
      'PATCH',
      inDefault('pods', 'before'),
      { metadata: { labels: { a: 'b' } } },
      {
        'content-type': 'application/merge-patch+json',
      },
    );
    expect(resourcesOf(labelled.body as AnyObject)).toEqual(resourcesOf(before));
    await api.create('/api/v1/namespaces', { metadata: { name: 'other' } });
    await api.create('/api/v1/namespaces/other/serviceaccounts', { metadata: { name: 'default' } });
    expect(resourcesOf(await api.create('/api/v1/namespaces/other/pods', pod('web')))).toEqual([{}]);
  });

  it.each([
    ['Pod', { min: { cpu: '100m' } }, {}, 'minimum cpu usage per Pod is 100m.  No request is specified'],
    [
      'Container',
      { min: { cpu: '100m' } },
      { requests: { cpu: '50m' }, limits: { cpu: '1' } },
      'minimum cpu usage per Container is 100m, but request is 50m',
    ],
    [
      'Pod',
      { max: { memory: '1Gi' } },
      { requests: { memory: '1Mi' } },
      'maximum memory usage per Pod is 1Gi.  No limit is specified',
    ],
    [
      'Container',
      { max: { memory: '1Gi' } },
      { limits: { memory: '2048Mi' } },
      'maximum memory usage per Container is 1Gi, but limit is 2Gi',
    ],
    [
      'Container',
      { maxLimitRequestRatio: { cpu: '2' } },
      { requests: { cpu: '100m' }, limits: { cpu: '500m' } },
      'cpu max limit to request ratio per Container is 2, but provided ratio is 5.000000',
    ],
    [
      'Container',
      { maxLimitRequestRatio: { cpu: '2' } },
      {},
      'cpu max limit to request ratio per Container is 2, but no request is specified or request is 0',
    ],
    [
      'Container',
      { maxLimitRequestRatio: { cpu: '2' } },
      { requests: { cpu: '1' } },
      'cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0',
    ],
    [
      'Container',
      { min: { cpu: '1' }, max: { memory: '1Gi' } },
      { requests: { cpu: '500m' }, limits: { memory: '2Gi' } },
      '[minimum cpu usage per Container is 1, but request is 500m, maximum memory usage per Container is 1Gi, but limit is 2Gi]',
    ],
  ])('for each %s, of %j, refuses %j', async (type, rule, resources, message) => {
    await limit('limits', { type, ...rule });
    expect(await refusal(withResources(resources))).toBe(`pods "web" is forbidden: ${message}`);
  });

  it('for pods adds up their containers, and counts an init container that takes more', async () => {
    await limit('limits', { type: 'Pod', max: { cpu: '1' } });
    const half = { resources: { limits: { cpu: '600m' } } };
    const containers = [
      { name: 'a', image: 'web:1.0', ...half },
      { name: 'b', image: 'web:1.0', ...half },
    ];
    expect(await refusal(pod('web', { containers }))).toContain('maximum cpu usage per Pod is 1, but limit is 1200m');
    const initContainers = [{ name: 'first', image: 'web:1.0', resources: { limits: { cpu: '2' } } }];
    expect(await refusal(pod('web', { initContainers, containers: containers.slice(0, 1) }))).toContain(
      'maximum cpu usage per Pod is 1, but limit is 2',
    );
    expect(
      await api.request('POST', inDefault('pods'), pod('web', { containers: containers.slice(0, 1) })),
    ).toMatchObject({
      status: 201,
    });
  });

  it('holds as it is now, and no longer than it is there', async () => {
    const rule = (min: string) => ({ type: 'Container', min: { cpu: min }, max: { cpu: '500m' } });
    const range = inDefault('limitranges', 'limits');
    await limit('limits', rule('50m'));
    const little = withResources({ requests: { cpu: '10m' }, limits: { cpu: '100m' } });
    expect(await refusal(little)).toContain('minimum cpu usage per Container is 50m, but request is 10m');
    const headers = { 'content-type': 'application/merge-patch+json' };
    await api.request('PATCH', range, { spec: { limits: [rule('10m')] } }, headers);
    await api.create(inDefault('pods'), little);
    await api.request('DELETE', range);
    const much = pod('much', { containers: [{ name: 'main', image: 'web:1.0', resources: { limits: { cpu: '2' } } }] });
    expect((await api.request('POST', inDefault('pods'), much)).status).toBe(201);
  });

  it.each([
    ['500Mi', 'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi'],
    ['3Gi', 'maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi'],
  ])('for claims refuses one of %s', async (storage, message) => {
    await limit('limits', { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } });
    const claim = (size: string) => ({
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
    });
    const claims = inDefault('persistentvolumeclaims');
    const refused = await api.refused('POST', claims, claim(storage));
    expect(refused.message).toBe(`persistentvolumeclaims "data" is forbidden: ${message}`);
    await api.create(claims, claim('1500Mi'));
  });

  it('that would set a hundred thousand amounts in one pod sets none', async () => {
    const amounts = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`example.com/r${index}`, '1']));
    await limit('limits', { type: 'Container', default: amounts });
    const containers = Array.from({ length: 60 }, (_, index) => ({ name: `c${index}`, image: 'web:1.0' }));
    expect(await api.refused('POST', inDefault('pods'), pod('web', { containers }))).toMatchObject({ code: 413 });
  });

  it('tells two hundred of the things that are wrong', async () => {
    await limit('limits', { type: 'Container', max: { cpu: '1' } });
    const containers = Array.from({ length: 300 }, (_, index) => ({
      name: `c${index}`,
      image: 'web:1.0',
      resources: { limits: { cpu: String(index + 2) } },
    }));
    const message = (await refusal(pod('web', { containers }))) ?? '';
    expect(message.match(/but limit is/g)).toHaveLength(200);
  });

  it('holds for a resize as well', async () => {
    await limit('limits', { type: 'Container', max: { cpu: '1' } });
    await api.create(inDefault('pods'), withResources({ limits: { cpu: '500m' } }));
    const containers = [{ name: 'main', resources: { limits: { cpu: '2' } } }];
    expect(
      await api.refused(
        'PATCH',
        `${inDefault('pods', 'web')}/resize`,
        { spec: { containers } },
        { 'content-type': 'application/strategic-merge-patch+json' },
      ),
    ).toMatchObject({
      code: 403,
      message: 'pods "web" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    });
  });
});
