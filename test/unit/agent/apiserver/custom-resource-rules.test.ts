/** `x-kubernetes-validations`, as upstream's conformance suite ("CustomResourceValidationRules") asks for them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definitions } from '../api/schema/definitions.ts';
import { startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi({ definitions });
});
afterEach(() => api.close());

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const things = '/apis/example.com/v1/things';

const definition = (spec: object, root: object = {}) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Cluster',
    names: { plural: 'things', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec }, ...root } },
      },
    ],
  },
});

const rules = (...all: object[]) => ({ 'x-kubernetes-validations': all });
const objectWith = (properties: object, ...all: object[]) => ({ type: 'object', properties, ...rules(...all) });
const number = { type: 'integer' };
const text = { type: 'string', maxLength: 10 };

/** Resolves once it is established. */
async function define(spec: object, root: object = {}): Promise<void> {
  await api.create(crds, definition(spec, root));
  const watch = await api.watch(`${crds}?watch=1`);
  for (;;) {
    const { object } = await watch.event();
    const { conditions = [] } =
      (object as { status?: { conditions?: { type: string; status: string }[] } }).status ?? {};
    if (conditions.some(({ type, status }) => type === 'Established' && status === 'True')) return;
  }
}

const thing = (spec: object, name = 'a') => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name },
  spec,
});

/** The same with the revision of the object that it is to replace. */
async function replacing(object: ReturnType<typeof thing>) {
  const { resourceVersion } = (await api.get(`${things}/${object.metadata.name}`)).metadata;
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}

/** What is said of the object beside its kind and name; 'accepted' where nothing is. */
async function told(spec: object): Promise<string> {
  const { status, body } = await api.request('POST', `${things}?dryRun=All`, thing(spec));
  const { message } = body as { message?: string };
  return status < 300 ? 'accepted' : `${status} ${message?.replace('Thing.example.com "a" is invalid: ', '')}`;
}

describe('a rule', () => {
  it('accepts what it is true of, and refuses the rest in its words', async () => {
    await define(
      objectWith({ x: number, y: number }, { rule: 'self.x + self.y > 0', message: 'sum must be positive' }),
    );
    expect(await told({ x: 1, y: 1 })).toBe('accepted');
    expect(await told({ x: 1, y: -1 })).toBe('422 spec: Invalid value: sum must be positive');
  });

  it.each<[string, object, object, string]>([
    [
      'says itself where it has no message',
      { rule: 'self.x > 0' },
      { x: 0 },
      '422 spec: Invalid value: failed rule: self.x > 0',
    ],
    [
      'says what its message expression does',
      { rule: 'self.x > 0', message: 'no', messageExpression: '"x is " + string(self.x)' },
      { x: -5 },
      '422 spec: Invalid value: x is -5',
    ],
    [
      'says its message where the expression says nothing',
      { rule: 'self.x > 0', message: 'no', messageExpression: '"  "' },
      { x: -5 },
      '422 spec: Invalid value: no',
    ],
    [
      'names the field of its path, and its reason',
      { rule: 'self.x > 0', message: 'no', fieldPath: '.x', reason: 'FieldValueForbidden' },
      { x: 0 },
      '422 spec.x: Forbidden: no',
    ],
    [
      'names what is required',
      { rule: 'has(self.y)', message: 'y!', reason: 'FieldValueRequired' },
      { x: 1 },
      '422 spec: Required value: y!',
    ],
    [
      'that fails is an error as well',
      { rule: 'self.y > 0' },
      { x: 1 },
      '422 spec: Invalid value: "object": no such key: y evaluating rule: self.y > 0',
    ],
    [
      'of a dynamic value has its types asked when it runs',
      { rule: 'self.port > 0', message: 'a port' },
      { port: 'http' },
      `422 spec: Invalid value: "object": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: a port`,
    ],
  ])('%s', async (_title, rule, spec, expected) => {
    await define(objectWith({ x: number, y: number, port: { 'x-kubernetes-int-or-string': true } }, rule));
    expect(await told(spec)).toBe(expected);
  });

  it('is about each item of a list and each value of a map', async () => {
    const even = { type: 'integer', ...rules({ rule: 'self % 2 == 0', message: 'must be even' }) };
    await define(
      objectWith({
        list: { type: 'array', maxItems: 10, items: even },
        map: { type: 'object', maxProperties: 10, additionalProperties: even },
      }),
    );
    expect(await told({ list: [2, 4], map: { a: 2 } })).toBe('accepted');
    expect(await told({ list: [2, 3] })).toBe('422 spec.list[1]: Invalid value: 3: must be even');
    expect(await told({ map: { a: 1 } })).toBe('422 spec.map[a]: Invalid value: 1: must be even');
  });

  it('sees the name of the object at its root, and no more of its metadata', async () => {
    await define({ type: 'object' }, rules({ rule: "self.metadata.name.startsWith('a') && self.kind == 'Thing'" }));
    expect(await told({})).toBe('accepted');
    expect(await api.refused('POST', things, thing({}, 'b'))).toMatchObject({
      message:
        "Thing.example.com \"b\" is invalid: <nil>: Invalid value: failed rule: self.metadata.name.startsWith('a') && self.kind == 'Thing'",
    });
    const labels = rules({ rule: 'has(self.metadata.labels)' });
    const { message } = await api.refused('POST', crds, {
      ...definition({ type: 'object' }, labels),
      metadata: { name: 'things.example.com' },
    });
    expect(message).toContain("undefined field 'labels'");
  });

  it('reads values as their formats and names say', async () => {
    await define(
      objectWith(
        {
          at: { type: 'string', format: 'date-time' },
          for: { type: 'string', format: 'duration' },
          'a.b-c/d': number,
          namespace: text,
        },
        { rule: "!has(self.at) || self.at > timestamp('2024-01-01T00:00:00Z')", message: 'too early' },
        { rule: "!has(self.__for__) || self.__for__ < duration('1h')", message: 'too long' },
        { rule: '!has(self.a__dot__b__dash__c__slash__d) || self.a__dot__b__dash__c__slash__d < 5', message: 'large' },
        { rule: "!has(self.__namespace__) || self.__namespace__ != 'x'", message: 'x' },
      ),
    );
    expect(await told({ at: '2025-01-01T00:00:00Z', for: '5m', 'a.b-c/d': 1, namespace: 'y' })).toBe('accepted');
    expect(await told({ at: '2023-01-01T00:00:00Z' })).toBe('422 spec: Invalid value: too early');
    expect(await told({ for: '2h' })).toBe('422 spec: Invalid value: too long');
    expect(await told({ 'a.b-c/d': 7 })).toBe('422 spec: Invalid value: large');
    expect(await told({ namespace: 'x' })).toBe('422 spec: Invalid value: x');
  });

  it('is not asked of an object whose schema it may not rely on', async () => {
    await define(objectWith({ x: number, name: text }, { rule: 'self.x > 0', message: 'no' }));
    expect(await told({ x: 'one' })).toBe(
      '422 [spec.x: Invalid value: "string": spec.x in body must be of type integer: "string", <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]',
    );
  });

  it('that costs too much for one object ends them all', async () => {
    const list = { type: 'array', items: number, maxItems: 1000 };
    await define(
      objectWith({ a: list, b: list }, { rule: 'self.a.all(x, self.b.all(y, x + y >= 0))', message: 'sums' }),
    );
    const many = Array.from({ length: 1000 }, (_each, index) => index);
    expect(await told({ a: [1], b: many })).toBe('accepted');
    expect(await told({ a: many, b: many })).toBe(
      `422 spec: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: sums`,
    );
  });
});

