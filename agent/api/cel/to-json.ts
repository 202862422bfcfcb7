/**
 * JSON of what an expression has made.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/mutation/dynamic/objects.go (convertField) and
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md#json-data-conversion
 */
import { setOwn } from '../own.ts';
import { isMap, typeNameOf } from './operations.ts';
import { durationText, timestampText } from './times.ts';
import {
  ConstructedValue,
  Duration,
  EvaluationError,
  type Keyed,
  List,
  ObjectValue,
  Timestamp,
  Uint,
  type Value,
} from './values.ts';

/** As JSON has it: a number where it can say it exactly, else a bigint. */
const integer = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

/** Values that one expression may make JSON of: lists can be in themselves many times. */
const mostValues = 100_000;

export class JsonWriter {
  #values = 0;

  #object(value: Keyed): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const key of value.keys()) {
      if (typeof key !== 'string') {
        throw new EvaluationError(`map key ${JSON.stringify(String(key))} is of type ${typeNameOf(key)}, not string`);
      }
      setOwn(result, key, this.json(value.get(key) ?? null));
    }
    return result;
  }

  /** Throws `EvaluationError` where JSON has nothing of the kind. */
  json(value: Value): unknown {
    this.#values += 1;
    if (this.#values > mostValues) throw new EvaluationError('too many values');
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint') return integer(value);
    if (value instanceof Uint) return integer(value.value);
    if (value instanceof Uint8Array) return btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join(''));
    if (value instanceof Timestamp) return timestampText(value);
    if (value instanceof Duration) return durationText(value);
    if (value instanceof List) return [...value].map((item) => this.json(item));
    if (isMap(value) || value instanceof ObjectValue || value instanceof ConstructedValue) return this.#object(value);
    throw new EvaluationError(`type conversion error from '${typeNameOf(value)}' to JSON`);
  }
}

/**
 * What is wrong with the names of nested constructions: that of a field `spec` of `Object` is `Object.spec`, and so on.
 * Lists and maps between them have no names.
 */
export function misnamed(value: Value, path: string): string[] {
  if (value instanceof List) return [...value].flatMap((item) => misnamed(item, path));
  if (isMap(value)) return [...value.keys()].flatMap((key) => misnamed(value.get(key) ?? null, path));
  if (!(value instanceof ConstructedValue)) return [];
  const { typeName } = value;
  const expected = `unexpected type name "${typeName}", expected "${path}", which matches field name path from root Object type`;
  const own = typeName === path ? [] : [expected];
  return [...own, ...[...value.keys()].flatMap((key) => misnamed(value.get(key) ?? null, `${path}.${key}`))];
}
