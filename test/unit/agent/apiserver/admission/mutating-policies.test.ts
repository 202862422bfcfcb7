import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patching as patchedBy, startWebhookServer } from '../../../../fakes/webhook-server.ts';
import { configMap, inDefault, startApi, type TestApi } from '../api.ts';
import { register, webhook } from './webhook-configurations.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const group = '/apis/admissionregistration.k8s.io/v1';
const ofConfigMaps = {
  operations: ['CREATE', 'UPDATE'],
  apiGroups: [''],
  apiVersions: ['v1'],
  resources: ['configmaps'],
};
const ofDeployments = { ...ofConfigMaps, apiGroups: ['apps'], resources: ['deployments'] };

const applying = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
const patching = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

async function policy(name: string, spec: object, binding: object = {}): Promise<void> {
  await api.create(`${group}/mutatingadmissionpolicies`, {
    metadata: { name },
    spec: { matchConstraints: { resourceRules: [ofConfigMaps] }, reinvocationPolicy: 'Never', ...spec },
  });
  await api.create(`${group}/mutatingadmissionpolicybindings`, {
    metadata: { name: `${name}-binding` },
    spec: { policyName: name, ...binding },
  });
}

it('a policy cannot change the identity of what is updated', async () => {
  const expression = `[JSONPatch{op: 'add', path: '/metadata/uid', value: 'b'}]`;
  const resourceRules = [{ ...ofConfigMaps, operations: ['UPDATE'] }];
  await policy('p', { matchConstraints: { resourceRules }, mutations: [patching(expression)] });
  const maps = inDefault('configmaps');
  await api.create(maps, configMap('a'));
  expect(await api.refused('PUT', `${maps}/a`, configMap('a', { key: '1' }))).toMatchObject({
    code: 422,
    message: 'ConfigMap "a" is invalid: metadata.uid: Invalid value: "b": field is immutable',
  });
});

interface Written {
  message?: string;
  reason?: string;
  data?: Record<string, string>;
  metadata: { annotations?: Record<string, string>; labels?: Record<string, string> };
  spec?: { template: { spec: { containers: { name: string; image: string; env?: object[] }[] } } };
}

async function written(path: string, object: object): Promise<Written & { code: number }> {
  const { status, body } = await api.request('POST', `${path}?dryRun=All`, object);
  return { ...(body as Written), code: status };
}

const mapAfter = async (data: Record<string, string> = { x: '1' }) => {
  const { code, message, data: after } = await written(inDefault('configmaps'), configMap('a', data));
  return code < 300 ? after : `${code} ${message}`;
};

const deployment = {
  metadata: { name: 'web' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [
          { name: 'one', image: 'a' },
          { name: 'two', image: 'b' },
        ],
      },
    },
  },
};

