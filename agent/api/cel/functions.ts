/** How functions are declared: their types, what they do, and what that costs. */
import type { Meter } from './operations.ts';
import type { Type } from './types.ts';
import type { Value } from './values.ts';

/** Of a text, a list or a map; `most` is infinite where nobody knows. */
export interface Size {
  readonly least: number;
  readonly most: number;
}

/**
 * In upstream's units, a tenth of one for each character of a text that is passed over.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/library/cost.go and
 * https://github.com/google/cel-go/blob/master/interpreter/runtimecost.go
 */
export interface Cost {
  /** Of a call with arguments of these sizes; absent: 1. */
  readonly of?: (sizes: readonly number[]) => number;
  /** Of a call with these values, where sizes do not say it. */
  readonly run?: (args: readonly Value[], meter: Meter) => number;
  /**
   * The most that it may be, where upstream expects another cost than there is; `items`: sizes of the items of lists.
   */
  readonly estimate?: (sizes: readonly number[], items: readonly number[]) => number;
  /** How large the result may be; absent: nobody knows. */
  readonly result?: (sizes: readonly Size[], items: readonly Size[]) => Size;
}

export interface Overload {
  readonly name: string;
  /** Called as `a.name(b)`; `a` is the first of the arguments. */
  readonly isMethod: boolean;
  readonly args: readonly Type[];
  readonly result: Type;
  readonly cost: Cost;
  call(args: readonly Value[], meter: Meter): Value;
}

/** The types of the arguments are asked before each call, so that whoever implements it may rely on them. */
type Implementation<Args extends readonly Value[]> = {
  call(...args: [...Args, Meter]): Value;
}['call'];

const overload = <Args extends readonly Value[]>(
  isMethod: boolean,
  name: string,
  args: readonly Type[],
  result: Type,
  call: Implementation<Args>,
  cost: Cost,
): Overload => ({ name, isMethod, args, result, cost, call: (given, meter) => call(...(given as Args), meter) });

export const define = <Args extends readonly Value[]>(
  name: string,
  args: readonly Type[],
  result: Type,
  call: Implementation<Args>,
  cost: Cost = {},
): Overload => overload(false, name, args, result, call, cost);

export const method = <Args extends readonly Value[]>(
  name: string,
  args: readonly Type[],
  result: Type,
  call: Implementation<Args>,
  cost: Cost = {},
): Overload => overload(true, name, args, result, call, cost);

const perCharacter = 0.1;
export const traversal = (size: number): number => Math.ceil(size * perCharacter);
const first = (sizes: readonly number[]): number => sizes[0] ?? 0;

/** Of functions that pass once over their first argument. */
export const once: Cost = { of: (sizes) => traversal(first(sizes)) };
export const sameSize = (sizes: readonly Size[]): Size => sizes[0] ?? { least: 0, most: Number.POSITIVE_INFINITY };
/** The same, with a result as large as the argument. */
export const onceSame: Cost = { ...once, result: sameSize };
export const twice: Cost = { of: (sizes) => traversal(2 * first(sizes)) };
/** Of a pattern: one for each four characters of it, for each ten of the text. */
export const patternCost = (text: number, pattern: number): number =>
  Math.ceil((1 + text) * perCharacter) * Math.ceil(pattern * 0.25);

/** By name, functions and methods apart. */
export class FunctionTable {
  readonly #byName = new Map<string, Overload[]>();

  constructor(overloads: Iterable<Overload>) {
    for (const each of overloads) {
      const key = keyOf(each.name, each.isMethod);
      const known = this.#byName.get(key);
      if (known) known.push(each);
      else this.#byName.set(key, [each]);
    }
  }

  find(name: string, isMethod: boolean): readonly Overload[] | undefined {
    return this.#byName.get(keyOf(name, isMethod));
  }
}

const keyOf = (name: string, isMethod: boolean): string => (isMethod ? `.${name}` : name);
