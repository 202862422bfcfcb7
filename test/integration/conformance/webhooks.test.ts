/**
 * What upstream asks of webhooks of admission and conversion, in the words of its own tests.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/apimachinery/webhook.go and
 * crd_conversion_webhook.go beside it
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../agent/api/types.ts';
import {
  type AnswerReview,
  type Asked,
  allowed,
  byPath,
  patching,
  startWebhookServer,
  verdict,
  type WebhookServer,
} from '../../fakes/webhook-server.ts';
import { type Conformance, startConformance } from './conformance.ts';
import { convertHostPort } from './convert-host-port.ts';
import { define } from './definitions.ts';
import type { ResourceClient } from './go-client.ts';

let world: Conformance;
let server: WebhookServer;
let namespace: string;
let maps: ResourceClient;
let pods: ResourceClient;

const disallowed = 'webhook-disallow';
const denied = (asked: Asked, message: string) => verdict(asked, { allowed: false, status: { message } });
const dataOf = ({ review }: Asked) => (review.request.object?.data ?? {}) as Record<string, string>;

/** Upstream's sample webhook adds the first stage where the start is there, and the second where the first is. */
const mutateData: AnswerReview = (asked) => {
  const data = dataOf(asked);
  const stages = [
    ...(data['mutation-start'] ? ['1'] : []),
    ...(data['mutation-stage-1'] && !data['mutation-stage-2'] ? ['2'] : []),
  ];
  return patching(
    asked,
    stages.map((stage) => ({ op: 'add', path: `/data/mutation-stage-${stage}`, value: 'yes' })),
  );
};

const answers: Record<string, AnswerReview> = {
  '/pods': (asked) => {
    const { metadata, spec } = asked.review.request.object as AnyObject & { spec: { containers: { name: string }[] } };
    const reasons = [
      ...(spec.containers.some(({ name }) => name.includes(disallowed)) ? ['unwanted container name'] : []),
      ...(metadata.labels?.['webhook-e2e-test'] === disallowed ? ['unwanted label'] : []),
    ];
    if (metadata.labels?.['webhook-e2e-test'] === 'wait-forever') return undefined;
    return reasons.length
      ? denied(asked, reasons.map((reason) => `the pod contains ${reason}`).join('; '))
      : allowed(asked);
  },
  '/configmaps': (asked) => {
    const { object, oldObject } = asked.review.request;
    const data = ((object ?? oldObject)?.data ?? {}) as Record<string, string>;
    return data['webhook-e2e-test'] === disallowed
      ? denied(asked, 'the configmap contains unwanted key and value')
      : allowed(asked);
  },
  '/crd': (asked) =>
    asked.review.request.object?.metadata.labels?.['webhook-e2e-test'] === disallowed
      ? denied(asked, 'the crd contains unwanted label')
      : allowed(asked),
  '/custom-resource': (asked) =>
    dataOf(asked)['webhook-e2e-test'] === disallowed
      ? denied(asked, 'the custom resource contains unwanted data')
      : allowed(asked),
  '/mutating-data': mutateData,
  '/mutating-pods': (asked) =>
    patching(asked, [
      {
        op: 'add',
        path: '/spec/initContainers',
        value: [{ image: 'webhook-added-image', name: 'webhook-added-init-container', resources: {} }],
      },
    ]),
  '/always-deny': (asked) => denied(asked, 'this webhook denies all requests'),
  '/always-allow': allowed,
  '/never': () => undefined,
  '/crdconvert': convertHostPort,
};

const label = 'webhook-1234';
const namespaceSelector = { matchLabels: { [label]: 'true' } };
const rule = (apiGroups: string[], resources: string[], operations: string[], apiVersions = ['v1']) => ({
  operations,
  apiGroups,
  apiVersions,
  resources,
});
const mapRule = rule([''], ['configmaps'], ['CREATE', 'UPDATE', 'DELETE']);
const hook = (name: string, path: string, rules: object[], rest: object = {}) => ({
  name: `${name}.k8s.io`,
  rules,
  clientConfig: { url: server.url(path), caBundle: server.caBundle },
  sideEffects: 'None',
  admissionReviewVersions: ['v1', 'v1beta1'],
  namespaceSelector,
  ...rest,
});
const denyMaps = (rest: object = {}) => hook('deny-unwanted-configmap-data', '/configmaps', [mapRule], rest);
const mutateMaps = (rest: object = {}) =>
  hook('adding-configmap-data-stage-1', '/mutating-data', [rule([''], ['configmaps'], ['CREATE'])], rest);

