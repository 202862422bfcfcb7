/**
 * Makes a decoded body conform to a definition as upstream's JSON decoder does: unknown fields go, and nulls but those
 * of times; quantities become canonical, a value of the wrong type is refused in the decoder's words.
 * https://github.com/kubernetes-sigs/json and
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation
 */

import { ApiError } from '../errors.ts';
import { isObject } from '../json/value.ts';
import { formatQuantity, quantityProblem, tryParseQuantity } from '../quantity.ts';
import {
  type Definitions,
  intOrStringDefinition,
  microTimeDefinition,
  quantityDefinition,
  resolve,
  type Schema,
  timeDefinition,
} from './schema.ts';

/** Why a value is none of its type, in the decoder's words. */
export class Mismatch extends Error {}

/** A body that is no object of its kind. */
export class Undecodable extends ApiError {
  /** What is wrong, in the decoder's words. */
  readonly detail: string;

  constructor(kind: string, version: string, detail: string) {
    super(400, 'BadRequest', `${kind} in version "${version}" cannot be handled as a ${kind}: ${detail}`);
    this.detail = detail;
  }
}

/** Where a walk over an object is. Most objects have nothing wrong: the texts are made when somebody asks for them. */
class Place {
  /** The definition of the struct that holds the field. */
  struct: string;
  /** Fields, keys of maps and indices. */
  readonly steps: (string | number)[] = [];
  /** Of the steps, the fields. */
  readonly names: string[] = [];

  constructor(struct: string) {
    this.struct = struct;
  }

  /** As the decoder names it: `spec.ports.port`. */
  get fields(): string {
    return this.names.join('.');
  }

  /** As unknown fields are named: `spec.ports[0].port`. */
  get path(): string {
    return this.steps.reduce<string>(
      (path, step) => (typeof step === 'number' ? `${path}[${step}]` : path ? `${path}.${step}` : step),
      '',
    );
  }
}

/** Empty lists and maps are left out when Go encodes an object (`omitempty`); empty structs are not. */
const isEmpty = (value: unknown, { type, additionalProperties }: Schema): boolean =>
  type === 'array'
    ? Array.isArray(value) && value.length === 0
    : additionalProperties !== undefined && isObject(value) && Object.keys(value).length === 0;

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** `io.k8s.api.core.v1.PodSpec` -> `v1.PodSpec`. */
const goName = (definition: string): string => definition.split('.').slice(-2).join('.');

function goType(schema: Schema): string {
  if (schema.$ref) return goName(schema.$ref);
  switch (schema.type) {
    case 'array':
      return schema.items ? `[]${goType(schema.items)}` : '[]interface {}';
    case 'object':
      return schema.additionalProperties
        ? `map[string]${goType(schema.additionalProperties)}`
        : 'map[string]interface {}';
    case 'integer':
      return schema.format ?? 'int64';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    default:
      return schema.format === 'byte' ? '[]uint8' : 'string';
  }
}

function found(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' && !Number.isInteger(value)) return `number ${value}`;
  if (typeof value === 'bigint') return 'number';
  return typeof value;
}

function mismatch(value: unknown, schema: Schema, { struct, fields }: Place): Mismatch {
  const where = fields ? `Go struct field ${lastPart(struct)}.${fields} of type` : 'Go value of type';
  return new Mismatch(`json: cannot unmarshal ${found(value)} into ${where} ${goType(schema)}`);
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Most times come as they are written here: of these nothing needs to be made. Days that not every month has do not. */
const written = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

function time(value: string, fraction: number): string {
  if (fraction === 0 && written.test(value)) return value;
  const parsed = rfc3339.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(parsed)) {
    const layout = fraction > 0 ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
    throw new Mismatch(
      `parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(value)} as "2006"`,
    );
  }
  const date = new Date(parsed).toISOString();
  if (fraction === 0) return `${date.slice(0, -'.000Z'.length)}Z`;
  const digits = /\.(\d+)/.exec(value)?.[1] ?? '';
  return `${date.slice(0, -'000Z'.length)}${digits.slice(0, fraction).padEnd(fraction, '0')}Z`;
}

/** Types that are not what their JSON type says. */
const special: Record<string, (value: unknown, place: Place, schema: Schema) => unknown> = {
  [quantityDefinition]: (value, place, schema) => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') {
      throw mismatch(value, schema, place);
    }
    const quantity = tryParseQuantity(String(value));
    if (!quantity) throw new Mismatch(quantityProblem(String(value)));
    return formatQuantity(quantity);
  },
  [intOrStringDefinition]: (value, place, schema) => {
    if (typeof value === 'string' || Number.isInteger(value)) return value;
    throw mismatch(value, schema, place);
  },
  [timeDefinition]: (value, place, schema) => {
    if (typeof value !== 'string') throw mismatch(value, schema, place);
    return time(value, 0);
  },
  [microTimeDefinition]: (value, place, schema) => {
    if (typeof value !== 'string') throw mismatch(value, schema, place);
    return time(value, 6);
  },
};

/** A time that was not set: see `Schema.times`. In lists and maps of times it may as well be absent. */
const specialZeros: Record<string, unknown> = {
  [quantityDefinition]: '0',
  [intOrStringDefinition]: 0,
  [timeDefinition]: undefined,
  [microTimeDefinition]: undefined,
};
const zeros: Record<string, () => unknown> = {
  string: () => '',
  integer: () => 0,
  number: () => 0,
  boolean: () => false,
  array: () => [],
  object: () => ({}),
};

const bounds: Record<string, number> = { int32: 2 ** 31, int64: 2 ** 63 };

