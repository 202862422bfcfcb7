/**
 * Values of expressions. Booleans, texts and null are JavaScript's; an `int` is a bigint, a `double` a number.
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md#values
 */
import { isEqual } from '../json/value.ts';
import type { ObjectType, Type } from './types.ts';

/** A failed evaluation, in upstream's words. */
export class EvaluationError extends Error {}

export const noSuchOverload = (): EvaluationError => new EvaluationError('no such overload');
export const noSuchKey = (key: unknown): EvaluationError => new EvaluationError(`no such key: ${String(key)}`);

export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw new EvaluationError('unsigned integer overflow');
    this.value = value;
  }
}

/** Nanoseconds since the epoch. */
export class Timestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class Optional {
  /** Undefined: there is none. */
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}
export const none = new Optional(undefined);

/** A type as a value: `type(1)`, `int`. */
export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A value of a library, such as a quantity. */
export abstract class OpaqueValue {
  /** As `Opaque` of the types has it. */
  abstract readonly typeName: string;
  abstract equals(other: OpaqueValue): boolean;
}

/** Reads one value out of JSON, as its type says. */
export type Adapter = (json: unknown) => Value;

/** A list. What comes from JSON is adapted where it is asked for, and not before. */
export abstract class List {
  abstract readonly size: number;
  /** Within the size. */
  abstract at(index: number): Value;

  *[Symbol.iterator](): Generator<Value> {
    for (let index = 0; index < this.size; index += 1) yield this.at(index);
  }
}

export class JsonList extends List {
  readonly #json: readonly unknown[];
  readonly #adapt: Adapter;

  constructor(json: readonly unknown[], adapt: Adapter) {
    super();
    this.#json = json;
    this.#adapt = adapt;
  }

  get size(): number {
    return this.#json.length;
  }

  at(index: number): Value {
    return this.#adapt(this.#json[index]);
  }
}

/** What a list literal or a function makes. */
class ItemList extends List {
  readonly #items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.#items = items;
  }

  get size(): number {
    return this.#items.length;
  }

  at(index: number): Value {
    return this.#items[index] ?? null;
  }
}

/** Two lists as one, copied by nobody: expressions can double a list again and again. */
export class JoinedList extends List {
  readonly #left: List;
  readonly #right: List;
  readonly size: number;

  constructor(left: List, right: List) {
    super();
    this.#left = left;
    this.#right = right;
    this.size = left.size + right.size;
  }

  at(index: number): Value {
    const before = this.#left.size;
    return index < before ? this.#left.at(index) : this.#right.at(index - before);
  }
}

export const listFrom = (items: readonly Value[]): List => new ItemList(items);

/** Something with values by key: a map, or an object of which the fields are known. */
export interface Keyed {
  readonly size: number;
  /** Undefined: it has none of that key. */
  get(key: Value): Value | undefined;
  keys(): Iterable<Value>;
}

/** A map whose keys are texts, out of JSON. */
export class JsonMap implements Keyed {
  readonly #json: Readonly<Record<string, unknown>>;
  readonly #adapt: Adapter;
  #size: number | undefined;

  constructor(json: Readonly<Record<string, unknown>>, adapt: Adapter) {
    this.#json = json;
    this.#adapt = adapt;
  }

  get size(): number {
    this.#size ??= Object.keys(this.#json).length;
    return this.#size;
  }

  get(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#json, key)) return undefined;
    return this.#adapt(this.#json[key]);
  }

  keys(): Iterable<Value> {
    return Object.keys(this.#json);
  }
}

/** Of what can be a key of a map. Numbers that are equal are one, whatever their types. */
export function identityOf(key: Value): string {
  if (typeof key === 'string') return `"${key}`;
  if (typeof key === 'boolean') return String(key);
  if (key instanceof Uint) return String(key.value);
  if (typeof key === 'bigint') return String(key);
  if (typeof key === 'number') return Number.isInteger(key) ? String(BigInt(key)) : String(key);
  throw new EvaluationError('unsupported key type');
}

/** What a map literal or a function makes. */
export class EntryMap implements Keyed {
  readonly #entries = new Map<string, readonly [Value, Value]>();

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) this.add(key, value);
  }

  /** Throws where the key is there already. */
  add(key: Value, value: Value): void {
    const identity = identityOf(key);
    if (this.#entries.has(identity)) throw new EvaluationError('Failed with repeated key');
    this.#entries.set(identity, [key, value]);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Value): Value | undefined {
    return this.#entries.get(identityOf(key))?.[1];
  }

  *keys(): Iterable<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }
}

/** An object out of JSON whose fields its type knows. Fields that the type does not know are not there. */
export class ObjectValue implements Keyed {
  readonly type: ObjectType;
  readonly #json: Readonly<Record<string, unknown>>;
  readonly #adapt: (json: unknown, type: Type) => Value;

  constructor(json: Readonly<Record<string, unknown>>, type: ObjectType, adapt: (json: unknown, type: Type) => Value) {
    this.#json = json;
    this.type = type;
    this.#adapt = adapt;
  }

  get size(): number {
    return Object.keys(this.#json).length;
  }

  get(key: Value): Value | undefined {
    const field = typeof key === 'string' ? this.type.field(key) : undefined;
    if (!field || !Object.hasOwn(this.#json, field.name)) return undefined;
    return this.#adapt(this.#json[field.name], field.type);
  }

  /** As JSON calls them. */
  keys(): Iterable<string> {
    return Object.keys(this.#json);
  }

  isSame(other: ObjectValue): boolean {
    return isEqual(this.#json, other.#json);
  }
}

/** What a construction makes. */
export class ConstructedValue implements Keyed {
  readonly typeName: string;
  readonly #fields: ReadonlyMap<string, Value>;

  constructor(typeName: string, fields: ReadonlyMap<string, Value>) {
    this.typeName = typeName;
    this.#fields = fields;
  }

  get size(): number {
    return this.#fields.size;
  }

  get(key: Value): Value | undefined {
    return typeof key === 'string' ? this.#fields.get(key) : undefined;
  }

  keys(): Iterable<string> {
    return this.#fields.keys();
  }
}

export type MapValue = JsonMap | EntryMap;

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint
  | Uint8Array
  | Timestamp
  | Duration
  | Optional
  | TypeValue
  | OpaqueValue
  | List
  | MapValue
  | ObjectValue
  | ConstructedValue;
