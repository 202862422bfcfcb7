/**
 * Takes out of a custom resource what its schema does not specify.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning and
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/schema/pruning/algorithm.go
 */
import { isObject } from '../../json/value.ts';
import type { Schema } from '../schema.ts';
import { childPath, fieldSchema, itemPath } from './walk.ts';

/** An embedded resource has these though its schema does not name them. */
export const identityFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

class Pruner {
  readonly unknown: string[] = [];

  /** Below something unspecified there is no schema, and every field goes. */
  prune(value: unknown, schema: Schema | undefined, path: string): void {
    if (schema?.['x-kubernetes-preserve-unknown-fields']) this.#keep(value, schema, path);
    else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) this.prune(item, schema?.items, itemPath(path, index));
    } else if (isObject(value)) this.#fields(value, schema, path);
  }

  #fields(object: Record<string, unknown>, schema: Schema | undefined, path: string): void {
    for (const [key, value] of Object.entries(object)) {
      const isIdentity = identityFields.has(key);
      if (isIdentity && schema?.['x-kubernetes-embedded-resource']) continue;
      const known = fieldSchema(schema, key);
      if (known) this.prune(value, known, childPath(path, key));
      else {
        if (!schema || !isIdentity || path !== '') this.unknown.push(childPath(path, key));
        delete object[key];
      }
    }
  }

  /** Keeps what is unknown, and prunes what is known. */
  #keep(value: unknown, schema: Schema | undefined, path: string): void {
    if (!schema) return;
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) this.#keep(item, schema.items, itemPath(path, index));
    } else if (isObject(value)) {
      for (const [key, field] of Object.entries(value)) {
        if (identityFields.has(key) && schema['x-kubernetes-embedded-resource']) continue;
        const known = fieldSchema(schema, key);
        if (known) this.prune(field, known, childPath(path, key));
      }
    }
  }
}

/** Changes `value` in place and returns the paths of what went, sorted: `spec.ports[0].colour`. */
export function prune(value: unknown, schema: Schema | undefined): string[] {
  const pruner = new Pruner();
  pruner.prune(value, schema, '');
  return pruner.unknown.sort();
}

/** The same for a whole resource, which has a kind, a version and metadata whatever its schema says. */
export const pruneResource = (object: Record<string, unknown>, schema: Schema): string[] =>
  prune(object, { ...schema, 'x-kubernetes-embedded-resource': true });
