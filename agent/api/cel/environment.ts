/** Expressions that are ready to run. */
import type { Steps } from '../json/steps.ts';
import { Checker, type Declarations } from './check.ts';
import type { Checked } from './checked.ts';
import type { Expression } from './expression.ts';
import { type Activation, CostExceeded, Frame } from './frame.ts';
import { FunctionTable, type Overload } from './functions.ts';
import { CompileError } from './issues.ts';
import { baseLibrary } from './library/base.ts';
import { parseExpression } from './parse.ts';
import { evaluate } from './piece.ts';
import { compileRoot } from './program.ts';
import type { Type } from './types.ts';
import { EvaluationError, type Value } from './values.ts';

/** https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/apis/cel/config.go */
export const limits = {
  /** Of one evaluation. */
  perCall: 1_000_000,
  /** Of all rules for one object, or all validations of one policy. */
  perRequest: 10_000_000,
  /** Of all match conditions of one webhook or policy. */
  matchConditions: 2_500_000,
  /** Of what a message expression says, in bytes. */
  messageBytes: 5 * 1024,
} as const;

export type Result =
  | { readonly value: Value; readonly error?: undefined; readonly cost: number }
  | { readonly error: EvaluationError | CostExceeded; readonly value?: undefined; readonly cost: number };

export interface Program {
  readonly source: string;
  readonly type: Type;
  readonly checked: Checked;
  /** Whether it names the variable. */
  uses(variable: string): boolean;
  /** In steps of about a millisecond. */
  run(activation: Activation): Steps<Result>;
}

const base = new FunctionTable(baseLibrary);

/** What only some expressions may use. */
export interface Additions extends Pick<Declarations, 'objectType'> {
  readonly functions?: readonly Overload[];
}

/** What expressions may name: variables with their types, and functions beside those of every expression. */
export class ExpressionEnvironment {
  readonly #declarations: Declarations;

  constructor(variables: Readonly<Record<string, Type>>, { functions = [], objectType }: Additions = {}) {
    this.#declarations = {
      variables: new Map(Object.entries(variables)),
      functions: functions.length === 0 ? base : new FunctionTable([...baseLibrary, ...functions]),
      ...(objectType ? { objectType } : {}),
    };
  }

  /** Throws `CompileError`. */
  compile(source: string): Program {
    const parsed = parseExpression(source);
    const checker = new Checker(this.#declarations);
    const checked = checker.check(parsed);
    if (checker.issues.length > 0) throw new CompileError(source, checker.issues);
    const piece = compileRoot(checked);
    return {
      source,
      type: checked.type,
      checked,
      uses: (variable) => names(parsed).has(variable),
      *run(activation) {
        const frame = new Frame(activation, limits.perCall);
        try {
          return { value: yield* evaluate(piece, frame), cost: frame.cost };
        } catch (error) {
          if (error instanceof EvaluationError || error instanceof CostExceeded) return { error, cost: frame.cost };
          throw error;
        }
      },
    };
  }
}

function partsOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'select':
      return [node.operand];
    case 'call':
      return node.args;
    case 'list':
      return node.items;
    case 'map':
      return node.entries.flat();
    case 'construction':
      return node.fields.map(({ value }) => value);
    case 'and':
    case 'or':
      return [node.left, node.right];
    case 'conditional':
      return [node.condition, node.whenTrue, node.whenFalse];
    case 'fold':
      return [node.range, node.predicate, node.transform].flatMap((part) => part ?? []);
    case 'bind':
    case 'optMap':
    case 'optFlatMap':
      return [node.value, node.body];
    default:
      return [];
  }
}

function names(node: Expression, found = new Set<string>()): ReadonlySet<string> {
  if (node.kind === 'identifier') found.add(node.name);
  for (const part of partsOf(node)) names(part, found);
  return found;
}
