/**
 * Expressions as trees. Operators are calls of functions whose names have `_` for their operands; macros have nodes of
 * their own. https://github.com/google/cel-spec/blob/master/doc/langdef.md#macros
 */
import type { Value } from './values.ts';

interface Node {
  /** Where upstream's error messages point to, in characters from the start of the expression. */
  readonly at: number;
}

export interface Literal extends Node {
  readonly kind: 'literal';
  readonly value: Value;
}
export interface Identifier extends Node {
  readonly kind: 'identifier';
  readonly name: string;
}
/** `a.b`, `a.?b`, `has(a.b)` */
export interface Select extends Node {
  readonly kind: 'select';
  readonly operand: Expression;
  readonly field: string;
  readonly form: 'plain' | 'optional' | 'test';
}
/** A method has what it is called on as its first argument. */
export interface Call extends Node {
  readonly kind: 'call';
  readonly name: string;
  readonly isMethod: boolean;
  readonly args: readonly Expression[];
}
export interface ListLiteral extends Node {
  readonly kind: 'list';
  readonly items: readonly Expression[];
}
export interface MapLiteral extends Node {
  readonly kind: 'map';
  readonly entries: readonly (readonly [Expression, Expression])[];
}
/** `&&`, `||`: the other operand decides where one fails. */
export interface Logic extends Node {
  readonly kind: 'and' | 'or';
  readonly left: Expression;
  readonly right: Expression;
}
export interface Conditional extends Node {
  readonly kind: 'conditional';
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
}
export type FoldName =
  | 'all'
  | 'exists'
  | 'exists_one'
  | 'map'
  | 'filter'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry';
/** A macro that goes over a list or a map. */
export interface Fold extends Node {
  readonly kind: 'fold';
  readonly name: FoldName;
  readonly range: Expression;
  /** One: the item, or the key of a map. Two: index and item, or key and value. */
  readonly variables: readonly [string] | readonly [string, string];
  readonly predicate?: Expression;
  readonly transform?: Expression;
}
/** `cel.bind(name, value, body)`; for `optMap` the value is what the optional has. */
export interface Bind extends Node {
  readonly kind: 'bind' | 'optMap' | 'optFlatMap';
  readonly name: string;
  readonly value: Expression;
  readonly body: Expression;
}

/** `Object.spec{replicas: 1}` */
export interface Construction extends Node {
  readonly kind: 'construction';
  /** `Object.spec` */
  readonly typeName: string;
  readonly fields: readonly {
    readonly name: string;
    /** Of the colon. */
    readonly at: number;
    /** The value is an optional; where it has none, the field is not set. */
    readonly isOptional: boolean;
    readonly value: Expression;
  }[];
}

export type Expression =
  | Literal
  | Identifier
  | Select
  | Call
  | ListLiteral
  | MapLiteral
  | Construction
  | Logic
  | Conditional
  | Fold
  | Bind;
