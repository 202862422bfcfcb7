/** Custom resource definitions, and the kinds that they bring. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject, CustomResourceDefinition, Status } from '../../../../agent/api/types.ts';
import { createMemoryStore } from '../../../../agent/store/memory.ts';
import type { Store } from '../../../../agent/store/store.ts';
import { definitions } from '../api/schema/definitions.ts';
import { startApi, type TestApi } from './api.ts';

let api: TestApi;
let store: Store;
beforeEach(async () => {
  store = createMemoryStore();
  api = await startApi({ definitions, store });
});
afterEach(() => api.close());

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const crons = '/apis/stable.example.com/v1/namespaces/default/crontabs';

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['cronSpec'],
      properties: {
        cronSpec: { type: 'string', pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$' },
        image: { type: 'string', default: 'busybox' },
        replicas: { type: 'integer', minimum: 1, maximum: 10 },
        tags: { type: 'array', items: { type: 'string' } },
        any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        port: { 'x-kubernetes-int-or-string': true },
      },
    },
    status: {
      type: 'object',
      properties: { replicas: { type: 'integer' }, labelSelector: { type: 'string' }, phase: { type: 'string' } },
    },
  },
};

const version = (name: string, rest: object = {}) => ({
  name,
  served: true,
  storage: true,
  schema: { openAPIV3Schema: schema },
  ...rest,
});

const names = { plural: 'crontabs', singular: 'crontab', kind: 'CronTab', shortNames: ['ct'], categories: ['all'] };
const definition = (spec: object = {}, name = 'crontabs.stable.example.com') => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name },
  spec: { group: 'stable.example.com', scope: 'Namespaced', names, versions: [version('v1')], ...spec },
});

const cron = (name: string, spec: object = { cronSpec: '* * * * */5' }, rest: object = {}) => ({
  apiVersion: 'stable.example.com/v1',
  kind: 'CronTab',
  metadata: { name },
  spec,
  ...rest,
});

/** Resolves once the definition passes; every change of it is an event. */
async function until(name: string, passes: (definition: CustomResourceDefinition) => boolean) {
  const watch = await api.watch(`${crds}?watch=1&fieldSelector=metadata.name=${name}`);
  for (;;) {
    const { object } = await watch.event();
    const found = object as AnyObject & CustomResourceDefinition;
    if (passes(found)) return found;
  }
}
const condition = ({ status }: CustomResourceDefinition, type: string) =>
  status?.conditions?.find((each) => each.type === type);
const isEstablished = (found: CustomResourceDefinition) => condition(found, 'Established')?.status === 'True';

async function define(spec: object = {}): Promise<CustomResourceDefinition> {
  await api.create(crds, definition(spec));
  return until('crontabs.stable.example.com', isEstablished);
}