describe('a transition rule', () => {
  const put = async (spec: object) => {
    const { status, body } = await api.request('PUT', `${things}/a`, await replacing(thing(spec)));
    return status < 300 ? 'accepted' : `${status} ${(body as { message: string }).message}`;
  };

  it('is asked on update alone', async () => {
    await define(objectWith({ x: { type: 'integer', ...rules({ rule: 'self >= oldSelf', message: 'only up' }) } }));
    await api.create(things, thing({ x: 5 }));
    expect(await put({ x: 6 })).toBe('accepted');
    expect(await put({ x: 4 })).toBe('422 Thing.example.com "a" is invalid: spec.x: Invalid value: 4: only up');
  });

  it('with an optional old value is asked on creation too', async () => {
    const rule = { rule: 'oldSelf.hasValue() || self == 1', message: 'begins at 1', optionalOldSelf: true };
    await define(objectWith({ x: { type: 'integer', ...rules(rule) } }));
    expect(await told({ x: 2 })).toBe('422 spec.x: Invalid value: 2: begins at 1');
    await api.create(things, thing({ x: 1 }));
    expect(await put({ x: 2 })).toBe('accepted');
  });

  it('finds the old items of a list by their keys', async () => {
    const item = objectWith({ name: text, x: number }, { rule: 'self.x >= oldSelf.x', message: 'only up' });
    const list = {
      type: 'array',
      maxItems: 10,
      items: { ...item, required: ['name'] },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    };
    await define(objectWith({ list }));
    await api.create(
      things,
      thing({
        list: [
          { name: 'a', x: 1 },
          { name: 'b', x: 5 },
        ],
      }),
    );
    expect(
      await put({
        list: [
          { name: 'b', x: 6 },
          { name: 'a', x: 1 },
        ],
      }),
    ).toBe('accepted');
    expect(await put({ list: [{ name: 'b', x: 2 }] })).toContain('spec.list[0]: Invalid value: only up');
  });
});

