/** Values that may not be there. https://pkg.go.dev/github.com/google/cel-go/cel#OptionalTypes */
import { define, method, type Overload } from '../functions.ts';
import { isMap } from '../operations.ts';
import { bool, dyn, listOf, optionalOf, parameter } from '../types.ts';
import {
  ConstructedValue,
  Duration,
  EvaluationError,
  List,
  listFrom,
  none,
  Optional,
  Timestamp,
  Uint,
  type Value,
} from '../values.ts';

const a = parameter('A');
const optionalA = optionalOf(a);

function isZero(value: Value): boolean {
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof List || isMap(value) || value instanceof ConstructedValue) return value.size === 0;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Duration || value instanceof Timestamp) return value.nanos === 0n;
  return value === null || value === false || value === 0n || value === 0 || value === '';
}

function contentOf({ value }: Optional): Value {
  if (value === undefined) throw new EvaluationError('optional.none() dereference');
  return value;
}

const itemAt = (list: List, index: number): Optional => (list.size === 0 ? none : new Optional(list.at(index)));

const unwrapped = (list: List): List =>
  listFrom([...list].flatMap((each) => (each instanceof Optional && each.value !== undefined ? [each.value] : [])));

export const optionals: readonly Overload[] = [
  define<[]>('optional.none', [], optionalOf(dyn), () => none),
  define<[Value]>('optional.of', [a], optionalA, (value) => new Optional(value)),
  define<[Value]>('optional.ofNonZeroValue', [a], optionalA, (value) => (isZero(value) ? none : new Optional(value))),
  method<[Optional]>('hasValue', [optionalA], bool, ({ value }) => value !== undefined),
  method<[Optional]>('value', [optionalA], a, contentOf),
  method<[Optional, Optional]>('or', [optionalA, optionalA], optionalA, (left, right) =>
    left.value === undefined ? right : left,
  ),
  method<[Optional, Value]>('orValue', [optionalA, a], a, ({ value }, other) => (value === undefined ? other : value)),
  define<[List]>('optional.unwrap', [listOf(optionalA)], listOf(a), unwrapped),
  method<[List]>('unwrapOpt', [listOf(optionalA)], listOf(a), unwrapped),
  method<[List]>('first', [listOf(a)], optionalA, (list) => itemAt(list, 0)),
  method<[List]>('last', [listOf(a)], optionalA, (list) => itemAt(list, list.size - 1)),
];