function checkScalar(value: unknown, schema: Schema, place: Place): void {
  const { type, format } = schema;
  if (type === 'integer') {
    const bound = bounds[format ?? 'int64'] ?? 2 ** 63;
    if (typeof value !== 'number' && typeof value !== 'bigint') throw mismatch(value, schema, place);
    if (typeof value === 'number' && !Number.isInteger(value)) throw mismatch(value, schema, place);
    if (value < -bound || value >= bound) {
      throw new Mismatch(mismatch(value, schema, place).message.replace('number', `number ${value}`));
    }
    return;
  }
  if (typeof value !== type) throw mismatch(value, schema, place);
  if (format === 'byte' && typeof value === 'string') checkBase64(value);
}

function checkBase64(value: string): void {
  const text = value.replace(/[\r\n]/g, '');
  const bad = text.search(/[^A-Za-z0-9+/=]/);
  const padded = /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
  if (bad >= 0 || !padded) {
    throw new Mismatch(`illegal base64 data at input byte ${bad >= 0 ? bad : Math.max(0, text.length - 1)}`);
  }
}

class Conformer {
  readonly unknown: string[] = [];
  readonly #definitions: Definitions;
  readonly #place: Place;

  constructor(definitions: Definitions, definition: string) {
    this.#definitions = definitions;
    this.#place = new Place(definition);
  }

  /** Of the value at the present place, the one to keep; objects and lists are changed in place. */
  #value(value: unknown, schema: Schema): unknown {
    const own = schema.$ref ? special[schema.$ref] : undefined;
    if (own) return own(value, this.#place, schema);
    const target = resolve(this.#definitions, schema);
    if (!target || target['x-kubernetes-preserve-unknown-fields']) return value;
    if (target.type === 'array') return this.#list(value, schema, target);
    if (target.type !== 'object') {
      const scalar = target.type === 'number' && typeof value === 'bigint' ? Number(value) : value;
      checkScalar(scalar, target, this.#place);
      return scalar;
    }
    if (!isObject(value)) throw mismatch(value, schema, this.#place);
    if (target.additionalProperties) this.#map(value, target.additionalProperties);
    else if (target.properties) this.struct(value, target, schema.$ref ?? this.#place.struct);
    return value;
  }

  #list(value: unknown, schema: Schema, { items }: Schema): unknown {
    if (!Array.isArray(value)) throw mismatch(value, schema, this.#place);
    if (!items) return value;
    for (let index = 0; index < value.length; index += 1) {
      value[index] = this.#item(index, value[index], items);
    }
    return value;
  }

  #map(value: Record<string, unknown>, schema: Schema): void {
    for (const key of Object.keys(value)) value[key] = this.#item(key, value[key], schema);
  }

  #item(step: string | number, value: unknown, schema: Schema): unknown {
    this.#place.steps.push(step);
    const kept = this.#value(value ?? this.#zero(schema), schema);
    this.#place.steps.pop();
    return kept;
  }

  /** What Go has where JSON has null or nothing, in lists, in maps and in fields without `omitempty`. */
  #zero(schema: Schema): unknown {
    if (schema.$ref && schema.$ref in specialZeros) return specialZeros[schema.$ref];
    const { type = '' } = resolve(this.#definitions, schema) ?? schema;
    return zeros[type]?.();
  }

  /** Structs are left to defaults and validation. */
  #fillIn(
    value: Record<string, unknown>,
    properties: Schema['properties'] = {},
    written: readonly string[] = [],
  ): void {
    for (const key of written) {
      const schema = properties[key];
      if (!schema || (value[key] !== undefined && value[key] !== null)) continue;
      const zero = this.#zero(schema);
      if (zero !== undefined && !isObject(zero)) value[key] = zero;
    }
  }

  #field(value: Record<string, unknown>, key: string, schema: Schema | undefined, isWritten: boolean): void {
    const field = value[key];
    if (!schema) this.unknown.push(this.#place.path);
    if (!schema || field === null) {
      delete value[key];
      return;
    }
    value[key] = this.#value(field, schema);
    if (!isWritten && isEmpty(field, schema)) delete value[key];
  }

  /** `definition` is the name of the schema. */
  struct(
    value: Record<string, unknown>,
    { properties = {}, required = [], written = required, times = [] }: Schema,
    definition: string,
  ): void {
    const place = this.#place;
    const around = place.struct;
    place.struct = definition;
    for (const key of Object.keys(value)) {
      place.steps.push(key);
      place.names.push(key);
      this.#field(value, key, Object.hasOwn(properties, key) ? properties[key] : undefined, written.includes(key));
      place.steps.pop();
      place.names.pop();
    }
    place.struct = around;
    this.#fillIn(value, properties, written);
    for (const key of times) value[key] ??= null;
  }
}

/**
 * Decodes a struct by its definition. Changes `object` in place and returns the paths of the fields that were unknown,
 * and went. Throws `Mismatch` where a value has the wrong type.
 */
export function decodeStruct(definitions: Definitions, definition: string, object: unknown): string[] {
  const schema = definitions[definition];
  if (!schema?.properties) return [];
  if (!isObject(object)) throw mismatch(object, { $ref: definition }, new Place(definition));
  const conformer = new Conformer(definitions, definition);
  conformer.struct(object, schema, definition);
  return conformer.unknown;
}

/** The same for a whole object, whose refusal is an answer: throws `Undecodable`. */
export function conform(definitions: Definitions, definition: string, object: Record<string, unknown>): string[] {
  const [version = '', kind = ''] = definition.split('.').slice(-2);
  try {
    return decodeStruct(definitions, definition, object);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    throw new Undecodable(kind, version, error.message);
  }
}
