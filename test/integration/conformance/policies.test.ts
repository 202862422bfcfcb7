/**
 * What upstream asks of admission policies, in the words of its own tests.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/apimachinery/validatingadmissionpolicy.go and
 * mutatingadmissionpolicy.go beside it
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject, ValidatingAdmissionPolicy } from '../../../agent/api/types.ts';
import { type Conformance, nameOf, startConformance } from './conformance.ts';
import { define, group } from './definitions.ts';
import type { ResourceClient } from './go-client.ts';

let world: Conformance;
let namespace: string;
let deployments: ResourceClient;
let replicaSets: ResourceClient;

beforeAll(async () => {
  world = await startConformance();
});
afterAll(() => world.close());
beforeEach(async () => {
  namespace = await world.namespace('admission-policy');
  deployments = world.typed('apps/v1', 'Deployment', 'deployments', namespace);
  replicaSets = world.typed('apps/v1', 'ReplicaSet', 'replicasets', namespace);
});

const registration = 'admissionregistration.k8s.io/v1';
const policies = (type: 'Validating' | 'Mutating') =>
  world.typed(registration, `${type}AdmissionPolicy`, `${type.toLowerCase()}admissionpolicies`);
const bindings = (type: 'Validating' | 'Mutating') =>
  world.typed(registration, `${type}AdmissionPolicyBinding`, `${type.toLowerCase()}admissionpolicybindings`);
const everything = { labelSelector: 'test=policies' };
afterEach(async () => {
  for (const type of ['Validating', 'Mutating'] as const) {
    await policies(type).deleteCollection({}, everything);
    await bindings(type).deleteCollection({}, everything);
  }
});

const labels = { test: 'policies' };
const namespaceSelector = () => ({ matchLabels: { 'kubernetes.io/metadata.name': namespace } });
const matching = (apiGroup: string, version: string, resource: string) => ({
  namespaceSelector: namespaceSelector(),
  resourceRules: [
    { operations: ['CREATE', 'UPDATE'], apiGroups: [apiGroup], apiVersions: [version], resources: [resource] },
  ],
});

const create = (type: 'Validating' | 'Mutating', name: string, spec: object) =>
  policies(type).create({
    metadata: { name: `${namespace}.${name}.example.com`, labels },
    spec: { matchConstraints: matching('apps', 'v1', 'deployments'), ...spec },
  });
const bind = (type: 'Validating' | 'Mutating', policy: AnyObject) =>
  bindings(type).create({
    metadata: { name: `${namespace}.binding.example.com`, labels },
    spec: {
      policyName: nameOf(policy),
      matchResources: { namespaceSelector: namespaceSelector() },
      ...(type === 'Validating' ? { validationActions: ['Deny'] } : {}),
    },
  });

const workload = (name: string, replicas: number) => ({
  metadata: { name, labels: { app: 'nginx' } },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'nginx' } },
    template: {
      metadata: { labels: { app: 'nginx' } },
      spec: { containers: [{ name: 'nginx', image: 'nginx:latest' }] },
    },
  },
});

/** What the type check tells, once it is done. */
async function typeChecking(policy: AnyObject) {
  const watch = await policies('Validating').watch({ fieldSelector: `metadata.name=${nameOf(policy)}` });
  const statusOf = (object: unknown) => (object as ValidatingAdmissionPolicy).status?.typeChecking;
  const { object } = await watch.until((event) => statusOf(event.object) !== undefined);
  watch.stop();
  return statusOf(object)?.expressionWarnings ?? [];
}

describe('ValidatingAdmissionPolicy', () => {
  it('should validate against a Deployment', async () => {
    const messageExpression = "'wants replicas > 1, got ' + object.spec.replicas";
    const validations = [{ expression: 'object.spec.replicas > 1', messageExpression }];
    await bind('Validating', await create('Validating', 'policy', { validations }));
    await expect(deployments.create(workload('marker-deployment', 1))).rejects.toMatchObject({ reason: 'Invalid' });
    await deployments.create(workload('replicated', 2));
    await replicaSets.create(workload('non-replicated', 1));
  });

  it('should type check validation expressions', async () => {
    const sound = [{ expression: 'object.spec.replicas > 1' }];
    expect(await typeChecking(await create('Validating', 'correct-policy', { validations: sound }))).toEqual([]);
    const confused = [
      {
        expression: "object.spec.replicas > '1'",
        messageExpression: "'wants replicas > 1, got ' + object.spec.replicas",
      },
    ];
    expect(await typeChecking(await create('Validating', 'confused-policy', { validations: confused }))).toEqual([
      {
        fieldRef: 'spec.validations[0].expression',
        warning: expect.stringContaining("found no matching overload for '_>_' applied to '(int, string)'"),
      },
      {
        fieldRef: 'spec.validations[0].messageExpression',
        warning: expect.stringContaining("found no matching overload for '_+_' applied to '(string, int)'"),
      },
    ]);
  });

  it('should allow expressions to refer variables.', async () => {
    const policy = await create('Validating', 'policy', {
      variables: [
        { name: 'replicas', expression: 'object.spec.replicas' },
        { name: 'oddReplicas', expression: 'variables.replicas % 2 == 1' },
      ],
      validations: [{ expression: 'variables.replicas > 1' }, { expression: 'variables.oddReplicas' }],
    });
    await bind('Validating', policy);
    await expect(deployments.create(workload('marker-deployment', 1))).rejects.toMatchObject({ reason: 'Invalid' });
    await expect(deployments.create(workload('even', 2))).rejects.toThrow('failed expression: variables.oddReplicas');
    await deployments.create(workload('replicated', 3));
    await replicaSets.create(workload('non-replicated', 1));
  });

  it('should type check a CRD', async () => {
    const schema = {
      type: 'object',
      properties: { spec: { type: 'object', properties: { content: { type: 'string' } } } },
    };
    const { plural } = await define(world, [{ name: 'v1', schema }], { scope: 'Namespaced' });
    const matchConstraints = matching(group, 'v1', plural);
    const check = async (name: string, expression: string) =>
      typeChecking(await create('Validating', name, { matchConstraints, validations: [{ expression }] }));
    expect(await check('sound', "object.spec.content.startsWith('a')")).toEqual([]);
    expect(await check('confused', 'object.spec.content > 1')).toEqual([
      {
        fieldRef: 'spec.validations[0].expression',
        warning: expect.stringContaining("found no matching overload for '_>_' applied to '(string, int)'"),
      },
    ]);
  });
});

describe('MutatingAdmissionPolicy', () => {
  it('should mutate a Deployment', async () => {
    const expression = `
      Object{
        metadata: Object.metadata{
          annotations: {
            "mutated-by": "admission-policy"
          }
        }
      }`;
    const policy = await create('Mutating', 'policy', {
      reinvocationPolicy: 'Never',
      mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
    });
    await bind('Mutating', policy);
    const { metadata } = await deployments.create(workload('test-deployment', 2));
    expect(metadata.annotations).toMatchObject({ 'mutated-by': 'admission-policy' });
  });
});
