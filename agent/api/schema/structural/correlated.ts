/**
 * Which part of an old value a part of the new one was. What has not changed is not judged again (ratcheting).
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/common/equality.go
 */
import { isEqual, isObject } from '../../json/value.ts';
import type { Schema } from '../schema.ts';
import { fieldSchema } from './walk.ts';

export class Correlated {
  readonly value: unknown;
  readonly old: unknown;
  readonly #schema: Schema;
  #isSame: boolean | undefined;
  #oldByKeys: ReadonlyMap<string, unknown> | undefined;

  constructor(value: unknown, old: unknown, schema: Schema) {
    this.value = value;
    this.old = old;
    this.#schema = schema;
  }

  get isSame(): boolean {
    this.#isSame ??= isEqual(this.value, this.old);
    return this.#isSame;
  }

  /** Undefined: nothing is known of what it was. */
  key(field: string): Correlated | undefined {
    const { value, old } = this;
    const schema = fieldSchema(this.#schema, field);
    if (!schema || !isObject(value) || !isObject(old)) return undefined;
    if (!Object.hasOwn(value, field) || !Object.hasOwn(old, field)) return undefined;
    return new Correlated(value[field], old[field], schema);
  }

  /** Only the items of lists with keys have been something before. */
  index(index: number): Correlated | undefined {
    const { value, old } = this;
    const { items, 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': keys = [] } = this.#schema;
    if (type !== 'map' || !items || !Array.isArray(value) || !Array.isArray(old)) return undefined;
    this.#oldByKeys ??= new Map(old.map((item) => [keysOf(item, items, keys), item]));
    const found = this.#oldByKeys.get(keysOf(value[index], items, keys));
    return found === undefined ? undefined : new Correlated(value[index], found, items);
  }
}

/** A key that is absent has its default. */
function keysOf(item: unknown, schema: Schema, keys: readonly string[]): string {
  if (!isObject(item))
    return JSON.stringify(item, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
  return JSON.stringify(
    keys.map((key) => String(Object.hasOwn(item, key) ? item[key] : fieldSchema(schema, key)?.default)),
  );
}
