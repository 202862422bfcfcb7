/** Ingresses, their classes, network policies and ranges of addresses, and the versions of them that were retired. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import { startApi, type TestApi } from '../api.ts';
import { expectRestored } from './restored.ts';
import { tableOf } from './table.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  // The classes are those that a test makes, not the one of a new cluster.
  await api.request('DELETE', ofGroup('ingressclasses/skiff'));
});
afterEach(() => api.close());

const merge = { 'content-type': 'application/merge-patch+json' };
const ofGroup = (plural: string, version = 'networking.k8s.io/v1') => `/apis/${version}/${plural}`;
const ingresses = ofGroup('namespaces/default/ingresses');
const classes = ofGroup('ingressclasses');
const ranges = ofGroup('servicecidrs');

const backend = { service: { name: 'web', port: { number: 80 } } };
const ingress = (name: string, spec: object = {}, metadata: object = {}) => ({
  metadata: { name, ...metadata },
  spec: { defaultBackend: backend, ...spec },
});
const ingressClass = (name: string, annotations: Record<string, string> = {}) => ({
  metadata: { name, annotations },
  spec: { controller: 'example.com/ingress' },
});
const isDefault = { 'ingressclass.kubernetes.io/is-default-class': 'true' };

describe('an ingress', () => {
  it('without a class gets the default one, the newest where there are several', async () => {
    await api.create(classes, ingressClass('first', isDefault));
    await api.create(classes, ingressClass('other'));
    expect((await api.create(ingresses, ingress('a'))).spec).toMatchObject({ ingressClassName: 'first' });
    await api.clock.advance(1000);
    await api.create(classes, ingressClass('second', isDefault));
    expect((await api.create(ingresses, ingress('b'))).spec).toMatchObject({ ingressClassName: 'second' });
    const named = await api.create(ingresses, ingress('c', { ingressClassName: 'other' }));
    expect(named.spec).toMatchObject({ ingressClassName: 'other' });
  });

  it('with the class in its old annotation keeps it, with a warning', async () => {
    await api.create(classes, ingressClass('first', isDefault));
    const annotations = { 'kubernetes.io/ingress.class': 'nginx' };
    const { status, body, headers } = await api.request('POST', ingresses, ingress('a', {}, { annotations }));
    expect([status, (body as AnyObject).spec]).toEqual([201, { defaultBackend: backend }]);
    expect(headers.warning).toContain(
      `annotation \\"kubernetes.io/ingress.class\\" is deprecated, please use 'spec.ingressClassName' instead`,
    );
  });

  it('counts the changes of its spec and keeps its status from them', async () => {
    const status = { loadBalancer: { ingress: [{ ip: '169.1.1.1' }] } };
    const created = await api.create(ingresses, { ...ingress('a'), status });
    expect([created.metadata.generation, created.status]).toEqual([1, { loadBalancer: {} }]);
    await api.request('PATCH', `${ingresses}/a/status`, { status, spec: { ingressClassName: 'x' } }, merge);
    const reported = await api.get(`${ingresses}/a`);
    expect([reported.metadata.generation, reported.status, reported.spec]).toEqual([
      1,
      status,
      { defaultBackend: backend },
    ]);
    await api.request('PATCH', `${ingresses}/a`, { spec: { ingressClassName: 'x' }, status: null }, merge);
    const changed = await api.get(`${ingresses}/a`);
    expect([changed.metadata.generation, changed.status]).toEqual([2, status]);
  });
});

describe('a table', () => {
  it('shows hosts, addresses and ports of an ingress', async () => {
    const rule = (host?: string) => ({
      ...(host ? { host } : {}),
      http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
    });
    const hosts = ['a.test', 'b.test', 'c.test', 'd.test'];
    await api.create(ingresses, ingress('any'));
    await api.create(ingresses, ingress('many', { rules: hosts.map(rule), tls: [{ hosts }] }));
    await api.create(ingresses, ingress('one', { rules: [rule('a.test'), rule()], ingressClassName: 'nginx' }));
    const addresses = [{ ip: '10.0.0.2' }, { hostname: 'lb.test' }, { ip: '10.0.0.1' }];
    await api.request('PATCH', `${ingresses}/one/status`, { status: { loadBalancer: { ingress: addresses } } }, merge);
    expect(await tableOf(api, ingresses)).toEqual({
      columns: 'Name | Class | Hosts | Address | Ports | Age',
      rows: [
        'any | <none> | * |  | 80 | 0s',
        'many | <none> | a.test,b.test,c.test + 1 more... |  | 80, 443 | 0s',
        'one | nginx | a.test | 10.0.0.1,10.0.0.2,lb.test | 80 | 0s',
      ],
    });
  });

  it('shows classes, policies, addresses and ranges', async () => {
    await api.create(classes, {
      metadata: { name: 'nginx' },
      spec: { controller: 'example.com/ingress', parameters: { apiGroup: 'example.com', kind: 'Settings', name: 'x' } },
    });
    expect(await tableOf(api, classes)).toEqual({
      columns: 'Name | Controller | Parameters | Age',
      rows: ['nginx | example.com/ingress | Settings.example.com/x | 0s'],
    });
    const policies = ofGroup('namespaces/default/networkpolicies');
    await api.create(policies, { metadata: { name: 'deny' }, spec: { podSelector: { matchLabels: { app: 'web' } } } });
    expect(await tableOf(api, policies)).toEqual({
      columns: 'Name | Pod-Selector | Age',
      rows: ['deny | app=web | 0s'],
    });
    const addresses = ofGroup('ipaddresses');
    const parentRef = { resource: 'services', name: 'web', namespace: 'default' };
    await api.create(addresses, { metadata: { name: '10.1.2.3' }, spec: { parentRef } });
    expect(await tableOf(api, addresses)).toEqual({
      columns: 'Name | ParentRef | Age',
      rows: ['10.1.2.3 | services/default/web | 0s'],
    });
    expect(await tableOf(api, ranges)).toEqual({
      columns: 'Name | CIDRs | Age',
      rows: ['kubernetes | 10.96.0.0/12 | 0s'],
    });
  });
});

describe('a network policy', () => {
  const policies = ofGroup('namespaces/default/networkpolicies');

  it.each([
    [{}, ['Ingress']],
    [{ egress: [{}] }, ['Ingress', 'Egress']],
    [{ policyTypes: ['Egress'] }, ['Egress']],
  ])('of %j is about %j', async (spec, policyTypes) => {
    expect(
      (await api.create(policies, { metadata: { name: 'a' }, spec: { podSelector: {}, ...spec } })).spec,
    ).toMatchObject({
      policyTypes,
    });
  });

  it('is about TCP where it names no protocol', async () => {
    const spec = { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] };
    expect((await api.create(policies, { metadata: { name: 'a' }, spec })).spec).toMatchObject({
      ingress: [{ ports: [{ port: 80, protocol: 'TCP' }] }],
    });
  });
});

describe('ServiceCIDR and IPAddress API', () => {
  it('has the range of the cluster from the first moment on, and again when somebody deletes it', async () => {
    expect((await api.get(`${ranges}/kubernetes`)).spec).toEqual({ cidrs: ['10.96.0.0/12'] });
    await expectRestored(api, ranges, 'kubernetes');
  });
});

describe.each(['networking.k8s.io/v1beta1', 'extensions/v1beta1'])('an ingress of %s', (version) => {
  const old = ofGroup('namespaces/default/ingresses', version);
  const object = (spec: object) => ({ apiVersion: version, kind: 'Ingress', metadata: { name: 'a' }, spec });

  it('is stored as one of today, with a warning, and read in either version', async () => {
    const spec = {
      backend: { serviceName: 'web', servicePort: 80 },
      rules: [
        {
          host: 'a.test',
          http: {
            paths: [
              { path: '/', backend: { serviceName: 'web', servicePort: 'http' } },
              { pathType: 'Exact', path: '/file', backend: { resource: { kind: 'Bucket', name: 'files' } } },
            ],
          },
        },
      ],
    };
    const { status, body, headers } = await api.request('POST', old, object(spec));
    expect(status).toBe(201);
    expect(headers.warning).toContain(`${version} Ingress is deprecated in v1.`);
    expect(headers.warning).toContain('unavailable in v1.22+; use networking.k8s.io/v1 Ingress');
    const [first, second] = spec.rules[0]?.http.paths ?? [];
    const read = {
      ...spec,
      rules: [{ host: 'a.test', http: { paths: [{ ...first, pathType: 'ImplementationSpecific' }, second] } }],
    };
    expect((body as AnyObject).spec).toEqual(read);
    expect((await api.get(`${old}/a`)).spec).toEqual(read);
    expect((await api.get(`${ingresses}/a`)).spec).toEqual({
      defaultBackend: backend,
      rules: [
        {
          host: 'a.test',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'ImplementationSpecific',
                backend: { service: { name: 'web', port: { name: 'http' } } },
              },
              second,
            ],
          },
        },
      ],
    });
  });

  it('is patched in its own shape', async () => {
    await api.create(ingresses, ingress('a'));
    const change = { spec: { backend: { servicePort: 'http' } } };
    const { status } = await api.request('PATCH', `${old}/a`, change, merge);
    expect([status, (await api.get(`${ingresses}/a`)).spec]).toEqual([
      200,
      { defaultBackend: { service: { name: 'web', port: { name: 'http' } } } },
    ]);
  });
});

it('classes and policies of retired versions are accepted, with a warning', async () => {
  const path = ofGroup('ingressclasses', 'networking.k8s.io/v1beta1');
  const first = await api.request('POST', path, {
    ...ingressClass('a'),
    apiVersion: 'networking.k8s.io/v1beta1',
    kind: 'IngressClass',
  });
  expect([first.status, first.headers.warning]).toEqual([
    201,
    expect.stringContaining('networking.k8s.io/v1beta1 IngressClass is deprecated in v1.19+'),
  ]);
  const second = await api.request('POST', ofGroup('namespaces/default/networkpolicies', 'extensions/v1beta1'), {
    apiVersion: 'extensions/v1beta1',
    kind: 'NetworkPolicy',
    metadata: { name: 'a' },
    spec: { podSelector: {} },
  });
  expect([second.status, second.headers.warning]).toEqual([
    201,
    expect.stringContaining('extensions/v1beta1 NetworkPolicy is deprecated in v1.9+'),
  ]);
  expect(await api.get(ofGroup('namespaces/default/networkpolicies/a'))).toMatchObject({
    apiVersion: 'networking.k8s.io/v1',
    spec: { policyTypes: ['Ingress'] },
  });
});
