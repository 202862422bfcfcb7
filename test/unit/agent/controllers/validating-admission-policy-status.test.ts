/** Type checks of policies, in their status. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Kind } from '../../../../agent/api/kind.ts';
import type { ValidatingAdmissionPolicy } from '../../../../agent/api/types.ts';
import { validatingAdmissionPolicyStatus } from '../../../../agent/controllers/validating-admission-policy-status/validating-admission-policy-status.ts';
import { startWorld, type World, widgets } from './world.ts';

const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
const ofDeployments = {
  operations: ['CREATE', 'UPDATE'],
  apiGroups: ['apps'],
  apiVersions: ['v1'],
  resources: ['deployments'],
};

let world: World;
beforeEach(async () => {
  world = await startWorld(() => [validatingAdmissionPolicyStatus]);
});
afterEach(() => world.close());

/** As soon as the present generation has been looked at. */
async function statusOf(name: string) {
  const events = await world.api.watch(`${path}?watch=true&fieldSelector=metadata.name=${name}`);
  for (;;) {
    const { object } = await events.event();
    const { metadata, status } = object as object as ValidatingAdmissionPolicy;
    if (status?.observedGeneration === metadata.generation) return status;
  }
}

async function checked(validations: object[], spec: object = {}) {
  await world.api.create(path, {
    metadata: { name: 'p' },
    spec: { matchConstraints: { resourceRules: [ofDeployments] }, validations, ...spec },
  });
  return statusOf('p');
}

const gears: Kind = {
  ...widgets,
  kind: 'Gear',
  plural: 'gears',
  singular: 'gear',
};

const definition = {
  metadata: { name: 'gears.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gears', singular: 'gear', kind: 'Gear', listKind: 'GearList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { size: { type: 'integer' }, port: { 'x-kubernetes-int-or-string': true } },
              },
            },
          },
        },
      },
    ],
  },
};

describe('should type check validation expressions', () => {
  it('tells no warnings where there is nothing to warn of', async () => {
    const status = await checked([{ expression: 'object.spec.replicas > 1' }]);
    expect(status).toEqual({ observedGeneration: 1, typeChecking: {} });
  });

  it('tells of each expression, in upstream words', async () => {
    const status = await checked([
      {
        expression: "object.spec.replicas > '1'",
        messageExpression: "'wants replicas > 1, got ' + object.spec.replicas",
      },
    ]);
    expect(status?.typeChecking?.expressionWarnings).toEqual([
      {
        fieldRef: 'spec.validations[0].expression',
        warning:
          "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'\n | object.spec.replicas > '1'\n | .....................^\n",
      },
      {
        fieldRef: 'spec.validations[0].messageExpression',
        warning:
          "apps/v1, Kind=Deployment: ERROR: <input>:1:28: found no matching overload for '_+_' applied to '(string, int)'\n | 'wants replicas > 1, got ' + object.spec.replicas\n | ...........................^\n",
      },
    ]);
  });
});

it.each<[string, string]>([
  ['a field that the kind does not have', 'object.spec.replica > 1'],
  ['a field of the metadata that does not exist', "object.metadata.label == 'a'"],
  ['a list that is no map', "object.spec.template.spec.containers.name == 'a'"],
  ['an object that is no text', "object.metadata.labels == 'a'"],
  ['what was there before', "oldObject.spec.replicas == 'a'"],
])('warns of %s', async (_what, expression) => {
  const status = await checked([{ expression: `${expression}` }]);
  expect(status?.typeChecking?.expressionWarnings).toHaveLength(1);
});

it.each<[string, string]>([
  [
    'a number or a text',
    "object.spec.strategy.rollingUpdate.maxSurge == '25%' || object.spec.strategy.rollingUpdate.maxSurge == 1",
  ],
  [
    'a quantity',
    "object.spec.template.spec.containers.all(c, quantity(c.resources.limits['cpu']).isLessThan(quantity('2')))",
  ],
  ['a time', "object.metadata.creationTimestamp < timestamp('2030-01-01T00:00:00Z')"],
  [
    'variables, the request, its namespace and the authorizer',
    "variables.twice > 1 && request.name != '' && namespaceObject.metadata.name != '' && authorizer.requestResource.check('get').allowed()",
  ],
  [
    'names that the language reserves',
    'object.spec.template.spec.containers.all(c, c.env.all(e, e.valueFrom.configMapKeyRef.optional))',
  ],
])('does not warn of %s', async (_what, expression) => {
  const variables = [{ name: 'twice', expression: 'object.spec.replicas * 2' }];
  expect(await checked([{ expression }], { variables })).toEqual({ observedGeneration: 1, typeChecking: {} });
});

it('checks once more when the policy changes', async () => {
  await checked([{ expression: 'object.spec.replicas > 1' }]);
  const merge = { 'content-type': 'application/merge-patch+json' };
  await world.api.request(
    'PATCH',
    `${path}/p`,
    { spec: { validations: [{ expression: 'object.spec.gone > 1' }] } },
    merge,
  );
  const status = await statusOf('p');
  expect(status?.observedGeneration).toBe(2);
  expect(status?.typeChecking?.expressionWarnings).toEqual([
    { fieldRef: 'spec.validations[0].expression', warning: expect.stringContaining("undefined field 'gone'") },
  ]);
});

it('owns the status under its own name', async () => {
  await checked([{ expression: 'true' }]);
  const policy = await world.api.get(`${path}/p`);
  expect(policy.metadata.managedFields).toContainEqual(
    expect.objectContaining({ manager: 'validatingadmissionpolicy-status', operation: 'Apply', subresource: 'status' }),
  );
});

describe('should type check a CRD', () => {
  it('tells what its schema says', async () => {
    await world.api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
    world.kinds.register(gears);
    const rule = { ...ofDeployments, apiGroups: ['example.com'], resources: ['gears'] };
    const status = await checked(
      [
        { expression: "object.spec.size > 1 && object.spec.port == 'a'" },
        { expression: "object.spec.size == 'a'" },
        { expression: 'object.spec.colour == 1' },
      ],
      { matchConstraints: { resourceRules: [rule] } },
    );
    expect(status?.typeChecking?.expressionWarnings).toEqual([
      {
        fieldRef: 'spec.validations[1].expression',
        warning: expect.stringContaining(
          "example.com/v1, Kind=Gear: ERROR: <input>:1:18: found no matching overload for '_==_' applied to '(int, string)'",
        ),
      },
      { fieldRef: 'spec.validations[2].expression', warning: expect.stringContaining("undefined field 'colour'") },
    ]);
  });

  it('that gives parameters', async () => {
    await world.api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
    world.kinds.register(gears);
    const status = await checked([{ expression: 'object.spec.replicas < params.spec.most' }], {
      paramKind: { apiVersion: 'example.com/v1', kind: 'Gear' },
    });
    expect(status?.typeChecking?.expressionWarnings).toEqual([
      { fieldRef: 'spec.validations[0].expression', warning: expect.stringContaining("undefined field 'most'") },
    ]);
  });
});

it('leaves alone a policy about kinds that nobody can tell', async () => {
  const anything = { ...ofDeployments, apiGroups: ['*'], resources: ['*'] };
  const status = await checked([{ expression: 'object.whatever > 1' }], {
    matchConstraints: { resourceRules: [anything] },
  });
  expect(status).toEqual({ observedGeneration: 1, typeChecking: {} });
});
