import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../../../../agent/log.ts';
import { configMap, inDefault, startApi, type TestApi } from '../api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const group = '/apis/admissionregistration.k8s.io/v1';
const configMaps = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };

async function policy(spec: object, binding: object = {}): Promise<void> {
  await api.create(`${group}/validatingadmissionpolicies`, {
    metadata: { name: 'p' },
    spec: { matchConstraints: { resourceRules: [configMaps] }, ...spec },
  });
  await api.create(`${group}/validatingadmissionpolicybindings`, {
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'], ...binding },
  });
}

const told = async (map: object) => {
  const { status, body } = await api.request('POST', `${inDefault('configmaps')}?dryRun=All`, map);
  return status < 300 ? 'accepted' : `${status} ${(body as { message: string }).message}`;
};
const denied = `configmaps "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request:`;
const large = { expression: 'object.data.size() < 2', message: 'too large' };

/** What a user is told who creates the map, and may do nothing else. */
async function toldTo(username: string, map: object) {
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create'] }];
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await api.create(`${rbac}/clusterroles`, { metadata: { name: 'creator' }, rules });
  await api.create(`${rbac}/clusterrolebindings`, {
    metadata: { name: 'creator' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'creator' },
    subjects: [{ kind: 'User', name: username, apiGroup: 'rbac.authorization.k8s.io' }],
  });
  const transport = api.server.transport({ username, groups: ['system:authenticated'] });
  const path = `${inDefault('configmaps')}?dryRun=All`;
  const { status, body } = await transport.request({ method: 'POST', path, body: map });
  return status < 300 ? 'accepted' : (body as { message: string }).message;
}

const account = "authorizer.serviceAccount('default', 'robot')";

describe('a policy that asks who may do what', () => {
  it.each<[string, string, boolean]>([
    ['of the request itself', "authorizer.requestResource.check('create').allowed()", true],
    ['of another verb', "authorizer.requestResource.check('delete').allowed()", false],
    [
      'of another resource',
      "authorizer.group('apps').resource('deployments').subresource('scale').namespace('default').name('web').check('get').allowed()",
      false,
    ],
    [
      'of the same resource elsewhere',
      "authorizer.group('').resource('configmaps').namespace('x').check('create').allowed()",
      true,
    ],
    [
      'with selectors',
      "authorizer.group('').resource('configmaps').fieldSelector('metadata.name=a').labelSelector('a=b').check('create').allowed()",
      true,
    ],
    ['of a path that everybody may read', "authorizer.path('/healthz').check('get').allowed()", true],
    ['of another path', "authorizer.path('/logs').check('get').allowed()", false],
    ['of an account', `${account}.group('').resource('configmaps').check('create').allowed()`, false],
    ['whose answer gives its reason', "authorizer.requestResource.check('create').reason().contains('creator')", true],
    [
      'whose answer has no error',
      "authorizer.requestResource.check('delete').errored() || authorizer.path('/x').check('get').error() != ''",
      false,
    ],
  ])('is told %s', async (_what, expression, expected) => {
    await policy({ validations: [{ expression, message: 'may not' }] });
    expect(await toldTo('ann', configMap('a'))).toBe(expected ? 'accepted' : `${denied} may not`);
  });

  it.each([
    ["authorizer.path(' ').check('get').allowed()", 'path must not be empty'],
    ["authorizer.group('').resource('').check('get').allowed()", 'resource must not be empty'],
    ["authorizer.serviceAccount('a', 'B!').path('/').check('get').allowed()", 'Invalid service account name'],
    ["authorizer.serviceAccount('a.b', 'b').path('/').check('get').allowed()", 'Invalid service account namespace'],
    [
      "[1, 2, 3].all(x, authorizer.path('/healthz').check('get').allowed())",
      'operation cancelled: actual cost limit exceeded',
    ],
  ])('fails with %s', async (expression, problem) => {
    await policy({ validations: [{ expression }] });
    expect(await told(configMap('a'))).toBe(`422 ${denied} expression '${expression}' resulted in error: ${problem}`);
  });

  it('may ask in its conditions and variables, and a webhook in its conditions', async () => {
    await policy({
      matchConditions: [{ name: 'may', expression: "authorizer.requestResource.check('update').allowed()" }],
      variables: [{ name: 'may', expression: "authorizer.requestResource.check('delete').allowed()" }],
      validations: [{ expression: '!variables.may', message: 'may too much' }],
    });
    expect(await told(configMap('a'))).toBe(`422 ${denied} may too much`);
    expect(await toldTo('ann', configMap('a'))).toBe('accepted');
  });

  it('may not ask in its messages', async () => {
    const { status, body } = await api.request('POST', `${group}/validatingadmissionpolicies`, {
      metadata: { name: 'p' },
      spec: {
        matchConstraints: { resourceRules: [configMaps] },
        validations: [{ expression: 'true', messageExpression: "authorizer.path('/x').check('get').reason()" }],
      },
    });
    expect([status, (body as { message: string }).message]).toEqual([
      422,
      expect.stringContaining(
        "spec.validations[0].messageExpression: Invalid value: \"authorizer.path('/x').check('get').reason()\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'authorizer' (in container '')",
      ),
    ]);
  });
});