type Type = 'Validating' | 'Mutating';
const configurationsOf = (type: Type): ResourceClient =>
  world.typed(
    'admissionregistration.k8s.io/v1',
    `${type}WebhookConfiguration`,
    `${type.toLowerCase()}webhookconfigurations`,
  );
const register = (type: Type, name: string, webhooks: object[], labels: Record<string, string> = {}) =>
  configurationsOf(type).create({ metadata: { name, labels: { ...labels, ours: 'true' } }, webhooks });

beforeAll(async () => {
  world = await startConformance();
  server = await startWebhookServer(byPath(() => answers));
  namespace = await world.namespace('webhook');
  maps = world.typed('v1', 'ConfigMap', 'configmaps', namespace);
  pods = world.typed('v1', 'Pod', 'pods', namespace);
  await world.typed('v1', 'Namespace', 'namespaces').patch(namespace, 'strategic-merge-patch', {
    metadata: { labels: { [label]: 'true' } },
  });
});
afterEach(async () => {
  for (const type of ['Validating', 'Mutating'] as const) {
    await configurationsOf(type).deleteCollection({}, { labelSelector: 'ours=true' });
  }
});
afterAll(async () => {
  await world.close();
  await server.close();
});

const bad = { 'webhook-e2e-test': disallowed };
const createMap = (data: Record<string, string> = {}, name = 'map-') =>
  maps.create({ metadata: { generateName: name }, data });
const container = { name: 'example', image: 'pause:3.9' };

