/** Expressions of which the types are known. */
import type {
  Bind,
  Conditional,
  Construction,
  Fold,
  Identifier,
  ListLiteral,
  Literal,
  Logic,
  MapLiteral,
  Select,
} from './expression.ts';
import type { Overload } from './functions.ts';
import type { Type } from './types.ts';

type Typed<Node, Parts = unknown> = Omit<Node, keyof Parts> & Parts & { readonly type: Type };

export type CheckedLiteral = Typed<Literal>;
export type CheckedIdentifier = Typed<Identifier>;
export type CheckedSelect = Typed<Select, { readonly operand: Checked }>;
export interface CheckedCall {
  readonly kind: 'call';
  readonly at: number;
  readonly name: string;
  readonly type: Type;
  readonly args: readonly Checked[];
  /**
   * Those that the types of the arguments leave possible. Where it is one and none is dynamic, it is called unasked.
   */
  readonly overloads: readonly Overload[];
  readonly isDynamic: boolean;
}
export type CheckedList = Typed<ListLiteral, { readonly items: readonly Checked[] }>;
export type CheckedMap = Typed<MapLiteral, { readonly entries: readonly (readonly [Checked, Checked])[] }>;
export type CheckedConstruction = Typed<
  Construction,
  { readonly fields: readonly { readonly name: string; readonly isOptional: boolean; readonly value: Checked }[] }
>;
export type CheckedLogic = Typed<Logic, { readonly left: Checked; readonly right: Checked }>;
export type CheckedConditional = Typed<
  Conditional,
  { readonly condition: Checked; readonly whenTrue: Checked; readonly whenFalse: Checked }
>;
export type CheckedFold = Typed<
  Fold,
  { readonly range: Checked; readonly predicate?: Checked; readonly transform?: Checked }
>;
export type CheckedBind = Typed<Bind, { readonly value: Checked; readonly body: Checked }>;

export type Checked =
  | CheckedLiteral
  | CheckedIdentifier
  | CheckedSelect
  | CheckedCall
  | CheckedList
  | CheckedMap
  | CheckedConstruction
  | CheckedLogic
  | CheckedConditional
  | CheckedFold
  | CheckedBind;
