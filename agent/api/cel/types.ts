/**
 * Types of expressions, as upstream's checker knows them.
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md#gradual-type-checking
 */

/** The largest number of characters, items or entries that a value of a type may have; absent: of any size. */
interface Sized {
  readonly most?: number;
}

export interface Simple extends Sized {
  readonly kind: 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'null' | 'timestamp' | 'duration' | 'dyn';
}
export interface ListType extends Sized {
  readonly kind: 'list';
  readonly item: Type;
}
export interface MapType extends Sized {
  readonly kind: 'map';
  readonly key: Type;
  readonly value: Type;
}
export interface OptionalType {
  readonly kind: 'optional';
  readonly of: Type;
}
/** The type of a type. */
export interface TypeType {
  readonly kind: 'type';
}
/** Stands in the declaration of a function for whatever it is called with. */
export interface Parameter {
  readonly kind: 'parameter';
  readonly name: string;
}
/** Something of a library, such as a quantity, of which only functions know more. */
export interface Opaque {
  readonly kind: 'opaque';
  readonly name: string;
}
export interface Field {
  /** What JSON calls it. */
  readonly name: string;
  readonly type: Type;
}
/** An object with known fields, by the names that expressions have for them. */
export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  field(name: string): Field | undefined;
}

export type Type = Simple | ListType | MapType | OptionalType | TypeType | Parameter | Opaque | ObjectType;

const simple = <Kind extends Simple['kind']>(kind: Kind): Simple => ({ kind });

export const dyn = simple('dyn');
export const bool = simple('bool');
export const int = simple('int');
export const uint = simple('uint');
export const double = simple('double');
export const string = simple('string');
export const bytes = simple('bytes');
export const nullType = simple('null');
export const timestamp = simple('timestamp');
export const duration = simple('duration');
export const typeType: TypeType = { kind: 'type' };

export const listOf = (item: Type, most?: number): ListType => ({
  kind: 'list',
  item,
  ...(most === undefined ? {} : { most }),
});
export const mapOf = (key: Type, value: Type, most?: number): MapType => ({
  kind: 'map',
  key,
  value,
  ...(most === undefined ? {} : { most }),
});
export const optionalOf = (of: Type): OptionalType => ({ kind: 'optional', of });
export const opaque = (name: string): Opaque => ({ kind: 'opaque', name });
export const parameter = (name: string): Parameter => ({ kind: 'parameter', name });

/** Any number of fields that are all known beforehand. */
export function objectOf(name: string, fields: Readonly<Record<string, Type>>): ObjectType {
  const known = new Map(Object.entries(fields).map(([field, type]) => [field, { name: field, type }]));
  return { kind: 'object', name, field: (field) => known.get(field) };
}

/** As error messages name it. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case 'list':
      return `list(${typeText(type.item)})`;
    case 'map':
      return `map(${typeText(type.key)}, ${typeText(type.value)})`;
    case 'optional':
      return `optional_type(${typeText(type.of)})`;
    case 'parameter':
    case 'opaque':
    case 'object':
      return type.name;
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    default:
      return type.kind;
  }
}

/** What the parameters of a function stand for in one call. */
export type Bindings = Map<string, Type>;

function bind(name: string, actual: Type, bindings: Bindings): boolean {
  const bound = bindings.get(name);
  if (bound && bound.kind !== 'dyn') return actual.kind === 'dyn' || isAssignable(bound, actual, bindings);
  bindings.set(name, actual);
  return true;
}

const isNullable = ({ kind }: Type): boolean => kind === 'object' || kind === 'opaque';

/** Whether what is declared takes what is given. Where one of them is dynamic, that is asked at run time. */
export function isAssignable(declared: Type, actual: Type, bindings: Bindings = new Map()): boolean {
  if (declared.kind === 'parameter') return bind(declared.name, actual, bindings);
  if (declared.kind === 'dyn' || actual.kind === 'dyn' || actual.kind === 'parameter') return true;
  if (isNullable(declared) && actual.kind === 'null') return true;
  if (isNullable(actual) && declared.kind === 'null') return true;
  if (declared.kind === 'list') return actual.kind === 'list' && isAssignable(declared.item, actual.item, bindings);
  if (declared.kind === 'optional') return actual.kind === 'optional' && isAssignable(declared.of, actual.of, bindings);
  if (declared.kind === 'map') {
    return (
      actual.kind === 'map' &&
      isAssignable(declared.key, actual.key, bindings) &&
      isAssignable(declared.value, actual.value, bindings)
    );
  }
  if (declared.kind === 'opaque' || declared.kind === 'object') {
    return actual.kind === declared.kind && actual.name === declared.name;
  }
  return declared.kind === actual.kind;
}

/** With what the parameters stand for; one that nothing is known of is dynamic. */
export function substitute(type: Type, bindings: Bindings): Type {
  switch (type.kind) {
    case 'parameter':
      return bindings.get(type.name) ?? dyn;
    case 'list':
      return { ...type, item: substitute(type.item, bindings) };
    case 'optional':
      return optionalOf(substitute(type.of, bindings));
    case 'map':
      return { ...type, key: substitute(type.key, bindings), value: substitute(type.value, bindings) };
    default:
      return type;
  }
}

/** The one type of two values, or undefined: they have none. */
export function unified(left: Type, right: Type): Type | undefined {
  if (left.kind === 'dyn') return left;
  if (right.kind === 'dyn') return right;
  if (left.kind === 'null' && isNullable(right)) return right;
  return isAssignable(left, right) ? left : undefined;
}