describe('a mutating policy', () => {
  it('should mutate a Deployment', async () => {
    await policy('p', {
      matchConstraints: { resourceRules: [ofDeployments] },
      mutations: [applying('Object{metadata: Object.metadata{annotations: {"mutated-by": "admission-policy"}}}')],
    });
    const { code, metadata } = await written('/apis/apps/v1/namespaces/default/deployments', deployment);
    expect([code, metadata.annotations?.['mutated-by']]).toEqual([201, 'admission-policy']);
  });

  it('merges what it applies by the keys of lists', async () => {
    const env = 'Object.spec.template.spec.containers.env{name: "X", value: "1"}';
    const two = `Object.spec.template.spec.containers{name: "two", image: "c", env: [${env}]}`;
    const spec = `Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [${two}]}}}`;
    await policy('p', {
      matchConstraints: { resourceRules: [ofDeployments] },
      mutations: [applying(`Object{spec: ${spec}}`)],
    });
    const answer = await written('/apis/apps/v1/namespaces/default/deployments', deployment);
    expect(answer.spec?.template.spec.containers).toMatchObject([
      { name: 'one', image: 'a' },
      { name: 'two', image: 'c', env: [{ name: 'X', value: '1' }] },
    ]);
  });

  it.each<[string, object, unknown]>([
    [
      'adds what its patch adds',
      { mutations: [patching('[JSONPatch{op: "add", path: "/data/y", value: "2"}]')] },
      { x: '1', y: '2' },
    ],
    [
      'leaves alone what fails the test of its patch',
      {
        mutations: [
          patching('[JSONPatch{op: "test", path: "/data/x", value: "2"}, JSONPatch{op: "remove", path: "/data/x"}]'),
        ],
      },
      { x: '1' },
    ],
    [
      'sees what its earlier mutations have made',
      {
        mutations: [
          patching('[JSONPatch{op: "add", path: "/data/y", value: "2"}]'),
          patching('[JSONPatch{op: "copy", from: "/data/y", path: "/data/z"}]'),
          applying('Object{data: {"w": object.data.z}}'),
        ],
      },
      { x: '1', y: '2', z: '2', w: '2' },
    ],
    [
      'uses variables',
      {
        variables: [{ name: 'twice', expression: 'object.data.x + object.data.x' }],
        mutations: [applying('Object{data: {"y": variables.twice}}')],
      },
      { x: '1', y: '11' },
    ],
    [
      'sets a field whose optional has a value, and no other',
      { mutations: [applying('Object{?data: optional.of({"y": "2"}), ?immutable: optional.none()}')] },
      { x: '1', y: '2' },
    ],
    [
      'is asked only where its conditions hold',
      {
        matchConditions: [{ name: 'other', expression: "object.metadata.name == 'b'" }],
        mutations: [applying('Object{data: {"y": "2"}}')],
      },
      { x: '1' },
    ],
    [
      'that fails refuses',
      { mutations: [applying('Object{data: {"y": object.data.none}}')] },
      "403 policy 'p' with binding 'p-binding' denied request: expression 'Object{data: {\"y\": object.data.none}}' resulted in error: no such key: none",
    ],
    [
      'that fails and is to be ignored does not',
      { failurePolicy: 'Ignore', mutations: [applying('Object{data: {"y": object.data.none}}')] },
      { x: '1' },
    ],
    [
      'refuses a patch that does not apply',
      { mutations: [patching('[JSONPatch{op: "remove", path: "/data/none"}]')] },
      "403 policy 'p' with binding 'p-binding' denied request: JSON Patch: error in remove for path: '/data/none': Unable to remove nonexistent key: none: missing value",
    ],
    [
      'refuses constructions whose names do not say where they are',
      { mutations: [applying('Object{metadata: Object.spec{labels: {"a": "b"}}}')] },
      '403 policy \'p\' with binding \'p-binding\' denied request: type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type',
    ],
    [
      'refuses fields that the kind does not have',
      { mutations: [applying('Object{date: {"a": "b"}}')] },
      "403 policy 'p' with binding 'p-binding' denied request: error applying patch: failed to convert patch object to typed object: .date: field not declared in schema",
    ],
  ])('%s', async (_title, spec, expected) => {
    await policy('p', spec);
    expect(await mapAfter()).toEqual(expected);
  });

  it('writes to a path whose keys are escaped', async () => {
    const key = 'jsonpatch.escapeKey("example.com/a~b".replace("~", "-"))';
    await policy('p', {
      mutations: [
        patching('[JSONPatch{op: "add", path: "/metadata/annotations", value: {"a": "b"}}]'),
        patching(`[JSONPatch{op: "add", path: "/metadata/annotations/" + ${key}, value: "yes"}]`),
      ],
    });
    const { metadata } = await written(inDefault('configmaps'), configMap('a'));
    expect(metadata.annotations).toEqual({ a: 'b', 'example.com/a-b': 'yes' });
  });

  it('refuses to apply what can only be replaced as a whole', async () => {
    await policy('p', {
      matchConstraints: { resourceRules: [ofDeployments] },
      mutations: [applying('Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {"a": "b"}}}}')],
    });
    const { code, message, reason } = await written('/apis/apps/v1/namespaces/default/deployments', deployment);
    expect([code, reason, message]).toEqual([
      403,
      'Invalid',
      "policy 'p' with binding 'p-binding' denied request: error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector",
    ]);
  });

  it('refuses a patch with a field that the kind does not have', async () => {
    await policy('p', { mutations: [patching('[JSONPatch{op: "add", path: "/date", value: "x"}]')] });
    expect(await mapAfter()).toContain('500 Internal error occurred: ');
  });

  it('refuses operations that have too many values together, however often one of them is the same', async () => {
    await policy('all-in-each', {
      mutations: [patching('object.data.map(key, JSONPatch{op: "test", path: "/data", value: object.data})')],
    });
    const data = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`key-${index}`, '']));
    expect(await mapAfter(data)).toMatch(/^403 policy 'all-in-each' .*: too many values$/);
    expect(await mapAfter({ x: '1' })).toEqual({ x: '1' });
  });

  it('reads the parameters of its binding, each of those that a selector finds', async () => {
    const labels = { part: 'yes' };
    for (const name of ['one', 'two']) {
      await api.create(inDefault('configmaps'), { metadata: { name, labels }, data: { [name]: name } });
    }
    await policy(
      'p',
      { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, mutations: [applying('Object{data: params.data}')] },
      { paramRef: { selector: { matchLabels: labels }, parameterNotFoundAction: 'Deny' } },
    );
    expect(await mapAfter()).toEqual({ x: '1', one: 'one', two: 'two' });
  });

  it('whose parameters are of a kind that nobody knows refuses', async () => {
    await policy(
      'p',
      {
        paramKind: { apiVersion: 'example.com/v1', kind: 'Gone' },
        mutations: [applying('Object{data: {"y": "2"}}')],
      },
      { paramRef: { name: 'x', parameterNotFoundAction: 'Deny' } },
    );
    expect(await mapAfter()).toBe(
      '403 policy "p" denied request: failed to configure policy: failed to find resource referenced by paramKind: \'example.com/v1, Kind=Gone\'',
    );
  });

  it('is asked again where a webhook has changed the object', async () => {
    const hook = await startWebhookServer((asked) =>
      patchedBy(asked, [{ op: 'add', path: '/data/hooked', value: '1' }]),
    );
    try {
      await register(api, 'mutating', 'changes', [webhook(hook, '/change')]);
      const seen = 'Object{data: {"seen": string(object.data.size())}}';
      await policy('a', { reinvocationPolicy: 'IfNeeded', mutations: [applying(seen)] });
      await api.create(inDefault('configmaps'), configMap('a', { x: '1' }));
      expect((await api.get(inDefault('configmaps', 'a'))) as object).toMatchObject({
        data: { x: '1', hooked: '1', seen: '3' },
      });
    } finally {
      await hook.close();
    }
  });

  it('is asked again where a later one has changed the object, if it wants to be', async () => {
    const count = 'Object{data: {"seen": string(object.data.size())}}';
    const late = applying('Object{data: {"late": "1"}}');
    await policy('a', { reinvocationPolicy: 'IfNeeded', mutations: [applying(count)] });
    await policy('b', { mutations: [late] });
    expect(await mapAfter()).toEqual({ x: '1', late: '1', seen: '3' });
  });

  it('is asked once where it does not want to be asked again', async () => {
    await policy('a', { mutations: [applying('Object{data: {"seen": string(object.data.size())}}')] });
    await policy('b', { mutations: [applying('Object{data: {"late": "1"}}')] });
    expect(await mapAfter()).toEqual({ x: '1', late: '1', seen: '1' });
  });

  it('leaves alone what says which policies there are, and deletions', async () => {
    await policy('p', {
      matchConstraints: {
        resourceRules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }],
      },
      mutations: [applying('Object{metadata: Object.metadata{labels: {"touched": string(object.x)}}}')],
    });
    const { status } = await api.request('DELETE', `${group}/mutatingadmissionpolicies/p`);
    expect(status).toBe(200);
  });

  it.each([
    ['Object{', 'Syntax error'],
    ['Object{a: 1}.a', 'must evaluate to Object but got dyn'],
    ['Thing{a: 1}', "undeclared reference to 'Thing' (in container '')"],
  ])('that says %s is refused when it is written', async (expression, problem) => {
    const { status, body } = await api.request('POST', `${group}/mutatingadmissionpolicies`, {
      metadata: { name: 'p' },
      spec: {
        matchConstraints: { resourceRules: [ofConfigMaps] },
        reinvocationPolicy: 'Never',
        mutations: [applying(expression)],
      },
    });
    expect([status, (body as Written).message]).toEqual([422, expect.stringContaining(problem)]);
    expect((body as Written).message).toContain('spec.mutations[0].applyConfiguration.expression: Invalid value');
  });
});
