import { describe, expect, it, test } from 'vitest';
import { entriesAfterUpdate, type TrackedWrite } from '../../../../../agent/api/managed/update.ts';
import type { meta } from '../../../../../agent/api/types.ts';
import { definitions } from '../schema/definitions.ts';

const time = '2026-01-01T00:00:00Z';
const later = '2026-01-01T00:01:00Z';
const schema = { root: { $ref: 'io.k8s.api.apps.v1.Deployment' }, definitions };

interface Given {
  live?: object;
  next: object;
  entries?: meta.ManagedFieldsEntry[];
  manager?: string;
  subresource?: string;
  time?: string;
  brought?: meta.ManagedFieldsEntry[];
}

function entries({ live, next, entries: before, manager = 'kubectl', subresource = '', brought, ...given }: Given) {
  const write: TrackedWrite = {
    manager,
    apiVersion: 'apps/v1',
    subresource,
    time: given.time ?? time,
    live: before,
    brought,
    creates: live === undefined,
    schemaIn: (apiVersion) => (apiVersion === 'apps/v1' ? schema : undefined),
    inVersion: (apiVersion) => (apiVersion === 'apps/v1' ? { schema, live, next } : undefined),
  };
  const steps = entriesAfterUpdate(write);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Of each manager, as it is written in the API. */
const owned = (all: ReturnType<typeof entries>) =>
  Object.fromEntries(all.map(({ manager, fieldsV1 }) => [manager, fieldsV1]));

const container = (more = {}) => ({ name: 'web', image: 'web:1.0', resources: {}, ...more });
const aDeployment = (spec = {}, metadata = {}, containers: object[] = [container()]) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default', uid: '1', ...metadata },
  spec: { selector: { matchLabels: { app: 'web' } }, template: { spec: { containers } }, ...spec },
});

describe('creation', () => {
  it('owns every field that is set, and nothing that the server sets or that names the object', () => {
    const next = aDeployment(
      { replicas: 1, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } } },
      { labels: { app: 'web' }, generation: 1, creationTimestamp: time, finalizers: ['a/b'] },
    );
    expect(entries({ next })).toEqual([
      {
        manager: 'kubectl',
        operation: 'Update',
        apiVersion: 'apps/v1',
        time,
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:finalizers': { '.': {}, 'v:"a/b"': {} }, 'f:labels': { '.': {}, 'f:app': {} } },
          'f:spec': {
            'f:replicas': {},
            // A selector is one field, whatever it holds.
            'f:selector': {},
            'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {} }, 'f:type': {} },
            'f:template': {
              'f:spec': {
                'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': {} } },
              },
            },
          },
        },
      },
    ]);
  });

  it('names items of lists by all of their keys', () => {
    const ports = [{ containerPort: 80, protocol: 'TCP' }];
    const [entry] = entries({ next: aDeployment({}, {}, [container({ ports, args: ['-v'] })]) });
    expect(JSON.stringify(entry?.fieldsV1)).toContain(
      '"f:ports":{".":{},"k:{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:containerPort":{},"f:protocol":{}}}',
    );
    expect(JSON.stringify(entry?.fieldsV1)).toContain('"f:args":{}');
  });

  it('of an object with nothing in it has no owner, and never gets one by an update', () => {
    const bare = { metadata: { name: 'web', uid: '1' }, spec: {} };
    expect(entries({ next: bare })).toEqual([]);
    expect(entries({ live: bare, next: { ...bare, spec: { replicas: 1 } } })).toEqual([]);
  });
});