describe('a policy', () => {
  it.each<[string, object, string]>([
    ['refuses what its expression denies', { validations: [large] }, `422 ${denied} too large`],
    ['gives its reason', { validations: [{ ...large, reason: 'Forbidden' }] }, `403 ${denied} too large`],
    [
      'says what its message expression does',
      { validations: [{ ...large, messageExpression: "'of ' + request.userInfo.username" }] },
      `422 ${denied} of admin`,
    ],
    [
      'uses variables',
      {
        variables: [{ name: 'count', expression: 'object.data.size()' }],
        validations: [{ expression: 'variables.count < 2' }],
      },
      `422 ${denied} failed expression: variables.count < 2`,
    ],
    [
      'evaluates no variable that is not reached',
      {
        variables: [{ name: 'bad', expression: 'object.none.x' }],
        validations: [{ expression: "!has(object.data.x) || object.data.x == '1' || variables.bad" }],
      },
      'accepted',
    ],
    [
      'whose variable fails says which',
      {
        variables: [{ name: 'bad', expression: 'object.none.x' }],
        validations: [{ expression: 'variables.bad == 1' }],
      },
      `422 ${denied} expression 'variables.bad == 1' resulted in error: composited variable "bad" fails to evaluate: no such key: none`,
    ],
    [
      'tells its own message where the expression for it fails',
      { validations: [{ ...large, messageExpression: 'string(object.none.x)' }] },
      `422 ${denied} too large`,
    ],
    [
      'tells its own message where the expression gives more than a line, or nothing',
      { validations: [{ ...large, messageExpression: "'a\\nb'" }] },
      `422 ${denied} too large`,
    ],
    [
      'whose audit annotation fails refuses',
      { auditAnnotations: [{ key: 'x', valueExpression: 'object.none.x' + " == 1 ? 'a' : 'b'" }] },
      `422 ${denied} expression 'object.none.x == 1 ? 'a' : 'b'' resulted in error: no such key: none`,
    ],
    [
      'whose audit annotation fails and is to be ignored does not',
      { failurePolicy: 'Ignore', auditAnnotations: [{ key: 'x', valueExpression: 'string(object.none.x)' }] },
      'accepted',
    ],
    [
      'sees the namespace',
      { validations: [{ expression: "namespaceObject.metadata.name != 'default'", message: 'not here' }] },
      `422 ${denied} not here`,
    ],
    [
      'is asked only where its conditions hold',
      { validations: [large], matchConditions: [{ name: 'other', expression: "request.name == 'b'" }] },
      'accepted',
    ],
    [
      'that fails refuses',
      { validations: [{ expression: 'object.spec.x > 1' }] },
      `422 ${denied} expression 'object.spec.x > 1' resulted in error: no such key: spec`,
    ],
    [
      'that fails and is to be ignored does not',
      { failurePolicy: 'Ignore', validations: [{ expression: 'object.spec.x > 1' }] },
      'accepted',
    ],
  ])('%s', async (_title, spec, expected) => {
    await policy(spec);
    expect(await told(configMap('a', { x: '1', y: '2' }))).toBe(expected);
  });

  it('only warns where its binding says so', async () => {
    await policy({ validations: [large] }, { validationActions: ['Warn'] });
    const { status, headers } = await api.request('POST', inDefault('configmaps'), configMap('a', { x: '1', y: '2' }));
    const text = `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': too large"`;
    expect([status, headers.warning]).toEqual([201, text]);
  });

  it('reads the parameters of its binding', async () => {
    await api.create(inDefault('configmaps'), configMap('limit', { most: '1' }));
    await policy(
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        validations: [{ expression: 'object.data.size() <= int(params.data.most)', message: 'too many' }],
      },
      { paramRef: { name: 'limit', parameterNotFoundAction: 'Deny' } },
    );
    expect(await told(configMap('a', { x: '1', y: '2' }))).toBe(`422 ${denied} too many`);
    expect(await told(configMap('a', { x: '1' }))).toBe('accepted');
  });

  it('refuses where its parameters are missing and must not be', async () => {
    await policy(
      { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'true' }] },
      { paramRef: { name: 'gone', parameterNotFoundAction: 'Deny' } },
    );
    expect(await told(configMap('a'))).toBe(
      `422 ${denied} failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
    );
  });
});

describe('an expression that does not compile', () => {
  const problemOf = async (spec: object) => {
    const { status, body } = await api.request('POST', `${group}/validatingadmissionpolicies`, {
      metadata: { name: 'p' },
      spec: { matchConstraints: { resourceRules: [configMaps] }, ...spec },
    });
    return `${status} ${(body as { message: string }).message}`;
  };
  const ok = { expression: 'true' };

  it.each<[string, object, string]>([
    [
      'of a validation',
      { validations: [{ expression: 'object.x +' }] },
      'spec.validations[0].expression: Invalid value: "object.x +": compilation failed: ERROR: <input>:1:11: Syntax error: mismatched input',
    ],
    [
      'of a validation that is no boolean',
      { validations: [{ expression: '1' }] },
      'spec.validations[0].expression: Invalid value: "1": must evaluate to bool but got int',
    ],
    [
      'of a message',
      { validations: [{ ...ok, messageExpression: 'true' }] },
      'spec.validations[0].messageExpression: Invalid value: "true": must evaluate to string but got bool',
    ],
    [
      'of a variable',
      { variables: [{ name: 'a', expression: 'x' }], validations: [ok] },
      `spec.variables[0].expression: Invalid value: "x": compilation failed: ERROR: <input>:1:1: undeclared reference to 'x' (in container '')`,
    ],
    [
      'of an audit annotation',
      { auditAnnotations: [{ key: 'a', valueExpression: '1' }] },
      'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int',
    ],
    [
      'that names a variable declared later',
      {
        variables: [
          { name: 'a', expression: 'variables.b' },
          { name: 'b', expression: '1' },
        ],
        validations: [ok],
      },
      "undefined field 'b'",
    ],
    [
      'that names what a namespace has not',
      { validations: [{ expression: "namespaceObject.metadata.owner == ''" }] },
      "undefined field 'owner'",
    ],
  ])('%s is refused when it is written', async (_what, spec, problem) => {
    expect(await problemOf(spec)).toContain(problem);
  });
});

describe('what a policy tells the audit', () => {
  it('is recorded: its annotations, and failures where the binding says so', async () => {
    const lines: string[] = [];
    await api.close();
    api = await startApi({ log: createLogger('apiserver', (line) => lines.push(line)) });
    await policy(
      {
        validations: [large],
        auditAnnotations: [
          { key: 'size', valueExpression: "'has ' + string(object.data.size())" },
          { key: 'nothing', valueExpression: 'null' },
        ],
      },
      { validationActions: ['Audit'] },
    );
    expect(await told(configMap('a', { x: '1', y: '2' }))).toBe('accepted');
    const failure = JSON.stringify([
      { message: 'too large', policy: 'p', binding: 'b', expressionIndex: 0, validationActions: ['Audit'] },
    ]);
    const annotations = { 'p/size': 'has 2', 'validation.policy.admission.k8s.io/validation_failure': failure };
    expect(lines.filter((line) => line.includes('Audit annotations'))).toEqual([
      expect.stringContaining(`annotations=${JSON.stringify(annotations)}`),
    ]);
  });
});