describe('a definition', () => {
  it('gets its names, is established, and serves its kind', async () => {
    const { status } = await define();
    expect(status).toMatchObject({
      acceptedNames: { ...names, listKind: 'CronTabList' },
      storedVersions: ['v1'],
      conditions: [
        { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
        { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
      ],
    });
    expect(await api.get('/apis/stable.example.com/v1')).toMatchObject({
      resources: [{ name: 'crontabs', singularName: 'crontab', kind: 'CronTab', shortNames: ['ct'] }],
    });
    expect((await api.create(crons, cron('a'))).spec).toEqual({ cronSpec: '* * * * */5', image: 'busybox' });
  });

  it('can be applied, whatever type its defaults have', async () => {
    const { status, body } = await api.request(
      'PATCH',
      `${crds}/crontabs.stable.example.com?fieldManager=me`,
      definition(),
      { 'content-type': 'application/apply-patch+yaml' },
    );
    expect([status, (body as Status).message]).toEqual([201, undefined]);
  });

  it('is answered as it was created, with a status that says nothing yet', async () => {
    const made = await api.create(crds, definition());
    expect(made.status).toEqual({
      conditions: [],
      acceptedNames: { plural: '', kind: '' },
      storedVersions: ['v1'],
    });
    expect(made.spec).toMatchObject({ names: { listKind: 'CronTabList' }, conversion: { strategy: 'None' } });
  });

  it('does not get a name that another of its group has, until that one goes', async () => {
    await define();
    const other = { ...names, plural: 'tabs', singular: 'tab', kind: 'Tab' };
    await api.create(crds, definition({ names: other }, 'tabs.stable.example.com'));
    const refused = await until('tabs.stable.example.com', (found) => condition(found, 'NamesAccepted') !== undefined);
    expect(condition(refused, 'NamesAccepted')).toMatchObject({
      status: 'False',
      reason: 'ShortNamesConflict',
      message: '"ct" is already in use',
    });
    expect(condition(refused, 'Established')).toMatchObject({ status: 'False', reason: 'NotAccepted' });
    await api.request('DELETE', `${crds}/crontabs.stable.example.com`);
    const accepted = await until('tabs.stable.example.com', isEstablished);
    expect(accepted.status?.acceptedNames).toMatchObject(other);
  });

  it('takes its objects along when it is deleted, and then goes', async () => {
    await define();
    await api.create(crons, cron('a'));
    const watch = await api.watch(`${crons}?watch=1`);
    const { body } = await api.request('DELETE', `${crds}/crontabs.stable.example.com`);
    expect(body).toMatchObject({
      metadata: { finalizers: ['customresourcecleanup.apiextensions.k8s.io'] },
      status: { conditions: [{}, {}, { type: 'Terminating', status: 'True', reason: 'InstanceDeletionPending' }] },
    });
    expect((await watch.next(2)).map((event) => event.replace(/@.*/, ''))).toEqual(['ADDED a', 'DELETED a']);
    await expect.poll(async () => (await api.request('GET', `${crds}/crontabs.stable.example.com`)).status).toBe(404);
    expect((await api.request('GET', crons)).status).toBe(404);
    await define();
    expect((await api.list(crons)).items).toEqual([]);
  });

  it('waits for objects that something holds, and lets nobody create more', async () => {
    await define();
    const held = cron('a', { cronSpec: '* * * * *' });
    await api.create(crons, { ...held, metadata: { name: 'a', finalizers: ['example.com/hold'] } });
    await api.request('DELETE', `${crds}/crontabs.stable.example.com`);
    await expect.poll(async () => (await api.get(`${crons}/a`)).metadata.deletionTimestamp).toBeTruthy();
    expect(await api.refused('POST', crons, cron('b'))).toMatchObject({
      code: 405,
      message: 'create not allowed while custom resource definition is terminating',
    });
    const merge = { 'content-type': 'application/merge-patch+json' };
    await api.request('PATCH', `${crons}/a`, { metadata: { finalizers: null } }, merge);
    await expect.poll(async () => (await api.request('GET', `${crds}/crontabs.stable.example.com`)).status).toBe(404);
  });

  it('is served again by a server that starts with it', async () => {
    await define();
    await api.create(crons, cron('a'));
    await api.server.close();
    api = await startApi({ definitions, store });
    expect((await api.list(crons)).items.map(({ metadata }) => metadata.name)).toEqual(['a']);
  });

  it('serves another schema as soon as it has one', async () => {
    await define();
    const made = await api.get(`${crds}/crontabs.stable.example.com`);
    const next = structuredClone(made) as AnyObject & CustomResourceDefinition;
    const spec = { type: 'object' as const, properties: { colour: { type: 'string' as const } } };
    next.spec.versions = [{ ...version('v1'), schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } }];
    await api.request('PUT', `${crds}/crontabs.stable.example.com`, next);
    const object = await api.create(crons, cron('a', { colour: 'red', cronSpec: 'x' }));
    expect(object.spec).toEqual({ colour: 'red' });
  });
});

describe('an object of a custom kind', () => {
  const cases: [name: string, spec: object, message: string][] = [
    ['a field that is missing', {}, 'spec.cronSpec: Required value'],
    [
      'a number that is too large',
      { cronSpec: '* * * * *', replicas: 11 },
      'spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10',
    ],
    [
      'a number that is too small',
      { cronSpec: '* * * * *', replicas: 0 },
      'spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1',
    ],
    [
      'a text that does not match',
      { cronSpec: 'never' },
      'spec.cronSpec: Invalid value: "never": spec.cronSpec in body should match \'^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$\'',
    ],
    [
      'a value of the wrong type',
      { cronSpec: '* * * * *', tags: 'a' },
      'spec.tags: Invalid value: "string": spec.tags in body must be of type array: "string"',
    ],
    [
      'an item of the wrong type',
      { cronSpec: '* * * * *', tags: [1] },
      'spec.tags[0]: Invalid value: "integer": spec.tags[0] in body must be of type string: "integer"',
    ],
  ];
  it.each(cases)('is refused with %s', async (_name, spec, message) => {
    await define();
    const { message: said } = await api.refused('POST', crons, cron('a', spec));
    expect(said).toBe(`CronTab.stable.example.com "a" is invalid: ${message}`);
  });

  it('loses unknown fields, with a warning, unless its schema keeps them', async () => {
    await define();
    const spec = { cronSpec: '* * * * *', colour: 'red', any: { colour: 'red' }, port: 'http' };
    const { body, headers } = await api.request('POST', crons, cron('a', spec));
    expect((body as AnyObject).spec).toEqual({
      cronSpec: '* * * * *',
      image: 'busybox',
      any: { colour: 'red' },
      port: 'http',
    });
    expect(JSON.stringify(headers)).toContain('unknown field \\\\\\"spec.colour\\\\\\"');
    const { status, body: refused } = await api.request('POST', `${crons}?fieldValidation=Strict`, cron('b', spec));
    expect([status, (refused as Status).message]).toEqual([
      400,
      'CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: unknown field "spec.colour"',
    ]);
  });

  it('may have a finalizer without a domain, and warns of each once', async () => {
    await define();
    const object = cron('a', { cronSpec: '* * * * *' });
    const held = { ...object, metadata: { name: 'a', finalizers: ['example.com/a', 'mine', 'my.own'] } };
    const { status, headers } = await api.request('POST', crons, held);
    const prefer = 'prefer a domain-qualified finalizer name';
    const reason = 'to avoid accidental conflicts with other finalizer writers';
    expect([status, headers?.warning]).toEqual([
      201,
      [
        `299 - "metadata.finalizers: \\"mine\\": ${prefer} ${reason}"`,
        `299 - "metadata.finalizers: \\"my.own\\": ${prefer} including a path (/) ${reason}"`,
      ].join(', '),
    ]);
    const change = { metadata: { labels: { a: 'b' } } };
    const again = await api.request('PATCH', `${crons}/a`, change, { 'content-type': 'application/merge-patch+json' });
    expect([again.status, again.headers?.warning]).toEqual([200, undefined]);
  });

  it('counts generations of everything but metadata and status', async () => {
    await define({ versions: [version('v1', { subresources: { status: {} } })] });
    await api.create(crons, cron('a'));
    const merge = { 'content-type': 'application/merge-patch+json' };
    const patched = async (patch: object, part = '') =>
      ((await api.request('PATCH', `${crons}/a${part}`, patch, merge)).body as AnyObject).metadata.generation;
    expect(await patched({ metadata: { labels: { a: 'b' } } })).toBe(1);
    expect(await patched({ status: { phase: 'x' } })).toBe(1);
    expect(await patched({ status: { phase: 'x' } }, '/status')).toBe(1);
    expect(await patched({ spec: { image: 'x' } })).toBe(2);
  });

  it('has its status apart where the definition says so, and nothing apart where not', async () => {
    await define({ versions: [version('v1', { subresources: { status: {} } })] });
    const made = await api.create(crons, cron('a', undefined, { status: { phase: 'x' } }));
    expect(made.status).toBeUndefined();
    const { body } = await api.request('PUT', `${crons}/a/status`, { ...made, status: { phase: 'Ready' } });
    expect((body as AnyObject).status).toEqual({ phase: 'Ready' });
  });

  it('is scaled by the paths that the definition names', async () => {
    const scale = {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.labelSelector',
    };
    await define({ versions: [version('v1', { subresources: { status: {}, scale } })] });
    const made = await api.create(crons, cron('a', { cronSpec: '* * * * *', replicas: 3 }));
    await api.request('PUT', `${crons}/a/status`, { ...made, status: { replicas: 2, labelSelector: 'app=a' } });
    expect(await api.get(`${crons}/a/scale`)).toMatchObject({
      spec: { replicas: 3 },
      status: { replicas: 2, selector: 'app=a' },
    });
    const scaled = await api.request(
      'PATCH',
      `${crons}/a/scale`,
      { spec: { replicas: 5 } },
      {
        'content-type': 'application/merge-patch+json',
      },
    );
    expect(scaled.body).toMatchObject({ spec: { replicas: 5 } });
  });

  it('is printed by the columns of its version', async () => {
    const additionalPrinterColumns = [
      { name: 'Spec', type: 'string', description: 'The cron spec.', jsonPath: '.spec.cronSpec' },
      { name: 'Replicas', type: 'integer', priority: 1, jsonPath: '.spec.replicas' },
      { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ];
    await define({ versions: [version('v1', { additionalPrinterColumns })] });
    await api.create(crons, cron('a', { cronSpec: '* * * * *', replicas: 3 }));
    const table = (await api.get(crons, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })) as AnyObject & {
      columnDefinitions: { name: string; type: string; priority: number; description: string }[];
      rows: { cells: unknown[] }[];
    };
    expect(table.columnDefinitions.map(({ name, priority }) => [name, priority])).toEqual([
      ['Name', 0],
      ['Spec', 0],
      ['Replicas', 1],
      ['Ready', 0],
      ['Age', 0],
    ]);
    expect(table.columnDefinitions[2]?.description).toBe(
      'Custom resource definition column (in JSONPath format): .spec.replicas',
    );
    expect(table.rows[0]?.cells).toEqual(['a', '* * * * *', 3, null, '0s']);
  });

  it('is selected by the fields that the definition names', async () => {
    await define({ versions: [version('v1', { selectableFields: [{ jsonPath: '.spec.image' }] })] });
    await api.create(crons, cron('a'));
    await api.create(crons, cron('b', { cronSpec: '* * * * *', image: 'other' }));
    const { items } = await api.list(`${crons}?fieldSelector=spec.image=other`);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['b']);
  });

  it('is there in every version that is served, and stored in one', async () => {
    await define({ versions: [version('v1beta1', { storage: false, deprecated: true }), version('v1')] });
    await api.create(crons, cron('a'));
    const { body, headers } = await api.request('GET', `${crons.replace('v1/', 'v1beta1/')}/a`);
    expect((body as AnyObject).apiVersion).toBe('stable.example.com/v1beta1');
    expect(JSON.stringify(headers)).toContain('stable.example.com/v1beta1 CronTab is deprecated');
  });

  it('is applied, with lists that its schema tells apart', async () => {
    const properties = { name: { type: 'string' }, value: { type: 'string' } };
    const items = { type: 'object', required: ['name'], properties };
    const list = { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items };
    const own = { type: 'object', properties: { spec: { type: 'object', properties: { list } } } };
    await define({ versions: [version('v1', { schema: { openAPIV3Schema: own } })] });
    const apply = (manager: string, ...entries: object[]) =>
      api.request('PATCH', `${crons}/a?fieldManager=${manager}`, cron('a', { list: entries }), {
        'content-type': 'application/apply-patch+yaml',
      });
    await apply('me', { name: 'x', value: '1' });
    const { body } = await apply('other', { name: 'y', value: '2' });
    expect((body as AnyObject).spec).toEqual({
      list: [
        { name: 'x', value: '1' },
        { name: 'y', value: '2' },
      ],
    });
  });
});