describe('what has not changed', () => {
  /** An object that was right, and is no longer. */
  async function outdated(loose: object, strict: object) {
    await define(loose);
    await api.create(things, thing({ x: 1, y: 1 }));
    const found = await api.get(`${crds}/things.example.com`);
    const body = { ...definition(strict), metadata: found.metadata };
    expect(await api.request('PUT', `${crds}/things.example.com`, body)).toMatchObject({ status: 200 });
  }

  it('is not judged again by a rule, but warned of', async () => {
    const strict = { type: 'integer', ...rules({ rule: 'self > 1', message: 'too small' }) };
    await outdated(objectWith({ x: number, y: number }), objectWith({ x: strict, y: strict }));
    const { status, headers } = await api.request('PUT', `${things}/a`, await replacing(thing({ x: 1, y: 5 })));
    expect([status, headers.warning]).toEqual([200, '299 - "spec.x: Invalid value: 1: too small"']);
    expect(await api.refused('PUT', `${things}/a`, await replacing(thing({ x: 0, y: 5 })))).toMatchObject({
      message: 'Thing.example.com "a" is invalid: spec.x: Invalid value: 0: too small',
    });
  });

  it('is not judged again by the schema', async () => {
    await outdated(objectWith({ x: number, y: number }), objectWith({ x: { ...number, minimum: 5 }, y: number }));
    expect(await api.request('PUT', `${things}/a`, await replacing(thing({ x: 1, y: 7 })))).toMatchObject({
      status: 200,
    });
    expect(await api.refused('PUT', `${things}/a`, await replacing(thing({ x: 2, y: 7 })))).toMatchObject({
      message:
        'Thing.example.com "a" is invalid: spec.x: Invalid value: 2: spec.x in body should be greater than or equal to 5',
    });
  });
});

describe('a definition', () => {
  const path = 'spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0]';
  const refusal = async (spec: object) => {
    const { message = '' } = await api.refused('POST', crds, definition(spec));
    return message.replace('CustomResourceDefinition.apiextensions.k8s.io "things.example.com" is invalid: ', '');
  };

  it.each<[string, object, string]>([
    [
      'with a rule of an unknown field',
      { rule: 'self.z > 0' },
      `${path}.rule: Invalid value: {"Rule":"self.z \\u003e 0","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: compilation failed: ERROR: <input>:1:5: undefined field 'z'\n | self.z > 0\n | ....^`,
    ],
    [
      'with a rule that is no expression',
      { rule: 'self.x >' },
      `${path}.rule: Invalid value: {"Rule":"self.x \\u003e","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: compilation failed: ERROR: <input>:1:9: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | self.x >\n | ........^`,
    ],
    [
      'with a rule that is neither true nor false',
      { rule: 'self.x' },
      `${path}.rule: Invalid value: {"Rule":"self.x","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: cel expression must evaluate to a bool`,
    ],
    ['with a blank rule', { rule: ' ' }, `${path}.rule: Required value: rule is not specified`],
    [
      'with a message of two lines',
      { rule: 'true', message: 'a\nb' },
      `${path}.message: Invalid value: "a\\nb": must not contain line breaks`,
    ],
    [
      'with an unknown reason',
      { rule: 'true', reason: 'Because' },
      `${path}.reason: Unsupported value: "Because": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"`,
    ],
    [
      'with a path that leads nowhere',
      { rule: 'true', fieldPath: '.z' },
      `${path}.fieldPath: Invalid value: ".z": must be a valid path`,
    ],
    [
      'with an optional old value that no rule uses',
      { rule: 'true', optionalOldSelf: true },
      `${path}.optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`,
    ],
    [
      'with a rule that may cost too much',
      { rule: 'self.list.all(a, self.list.all(b, a == b))' },
      `${path}.rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`,
    ],
  ])('%s is refused', async (_title, rule, expected) => {
    const list = { type: 'array', items: { type: 'string' } };
    expect(await refusal(objectWith({ x: number, list }, rule))).toContain(expected);
  });

  it('may not compare items of a list with old ones that it cannot find', async () => {
    const items = { type: 'integer', ...rules({ rule: 'self >= oldSelf' }) };
    const within = 'spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[list]';
    expect(await refusal(objectWith({ list: { type: 'array', maxItems: 5, items } }))).toBe(
      `${within}.items.x-kubernetes-validations[0].rule: Invalid value: "self >= oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${within}`,
    );
  });

  it('may match the names of a map by a pattern, as the definition of Gateway does', async () => {
    const labels = { type: 'object', maxProperties: 16, additionalProperties: text };
    const rule = "self.labels.all(key, key.matches('^[a-z]+$'))";
    await define(objectWith({ labels }, { rule, message: 'small letters alone' }));
    expect(await told({ labels: { A: 'b' } })).toBe('422 spec: Invalid value: small letters alone');
  });

  it('says how large lists may be, and then may have the same rule', async () => {
    const list = { type: 'array', maxItems: 100, items: text };
    await define(objectWith({ list }, { rule: 'self.list.all(a, self.list.all(b, a == b))', message: 'all the same' }));
    expect(await told({ list: ['a', 'b'] })).toBe('422 spec: Invalid value: all the same');
  });
});
