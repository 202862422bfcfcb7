/**
 * The type that an OpenAPI document gives a resource. Fields of which nothing says what they are, expressions do not
 * see. https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/openapi/resolver/refs.go and
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/common/schemas.go (SchemaDeclType)
 */
import type { GroupVersionKind, Schema } from '../schema/schema.ts';
import { escaped } from './escape.ts';
import {
  bool,
  bytes,
  double,
  duration,
  dyn,
  type Field,
  int,
  listOf,
  mapOf,
  string,
  type Type,
  timestamp,
} from './types.ts';

/** Of a document of version 3; references have their prefix. */
export type Components = Readonly<Record<string, Schema>>;

const prefix = '#/components/schemas/';

const texts: Readonly<Record<string, Type>> = { byte: bytes, duration, date: timestamp, 'date-time': timestamp };

/** A reference may be wrapped, to have a description beside it. */
const referenceIn = ({ $ref, allOf = [] }: Schema): string | undefined =>
  $ref ?? allOf.map(referenceIn).find((each) => each !== undefined);

class Reader {
  readonly #components: Components;

  constructor(components: Components) {
    this.#components = components;
  }

  /** `visited`: what this part is in; a definition within itself is an object of which nothing is known. */
  read(given: Schema, name: string, visited: ReadonlySet<string>): Type | undefined {
    const reference = referenceIn(given)?.slice(prefix.length);
    if (reference === undefined) return this.#plain(given, name, visited);
    if (visited.has(reference)) return this.#object({}, name, visited);
    const target = this.#components[reference];
    return target && this.#plain(target, name, new Set([...visited, reference]));
  }

  #plain(schema: Schema, name: string, visited: ReadonlySet<string>): Type | undefined {
    const { type, format, items, additionalProperties } = schema;
    if (format === 'int-or-string' || schema['x-kubernetes-int-or-string']) return dyn;
    if (type === 'array') {
      const item = items && this.read(items, `${name}.@idx`, visited);
      return item && listOf(item);
    }
    if (type === 'object' && additionalProperties) {
      const value = this.read(additionalProperties, `${name}.@elem`, visited);
      return value && mapOf(string, value);
    }
    if (type === 'object') return this.#object(schema.properties ?? {}, name, visited);
    if (type === 'string') return (format && texts[format]) || string;
    if (type === 'boolean') return bool;
    if (type === 'integer') return int;
    return type === 'number' ? double : undefined;
  }

  /** Reads a field when it is asked for. */
  #object(properties: Readonly<Record<string, Schema>>, name: string, visited: ReadonlySet<string>): Type {
    const inJson = new Map(Object.keys(properties).map((field) => [escaped(field) ?? '', field]));
    const known = new Map<string, Field | undefined>();
    const read = (field: string): Field | undefined => {
      const property = inJson.get(field);
      const schema = property === undefined ? undefined : properties[property];
      const type = schema && this.read(schema, `${name}.${field}`, visited);
      return property !== undefined && type ? { name: property, type } : undefined;
    };
    return {
      kind: 'object',
      name,
      field: (field) => {
        if (!known.has(field)) known.set(field, read(field));
        return known.get(field);
      },
    };
  }
}

/** Undefined where the document does not have the kind. */
export function resourceType(components: Components, wanted: GroupVersionKind): Type | undefined {
  const names = Object.entries(components).filter(([, schema]) =>
    schema['x-kubernetes-group-version-kind']?.some(
      ({ group, version, kind }) => group === wanted.group && version === wanted.version && kind === wanted.kind,
    ),
  );
  const [first] = names;
  return first && new Reader(components).read({ $ref: `${prefix}${first[0]}` }, wanted.kind, new Set());
}