describe('AdmissionWebhook', () => {
  it('should include webhook resources in discovery documents', async () => {
    const { resources } = (await world.client.read('/apis/admissionregistration.k8s.io/v1')) as object as {
      resources: { name: string }[];
    };
    expect(resources.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']),
    );
  });

  it('should be able to deny pod and configmap creation', async () => {
    const podRule = rule([''], ['pods'], ['CREATE']);
    await register('Validating', 'deny', [
      hook('deny-unwanted-pod-container-name-and-label', '/pods', [podRule], { timeoutSeconds: 1 }),
      denyMaps({
        namespaceSelector: {
          ...namespaceSelector,
          matchExpressions: [{ key: 'skip-webhook-admission', operator: 'NotIn', values: ['yes'] }],
        },
      }),
      hook('fail-open', '/configmaps', [rule([''], ['configmaps'], ['CREATE'])], {
        clientConfig: { url: server.url('/configmaps') },
        failurePolicy: 'Ignore',
      }),
    ]);
    const unwanted = { ...container, name: disallowed };
    await expect(
      pods.create({ metadata: { name: 'disallowed-pod', labels: bad }, spec: { containers: [unwanted] } }),
    ).rejects.toThrow('the pod contains unwanted container name; the pod contains unwanted label');
    const labels = { 'webhook-e2e-test': 'wait-forever' };
    await expect(
      pods.create({ metadata: { name: 'hanging-pod', labels }, spec: { containers: [container] } }),
    ).rejects.toThrow(/webhook.*deadline/);
    await expect(pods.get('hanging-pod')).rejects.toMatchObject({ reason: 'NotFound' });
    await expect(createMap(bad)).rejects.toThrow('the configmap contains unwanted key and value');
    const { metadata } = await createMap({ admit: 'this' });
    await expect(
      maps.updateOnConflict(metadata.name, (object) => {
        object.data = { ...(object.data as object), ...bad };
      }),
    ).rejects.toThrow('the configmap contains unwanted key and value');
    await expect(maps.patch(metadata.name, 'strategic-merge-patch', { data: bad })).rejects.toThrow(
      'the configmap contains unwanted key and value',
    );
    const exempted = await world.typed('v1', 'Namespace', 'namespaces').create({
      metadata: { generateName: 'exempted-', labels: { 'skip-webhook-admission': 'yes', [label]: 'true' } },
    });
    const elsewhere = world.typed('v1', 'ConfigMap', 'configmaps', exempted.metadata.name);
    expect(await elsewhere.create({ metadata: { name: 'disallowed' }, data: bad })).toMatchObject({ data: bad });
  });

  it('should be able to deny custom resource creation, update and deletion', async () => {
    const { plural, kind, resources } = await define(world, [{ name: 'v1' }], { scope: 'Namespaced' });
    const client = resources('v1', namespace);
    const object = { kind, metadata: { name: 'cr-instance-2' }, data: { key1: 'value1' } };
    await client.create(object);
    const rules = [rule(['mygroup.example.com'], [plural], ['CREATE', 'UPDATE', 'DELETE'])];
    await register('Validating', 'deny-custom', [
      hook('deny-unwanted-custom-resource-data', '/custom-resource', rules),
    ]);
    await expect(client.create({ kind, metadata: { name: 'cr-instance-1' }, data: bad })).rejects.toThrow(
      'the custom resource contains unwanted data',
    );
    await expect(client.patch('cr-instance-2', 'merge-patch', { data: bad })).rejects.toThrow(
      'the custom resource contains unwanted data',
    );
  });

  it('should unconditionally reject operations on fail closed webhook', async () => {
    await register('Validating', 'fail-closed', [
      hook('fail-closed', '/configmaps', [rule([''], ['configmaps'], ['CREATE'])], {
        clientConfig: { url: server.url('/configmaps') },
        failurePolicy: 'Fail',
      }),
    ]);
    await expect(createMap()).rejects.toMatchObject({ code: 500, reason: 'InternalError' });
  });

  it('should be able to deny attaching pod', async () => {
    const rules = [rule([''], ['pods/attach'], ['CONNECT'])];
    await register('Validating', 'deny-attach', [hook('deny-attaching-pod', '/always-deny', rules)]);
    await pods.create({ metadata: { name: 'to-be-attached-pod' }, spec: { containers: [container] } });
    const { kubectl } = world.plane;
    await expect(kubectl('attach', `--namespace=${namespace}`, 'to-be-attached-pod', '-i')).rejects.toThrow(
      'this webhook denies all requests',
    );
  });

  it('should not be able to mutate or prevent deletion of webhook configuration objects', async () => {
    const rules = [
      rule(
        ['admissionregistration.k8s.io'],
        ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
        ['CREATE', 'DELETE'],
        ['*'],
      ),
    ];
    const everywhere = { namespaceSelector: {} };
    await register('Validating', 'keep', [hook('deny-deletions', '/always-deny', rules, everywhere)]);
    await register('Mutating', 'change', [hook('add-label', '/mutating-data', rules, everywhere)]);
    for (const type of ['Validating', 'Mutating'] as const) {
      const { metadata } = await register(type, 'dummy', [denyMaps()]);
      expect(metadata.labels).toEqual({ ours: 'true' });
      await configurationsOf(type).delete('dummy');
      await expect(configurationsOf(type).get('dummy')).rejects.toMatchObject({ reason: 'NotFound' });
    }
  });

  it('should mutate configmap', async () => {
    await register('Mutating', 'stages', [
      mutateMaps(),
      { ...mutateMaps(), name: 'adding-configmap-data-stage-2.k8s.io' },
    ]);
    const { data } = await createMap({ 'mutation-start': 'yes' });
    expect(data).toEqual({ 'mutation-start': 'yes', 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes' });
  });

  it('should mutate pod and apply defaults after mutation', async () => {
    await register('Mutating', 'pods', [
      hook('adding-init-container', '/mutating-pods', [rule([''], ['pods'], ['CREATE'])]),
    ]);
    const mutated = await pods.create({ metadata: { name: 'to-be-mutated' }, spec: { containers: [container] } });
    expect(mutated.spec).toMatchObject({
      initContainers: [{ name: 'webhook-added-init-container', terminationMessagePolicy: 'File' }],
    });
  });

  it('should deny crd creation', async () => {
    const rules = [rule(['apiextensions.k8s.io'], ['customresourcedefinitions'], ['CREATE'], ['*'])];
    await register('Validating', 'deny-crd', [
      hook('deny-crd-with-unwanted-label', '/crd', rules, {
        namespaceSelector: {},
        objectSelector: { matchLabels: { [label]: 'true' } },
      }),
    ]);
    await expect(define(world, [{ name: 'v1' }], { labels: { [label]: 'true', ...bad } })).rejects.toThrow(
      'the crd contains unwanted label',
    );
  });

  it.each([
    ['should mutate custom resource', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, ['1', '2']],
    [
      'should mutate custom resource with pruning',
      {
        type: 'object',
        properties: {
          data: {
            type: 'object',
            properties: { 'mutation-start': { type: 'string' }, 'mutation-stage-1': { type: 'string' } },
          },
        },
      },
      ['1'],
    ],
  ])('%s', async (_title, schema, stages) => {
    const { plural, kind, resources } = await define(world, [{ name: 'v1', schema }], { scope: 'Namespaced' });
    const rules = [rule(['mygroup.example.com'], [plural], ['CREATE', 'UPDATE'])];
    await register('Mutating', 'custom', [
      hook('mutate-custom-resource-data-stage-1', '/mutating-data', rules),
      hook('mutate-custom-resource-data-stage-2', '/mutating-data', rules),
    ]);
    const object = { kind, metadata: { name: 'cr-instance-1' }, data: { 'mutation-start': 'yes' } };
    expect((await resources('v1', namespace).create(object)).data).toEqual({
      'mutation-start': 'yes',
      ...Object.fromEntries(stages.map((stage) => [`mutation-stage-${stage}`, 'yes'])),
    });
  });

  it('should mutate custom resource with different stored version', async () => {
    const stored = (name: 'v1' | 'v2') =>
      (['v1', 'v2'] as const).map((version) => ({
        name: version,
        served: true,
        storage: version === name,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      }));
    const { name, plural, kind, resources } = await define(world, [{ name: 'v1' }, { name: 'v2', storage: false }], {
      scope: 'Namespaced',
    });
    const rules = [rule(['mygroup.example.com'], [plural], ['CREATE', 'UPDATE'])];
    await register('Mutating', 'custom', [hook('mutate-custom-resource-data-stage-1', '/mutating-data', rules)]);
    const client = resources('v1', namespace);
    await client.create({ kind, metadata: { name: 'cr-instance-1' }, data: {} });
    const patch = [{ op: 'replace', path: '/spec/versions', value: stored('v2') }];
    await world
      .typed('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions')
      .patch(name, 'json-patch', patch);
    const start = { data: { 'mutation-start': 'yes' } };
    const patched = await client.patch('cr-instance-1', 'merge-patch', start);
    expect(patched.data).toEqual({ 'mutation-start': 'yes', 'mutation-stage-1': 'yes' });
  });

  it('should honor timeout', async () => {
    const slow = (failurePolicy: string, timeoutSeconds: number) =>
      hook('allow-configmap-with-delay-webhook', '/never', [rule([''], ['configmaps'], ['CREATE'])], {
        failurePolicy,
        timeoutSeconds,
      });
    await register('Validating', 'slow', [slow('Fail', 1)]);
    await expect(createMap()).rejects.toThrow(/\/never\?timeout=1s": context deadline exceeded/);
    await configurationsOf('Validating').delete('slow');
    await register('Validating', 'slow', [slow('Ignore', 1)]);
    expect(await createMap({ a: 'b' })).toMatchObject({ data: { a: 'b' } });
  });

  it('patching/updating a validating webhook should work', async () => {
    await register('Validating', 'changing', [denyMaps()]);
    await expect(createMap(bad)).rejects.toThrow('denied');
    await configurationsOf('Validating').updateOnConflict('changing', (object) => {
      const [{ rules }] = object.webhooks as [{ rules: [{ operations: string[] }] }];
      rules[0].operations = ['UPDATE'];
    });
    const { metadata } = await createMap(bad);
    await maps.delete(metadata.name);
    await configurationsOf('Validating').patch('changing', 'json-patch', [
      { op: 'replace', path: '/webhooks/0/rules/0/operations', value: ['CREATE'] },
    ]);
    await expect(createMap(bad)).rejects.toThrow('denied');
  });

  it('patching/updating a mutating webhook should work', async () => {
    await register('Mutating', 'changing', [mutateMaps()]);
    const object = await configurationsOf('Mutating').get('changing');
    const [{ rules }] = object.webhooks as [{ rules: [{ operations: string[] }] }];
    rules[0].operations = ['UPDATE'];
    await configurationsOf('Mutating').update(object);
    expect((await createMap({ 'mutation-start': 'yes' })).data).toEqual({ 'mutation-start': 'yes' });
    await configurationsOf('Mutating').patch('changing', 'json-patch', [
      { op: 'replace', path: '/webhooks/0/rules/0/operations', value: ['CREATE'] },
    ]);
    expect((await createMap({ 'mutation-start': 'yes' })).data).toMatchObject({ 'mutation-stage-1': 'yes' });
  });

  it('listing validating webhooks should work', async () => {
    for (let index = 0; index < 10; index += 1) {
      await register('Validating', `listed-${index}`, [denyMaps()], { 'e2e-list-test-uuid': 'a-b' });
    }
    const selection = { labelSelector: 'e2e-list-test-uuid=a-b' };
    expect((await configurationsOf('Validating').list(selection)).items).toHaveLength(10);
    await expect(createMap(bad)).rejects.toThrow('denied');
    await configurationsOf('Validating').deleteCollection({}, selection);
    expect(await createMap(bad)).toMatchObject({ data: bad });
  });

  it('listing mutating webhooks should work', async () => {
    for (let index = 0; index < 10; index += 1) {
      await register('Mutating', `listed-${index}`, [mutateMaps()], { 'e2e-list-test-uuid': 'a-b' });
    }
    const selection = { labelSelector: 'e2e-list-test-uuid=a-b' };
    expect((await configurationsOf('Mutating').list(selection)).items).toHaveLength(10);
    expect((await createMap({ 'mutation-start': 'yes' })).data).toMatchObject({ 'mutation-stage-1': 'yes' });
    await configurationsOf('Mutating').deleteCollection({}, selection);
    expect((await createMap({ 'mutation-start': 'yes' })).data).toEqual({ 'mutation-start': 'yes' });
  });

  const condition = (name: string, expression: string) => ({ name, expression });
  const first = condition('expression-1', "object.metadata.namespace == 'production'");
  const second = condition('expression-2', "object.metadata.namespace == 'staging'");

  describe.each(['Validating', 'Mutating'] as const)('%s', (type) => {
    const conditional = (matchConditions: object[]) => {
      const rules = [rule([''], ['configmaps'], ['CREATE'])];
      return hook('with-match-conditions', '/always-deny', rules, { matchPolicy: 'Equivalent', matchConditions });
    };

    it('should be able to create and update webhook configurations with match conditions', async () => {
      await register(type, 'conditional', [conditional([first])]);
      const read = await configurationsOf(type).get('conditional');
      expect(read.webhooks).toMatchObject([{ matchConditions: [first] }]);
      const [webhook] = read.webhooks as [object];
      await configurationsOf(type).update({ ...read, webhooks: [{ ...webhook, matchConditions: [first, second] }] });
      expect((await configurationsOf(type).get('conditional')).webhooks).toMatchObject([
        { matchConditions: [first, second] },
      ]);
    });

    it('should reject webhook configurations with invalid match conditions', async () => {
      const invalid = condition('invalid-expression-1', '... [] bad expression');
      await expect(register(type, 'conditional', [conditional([invalid])])).rejects.toThrow('compilation failed');
    });
  });

  it("should mutate everything except 'skip-me' configmaps", async () => {
    const matchConditions = [condition('skip-me', "object.metadata.name != 'skip-me'")];
    await register('Mutating', 'skipping', [mutateMaps({ matchConditions })]);
    const start = { 'mutation-start': 'yes' };
    expect((await maps.create({ metadata: { name: 'any' }, data: start })).data).toEqual({
      ...start,
      'mutation-stage-1': 'yes',
    });
    expect((await maps.create({ metadata: { name: 'skip-me' }, data: start })).data).toEqual(start);
  });
});

describe('CustomResourceConversionWebhook', () => {
  const text = { type: 'string' };
  const versions = [
    { name: 'v1', schema: { type: 'object', properties: { hostPort: text } } },
    { name: 'v2', storage: false, schema: { type: 'object', properties: { host: text, port: text } } },
  ];
  const defineConverted = () =>
    define(world, versions, {
      scope: 'Namespaced',
      group: 'stable.example.com',
      rest: {
        preserveUnknownFields: false,
        conversion: {
          strategy: 'Webhook',
          webhook: {
            clientConfig: { url: server.url('/crdconvert'), caBundle: server.caBundle },
            conversionReviewVersions: ['v1', 'v1beta1'],
          },
        },
      },
    });
  const inFirst = { hostPort: 'localhost:8080' };
  const inSecond = { host: 'localhost', port: '8080' };
  const contentOf = ({ apiVersion, kind: _kind, metadata: _metadata, ...content }: AnyObject) => [
    apiVersion.replace(/.*\//, ''),
    content,
  ];

  it('should be able to convert from CR v1 to CR v2', async () => {
    const { kind, resources } = await defineConverted();
    await resources('v1', namespace).create({ kind, metadata: { name: 'cr-instance-1', namespace }, ...inFirst });
    expect(contentOf(await resources('v2', namespace).get('cr-instance-1'))).toEqual(['v2', inSecond]);
  });

  it('should be able to convert a non homogeneous list of CRs', async () => {
    const { name, kind, resources } = await defineConverted();
    const client = resources('v1', namespace);
    await client.create({ kind, metadata: { name: 'cr-instance-1', namespace }, ...inFirst });
    await world
      .typed('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions')
      .updateOnConflict(name, ({ spec }) => {
        for (const version of (spec as { versions: { name: string; storage: boolean }[] }).versions) {
          version.storage = version.name === 'v2';
        }
      });
    await client.create({ kind, metadata: { name: 'cr-instance-2', namespace }, ...inFirst });
    for (const [version, content] of Object.entries({ v1: inFirst, v2: inSecond })) {
      const { items } = await resources(version, namespace).list();
      expect(items.map(contentOf)).toEqual([
        [version, content],
        [version, content],
      ]);
    }
  });
});