describe('a definition is refused where', () => {
  const root = 'spec.versions[0].schema.openAPIV3Schema';
  const withSchema = (openAPIV3Schema: object) => ({ versions: [version('v1', { schema: { openAPIV3Schema } })] });
  const cases: [name: string, spec: object, message: string][] = [
    [
      'its group has no dot',
      { group: 'example' },
      'spec.group: Invalid value: "example": should be a domain with at least one dot',
    ],
    [
      'its scope is another',
      { scope: 'All' },
      'spec.scope: Unsupported value: "All": supported values: "Cluster", "Namespaced"',
    ],
    ['it has no schema', { versions: [{ name: 'v1', served: true, storage: true }] }, `${root}: Required value`],
    [
      'no version is stored',
      { versions: [version('v1', { storage: false })] },
      'must have exactly one version marked as storage version',
    ],
    [
      'kind and list are one',
      { names: { ...names, listKind: 'CronTab' } },
      'spec.names.listKind: Invalid value: "CronTab": kind and listKind may not be the same',
    ],
    ['the root has no type', withSchema({}), `${root}.type: Required value: must not be empty at the root`],
    [
      'a field has no type',
      withSchema({ type: 'object', properties: { spec: {} } }),
      `${root}.properties[spec].type: Required value: must not be empty for specified object fields`,
    ],
    [
      'a list has no items',
      withSchema({ type: 'object', properties: { spec: { type: 'array' } } }),
      `${root}.properties[spec].items: Required value: must be specified`,
    ],
    [
      'a part of a combination has a type',
      withSchema({ type: 'object', anyOf: [{ type: 'object' }] }),
      `${root}.anyOf[0].type: Forbidden: must be empty to be structural`,
    ],
    [
      'a pattern is none',
      withSchema({ type: 'object', properties: { spec: { type: 'string', pattern: '(' } } }),
      `${root}.properties[spec].pattern: Invalid value: "(": must be a valid regular expression`,
    ],
    [
      'a column is of no known type',
      { versions: [version('v1', { additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: '.a' }] })] },
      'spec.versions[0].additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
    ],
    [
      'the path of a scale leads elsewhere',
      {
        versions: [
          version('v1', { subresources: { scale: { specReplicasPath: '.a.b', statusReplicasPath: '.status.a' } } }),
        ],
      },
      'spec.versions[0].subresources.scale.specReplicasPath: Invalid value: ".a.b": should be a json path under .spec',
    ],
    ['all fields are kept', { preserveUnknownFields: true }, 'spec.preserveUnknownFields: Invalid value: true'],
  ];
  it.each(cases)('%s', async (_name, spec, message) => {
    const name = `crontabs.${(spec as { group?: string }).group ?? 'stable.example.com'}`;
    expect((await api.refused('POST', crds, definition(spec, name))).message).toContain(message);
  });

  it('it says nothing, or has no versions', async () => {
    const {
      spec: { versions: _versions, ...spec },
      ...bare
    } = definition();
    for (const said of [{}, { spec: {} }, { spec }]) {
      const { code, message } = await api.refused('POST', crds, { ...bare, ...said });
      expect(code).toBe(422);
      expect(message).toContain('must have exactly one version marked as storage version');
    }
  });

  it('its name is another', async () => {
    expect((await api.refused('POST', crds, definition({}, 'tabs.stable.example.com'))).message).toContain(
      'metadata.name: Invalid value: "tabs.stable.example.com": must be spec.names.plural+"."+spec.group',
    );
  });

  it('its group is one of upstream and nobody has approved', async () => {
    const { message } = await api.refused('POST', crds, definition({ group: 'a.k8s.io' }, 'crontabs.a.k8s.io'));
    expect(message).toContain(
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    );
  });

  it('a version goes in which objects may be stored', async () => {
    await define();
    const made = structuredClone(await api.get(`${crds}/crontabs.stable.example.com`));
    const next = { ...made, spec: { ...made.spec, versions: [version('v2')] } };
    expect((await api.refused('PUT', `${crds}/crontabs.stable.example.com`, next)).message).toContain(
      'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version',
    );
  });

  it('scope or kind change once it is established', async () => {
    await define();
    const made = structuredClone(await api.get(`${crds}/crontabs.stable.example.com`));
    const next = { ...made, spec: { ...made.spec, scope: 'Cluster' } };
    expect((await api.refused('PUT', `${crds}/crontabs.stable.example.com`, next)).message).toContain(
      'spec.scope: Invalid value: "Cluster": field is immutable',
    );
  });
});
