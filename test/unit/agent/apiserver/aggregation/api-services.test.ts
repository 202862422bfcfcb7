/** What the server registers by itself, and the rules for what others register. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import { createMemoryStore } from '../../../../../agent/store/memory.ts';
import { startApi, type TestApi } from '../api.ts';
import { tableOf } from '../kinds/table.ts';
import { apiServices, availableIn, eventually } from './world.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const managed = 'kube-aggregator.kubernetes.io/automanaged';
const found = async (name: string): Promise<AnyObject | undefined> => {
  const { status, body } = await api.request('GET', `${apiServices}/${name}`);
  return status === 200 ? (body as AnyObject) : undefined;
};
const gone = (name: string) => eventually(async () => ((await found(name)) === undefined ? true : undefined));
const definition = (versions: object[]) => ({
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: versions.map((version) => ({ schema: { openAPIV3Schema: { type: 'object' } }, ...version })),
  },
});
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const registration = (spec: object, name = 'v1.a.example.com') => ({
  metadata: { name },
  spec: { group: 'a.example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100, ...spec },
});

describe('what the server serves by itself', () => {
  it('is registered from the first moment on, with the priorities of upstream', async () => {
    const { items } = await api.list(apiServices);
    const shown = items.map(({ metadata, spec }) => [metadata.name, spec?.groupPriorityMinimum, spec?.versionPriority]);
    expect(shown).toEqual(
      expect.arrayContaining([
        ['v1.', 18000, 1],
        ['v1.apps', 17800, 15],
        ['v1.authentication.k8s.io', 17700, 15],
        ['v2.autoscaling', 17500, 30],
        ['v1.autoscaling', 17500, 15],
        ['v1.apiextensions.k8s.io', 16700, 15],
      ]),
    );
    const names = items.map(({ metadata }) => metadata.name);
    expect(names).not.toContain('v1.apiregistration.k8s.io');
    expect(names).not.toContain('v1beta1.apps');
    expect(items.map(({ metadata }) => metadata.labels)).toEqual(items.map(() => ({ [managed]: 'onstart' })));
  });

  it('is always available, and shown as local', async () => {
    expect(availableIn(await api.get(`${apiServices}/v1.apps`))).toEqual({
      type: 'Available',
      status: 'True',
      reason: 'Local',
      message: 'Local APIServices are always available',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });
    expect(await tableOf(api, `${apiServices}/v1.apps`)).toEqual({
      columns: 'Name | Service | Available | Age',
      rows: ['v1.apps | Local | True | 0s'],
    });
  });

  it('is served on where somebody deletes its registration, which comes back with the next start', async () => {
    const store = createMemoryStore();
    const first = await startApi({ store });
    await first.request('DELETE', `${apiServices}/v1.apps`);
    expect((await first.request('GET', '/apis/apps/v1/deployments')).status).toBe(200);
    expect((await first.request('GET', `${apiServices}/v1.apps`)).status).toBe(404);
    await first.server.close();
    const second = await startApi({ store });
    expect((await second.request('GET', `${apiServices}/v1.apps`)).status).toBe(200);
    await second.close();
  });

  it('is put right at the start where somebody changed its registration', async () => {
    const store = createMemoryStore();
    const first = await startApi({ store });
    const { body } = await first.request('GET', `${apiServices}/v1.apps`);
    const { spec, ...rest } = body as AnyObject;
    await first.request('PUT', `${apiServices}/v1.apps`, { ...rest, spec: { ...spec, versionPriority: 3 } });
    await first.server.close();
    const second = await startApi({ store });
    expect((await second.get(`${apiServices}/v1.apps`)).spec).toEqual(spec);
    await second.close();
  });
});

describe('the versions of custom resources', () => {
  it('are registered as long as they are defined and served', async () => {
    const v1 = { name: 'v1', served: true, storage: true };
    const made = await api.create(definitions, definition([v1, { name: 'v2', served: true, storage: false }]));
    const registered = await eventually(() => found('v2.example.com'));
    expect([registered.metadata.labels, registered.spec]).toEqual([
      { [managed]: 'true' },
      { group: 'example.com', version: 'v2', groupPriorityMinimum: 1000, versionPriority: 100 },
    ]);
    const { metadata } = await api.get(`${definitions}/${made.metadata.name}`);
    await api.request(
      'PATCH',
      `${definitions}/${metadata.name}`,
      [{ op: 'replace', path: '/spec/versions/1/served', value: false }],
      { 'content-type': 'application/json-patch+json' },
    );
    await gone('v2.example.com');
    expect(await found('v1.example.com')).toBeDefined();
    await api.request('DELETE', `${definitions}/${metadata.name}`);
    await gone('v1.example.com');
  });

  it('are registered again where somebody deletes or changes the registration', async () => {
    await api.create(definitions, definition([{ name: 'v1', served: true, storage: true }]));
    const first = await eventually(() => found('v1.example.com'));
    await api.request('DELETE', `${apiServices}/v1.example.com`);
    const second = await eventually(async () => {
      const now = await found('v1.example.com');
      return now && now.metadata.uid !== first.metadata.uid ? now : undefined;
    });
    await api.request('PUT', `${apiServices}/v1.example.com`, {
      ...second,
      spec: { ...second.spec, versionPriority: 7 },
    });
    await eventually(async () => ((await found('v1.example.com'))?.spec?.versionPriority === 100 ? true : undefined));
  });
});

describe('a registration', () => {
  const remote = { service: { namespace: 'a', name: 'b' } };
  it('of another server gets the port of HTTPS', async () => {
    const made = await api.create(apiServices, registration(remote));
    expect([made.spec?.service, made.status]).toEqual([{ namespace: 'a', name: 'b', port: 443 }, {}]);
    expect((await tableOf(api, `${apiServices}/v1.a.example.com`)).rows[0]).toContain(' | a/b | ');
  });

  it.each<[what: string, body: object, causes: [field: string, message: string][]]>([
    [
      'another name',
      registration(remote, 'a'),
      [['metadata.name', 'Invalid value: "a": must be `spec.version+"."+spec.group`: "v1.a.example.com"']],
    ],
    [
      'no group',
      registration({ group: '', version: 'v2', ...remote }, 'v2.'),
      [['spec.group', 'Required value: only v1 may have an empty group and it better be legacy kube']],
    ],
    [
      'priorities out of range',
      registration({ groupPriorityMinimum: 20001, versionPriority: 0, ...remote }),
      [
        ['spec.groupPriorityMinimum', 'Invalid value: 20001: must be positive and less than 20000'],
        ['spec.versionPriority', 'Invalid value: 0: must be positive and less than 1000'],
      ],
    ],
    [
      'a bundle for itself',
      registration({ caBundle: 'QUJD', insecureSkipTLSVerify: true }),
      [
        ['spec.caBundle', 'Invalid value: "3 bytes": local APIServices may not have a caBundle'],
        ['spec.insecureSkipTLSVerify', 'Invalid value: true: local APIServices may not have insecureSkipTLSVerify'],
      ],
    ],
    [
      'a service without names, at no port',
      registration({ service: { port: 70000 }, caBundle: 'QUJD', insecureSkipTLSVerify: true }),
      [
        ['spec.service.namespace', 'Required value'],
        ['spec.service.name', 'Required value'],
        ['spec.service.port', 'Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive'],
        ['spec.insecureSkipTLSVerify', 'Invalid value: true: may not be true if caBundle is present'],
      ],
    ],
  ])('with %s is refused', async (_what, body, causes) => {
    const { code, details } = await api.refused('POST', apiServices, body);
    expect(code).toBe(422);
    expect(details?.causes?.map(({ field, message }) => [field, message])).toEqual(causes);
  });

  it('has finalizers of any name', async () => {
    const { metadata, ...rest } = registration(remote);
    const made = await api.create(apiServices, { ...rest, metadata: { ...metadata, finalizers: ['test-finalizer'] } });
    expect(made.metadata.finalizers).toEqual(['test-finalizer']);
  });

  it('must name the revision that it replaces', async () => {
    const { metadata, ...rest } = await api.create(apiServices, registration(remote));
    const { resourceVersion: _revision, ...unconditional } = metadata;
    const refused = await api.refused('PUT', `${apiServices}/${metadata.name}`, { ...rest, metadata: unconditional });
    expect(refused.message).toContain('metadata.resourceVersion: Invalid value: 0x0: must be specified for an update');
  });

  it('has a status that says True, False or Unknown, and nothing else changes with it', async () => {
    const made = await api.create(apiServices, registration(remote));
    const path = `${apiServices}/${made.metadata.name}/status`;
    const wrong = { conditions: [{ type: 'Available', status: 'Maybe' }] };
    const refused = await api.refused('PUT', path, { ...made, status: wrong });
    expect(refused.details?.causes?.[0]?.message).toBe(
      'Unsupported value: "Maybe": supported values: "True", "False", "Unknown"',
    );
  });

  it('in the version that upstream retired is taken, with a warning', async () => {
    const { status, headers } = await api.request(
      'POST',
      '/apis/apiregistration.k8s.io/v1beta1/apiservices',
      registration(remote),
    );
    expect([status, headers.warning]).toEqual([
      201,
      expect.stringContaining('use apiregistration.k8s.io/v1 APIService'),
    ]);
  });
});