describe('an update', () => {
  const live = aDeployment({ replicas: 1, paused: true }, { labels: { app: 'web', tier: 'front' } });
  const before = entries({ next: live });

  it('that changes nothing leaves every entry and its time alone', () => {
    expect(entries({ live, next: structuredClone(live), entries: before, time: later })).toEqual(before);
  });

  it('of somebody else takes the fields that it changes', () => {
    const next = aDeployment({ replicas: 2, paused: true }, { labels: { app: 'web', tier: 'front', new: 'x' } });
    const after = owned(entries({ live, next, entries: before, manager: 'controller' }));
    expect(after.controller).toEqual({ 'f:metadata': { 'f:labels': { 'f:new': {} } }, 'f:spec': { 'f:replicas': {} } });
    expect(after.kubectl?.['f:spec']).not.toHaveProperty('f:replicas');
    expect(after.kubectl?.['f:metadata']).toEqual({ 'f:labels': { '.': {}, 'f:app': {}, 'f:tier': {} } });
  });

  it('that removes fields takes them from everybody and gives them to nobody', () => {
    const next = aDeployment({ replicas: 1 }, { labels: { app: 'web' } });
    const after = owned(entries({ live, next, entries: before, manager: 'controller' }));
    expect(Object.keys(after)).toEqual(['kubectl']);
    expect(after.kubectl?.['f:metadata']).toEqual({ 'f:labels': { '.': {}, 'f:app': {} } });
    expect(after.kubectl?.['f:spec']).not.toHaveProperty('f:paused');
  });

  it('of the same manager adds to its entry and renews its time', () => {
    const next = aDeployment({ replicas: 1, paused: true, minReadySeconds: 5 }, live.metadata);
    const [entry, ...others] = entries({ live, next, entries: before, time: later });
    expect([others, entry?.time]).toEqual([[], later]);
    expect(entry?.fieldsV1['f:spec']).toMatchObject({ 'f:replicas': {}, 'f:minReadySeconds': {} });
  });

  it('of the same manager that only changes its own fields keeps the very set that it had', () => {
    const next = aDeployment({ replicas: 2, paused: false }, live.metadata);
    const [entry, ...others] = entries({ live, next, entries: before, time: later });
    expect(entry?.fieldsV1).toBe(before[0]?.fieldsV1);
    expect([others, entry?.time]).toEqual([[], later]);
  });

  it('of the same manager that removes all that it owned, and adds something else, leaves it that', () => {
    const one = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 1 } };
    const owner = entries({ next: one });
    const after = entries({ live: one, next: { ...one, spec: { paused: true } }, entries: owner, time: later });
    expect(owned(after)).toEqual({ kubectl: { 'f:spec': { 'f:paused': {} } } });
  });

  it('through a subresource has an entry of its own', () => {
    const next = { ...live, status: { replicas: 1 } };
    const after = entries({ live, next, entries: before, subresource: 'status', time: later });
    expect(after.map(({ manager, subresource, fieldsV1 }) => [manager, subresource, fieldsV1])).toEqual([
      ['kubectl', undefined, before[0]?.fieldsV1],
      ['kubectl', 'status', { 'f:status': { 'f:replicas': {} } }],
    ]);
  });

  it('drops an entry of which nothing is left', () => {
    const only = entries({
      live,
      next: aDeployment({ replicas: 2, paused: true }, live.metadata),
      entries: before,
      manager: 'a',
    });
    const next = aDeployment({ replicas: 3, paused: true }, live.metadata);
    const after = entries({
      live: aDeployment({ replicas: 2, paused: true }, live.metadata),
      next,
      entries: only,
      manager: 'b',
    });
    expect(Object.keys(owned(after)).sort()).toEqual(['b', 'kubectl']);
  });

  it('forgets managers of a version that is served no longer', () => {
    const old = before.map((entry) => ({ ...entry, apiVersion: 'apps/v0' }));
    expect(entries({ live, next: live, entries: old })).toEqual([]);
  });

  it('leaves what was applied to whoever applied it, and lists it first', () => {
    const applied: meta.ManagedFieldsEntry = {
      manager: 'gitops',
      operation: 'Apply',
      apiVersion: 'apps/v1',
      time: later,
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:replicas': {}, 'f:paused': {} } },
    };
    const next = aDeployment({ replicas: 1, paused: false }, live.metadata);
    const after = entries({ live, next, entries: [...before, applied] });
    expect(after[0]).toEqual({ ...applied, fieldsV1: { 'f:spec': { 'f:replicas': {} } } });
  });
});

describe('entries that a write brings', () => {
  const live = aDeployment({ replicas: 1 });
  const before = entries({ next: live });
  const brought: meta.ManagedFieldsEntry[] = [
    {
      manager: 'me',
      operation: 'Update',
      apiVersion: 'apps/v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    },
  ];

  test.each<[string, meta.ManagedFieldsEntry[] | undefined, string, string[]]>([
    ['replace the live ones', brought, '', ['me']],
    ['count for nothing in a subresource', brought, 'status', ['kubectl']],
    ['count for nothing where there are none', [], '', ['kubectl']],
    ['count for nothing where one is none', [{ ...brought[0], operation: 'Merge' }], '', ['kubectl']],
    ['count for nothing without a version', [{ ...brought[0], apiVersion: '' }], '', ['kubectl']],
    ['count for nothing in another format', [{ ...brought[0], fieldsType: 'FieldsV2' }], '', ['kubectl']],
    ['forget everybody where they are one that is empty', [{}], '', []],
  ])('%s', (_, given, subresource, managers) => {
    const after = entries({ live, next: live, entries: before, brought: given ?? [], subresource });
    expect(after.map(({ manager }) => manager)).toEqual(managers);
  });
});

describe('lists', () => {
  const env = (...items: object[]) => aDeployment({}, {}, [container({ env: items })]);
  const [entry] = entries({ next: env({ name: 'A', value: '1' }, { name: 'A', value: '2' }) });

  it('compare several items of one key as one', () => {
    expect(JSON.stringify(entry?.fieldsV1)).toContain('"f:env":{".":{},"k:{\\"name\\":\\"A\\"}":{}}');
  });

  it('are compared as a whole where an item has no key', () => {
    const [whole] = entries({ next: env({ value: '1' }) });
    expect(JSON.stringify(whole?.fieldsV1)).toContain('"f:env":{}');
  });
});

it('gathers the oldest of more than ten updates', () => {
  let live: object = aDeployment();
  let all: ReturnType<typeof entries> = entries({ next: live, manager: 'm00' });
  for (let index = 1; index < 14; index += 1) {
    const labels = Object.fromEntries(Array.from({ length: index }, (_, at) => [`l${at}`, 'x']));
    const next = aDeployment({}, { labels });
    const name = `m${String(index).padStart(2, '0')}`;
    all = entries({
      live,
      next,
      entries: all,
      manager: name,
      time: `2026-01-01T00:00:${String(index).padStart(2, '0')}Z`,
    });
    live = next;
  }
  expect(all.map(({ manager }) => manager)).toEqual([
    'ancient-changes',
    ...['m05', 'm06', 'm07', 'm08', 'm09', 'm10', 'm11', 'm12', 'm13'],
  ]);
});
