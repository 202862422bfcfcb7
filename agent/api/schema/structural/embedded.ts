/**
 * Resources inside a custom resource (`x-kubernetes-embedded-resource`) have metadata as every resource has it.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/schema/objectmeta/algorithm.go
 */
import { isObject } from '../../json/value.ts';
import { decodeStruct, Mismatch } from '../conform.ts';
import { type Definitions, objectMetaDefinition, type Schema } from '../schema.ts';
import { childPath, fieldSchema, itemPath } from './walk.ts';

const invalid = (path: string, value: unknown, detail: string): Mismatch =>
  new Mismatch(`${path}: Invalid value: ${JSON.stringify(value)}: ${detail}`);

class Coercer {
  readonly unknown: string[] = [];
  readonly #definitions: Definitions;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  walk(value: unknown, schema: Schema | undefined, path: string): void {
    if (!schema) return;
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) this.walk(item, schema.items, itemPath(path, index));
    } else if (isObject(value)) {
      if (schema['x-kubernetes-embedded-resource']) this.#identity(value, path);
      for (const [key, field] of Object.entries(value)) {
        const isNamed = schema.properties !== undefined && Object.hasOwn(schema.properties, key);
        this.walk(field, fieldSchema(schema, key), isNamed ? childPath(path, key) : `${path}[${key}]`);
      }
    }
  }

  #identity(object: Record<string, unknown>, path: string): void {
    for (const key of ['apiVersion', 'kind']) {
      const value = object[key];
      if (Object.hasOwn(object, key) && typeof value !== 'string') {
        throw invalid(childPath(path, key), value, 'must be a string');
      }
    }
    if (!Object.hasOwn(object, 'metadata')) return;
    const where = childPath(path, 'metadata');
    const metadata = object.metadata ?? {};
    try {
      const unknown = decodeStruct(this.#definitions, objectMetaDefinition, metadata);
      this.unknown.push(...unknown.map((field) => childPath(where, field)));
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      throw invalid(where, metadata, error.message);
    }
    object.metadata = metadata;
  }
}

/**
 * Changes `value` in place: embedded metadata becomes what a decoder would make of it. Returns the paths of the
 * metadata fields that are unknown, and went. Throws `Mismatch` where a kind, a version or metadata is of the wrong
 * type.
 */
export function coerceEmbedded(definitions: Definitions, value: unknown, schema: Schema): string[] {
  const coercer = new Coercer(definitions);
  coercer.walk(value, schema, '');
  return coercer.unknown.sort();
}
