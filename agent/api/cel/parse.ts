/**
 * From text to tree. `@marcbachmann/cel-js` parses; its own checker and evaluator know neither the costs nor the
 * overloads of upstream, and run patterns that backtrack, so nothing else of it is used.
 */
import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { type FieldText, type Rewritten, withoutConstructions } from './constructions.ts';
import type { Construction, Expression, Fold, FoldName } from './expression.ts';
import { CompileError, type Issue } from './issues.ts';
import { Uint, type Value } from './values.ts';

/** As many as an expression of upstream's greatest length can have. */
const grammar = new Environment({
  enableOptionalTypes: true,
  limits: { maxListElements: 50_000, maxMapEntries: 50_000 },
});

/** As upstream's. https://github.com/google/cel-go/blob/master/parser/options.go */
const longest = 100_000;

const starts =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

function issueOf(source: string, error: ParseError): Issue {
  const { code, summary, range } = error;
  const at = Math.min(range?.start ?? 0, source.length);
  const text = source.slice(at, range?.end).trim();
  const token = text === '' ? '<EOF>' : text;
  if (code === 'unexpected_token')
    return { at, message: `Syntax error: mismatched input '${token}' expecting ${starts}` };
  if (code === 'expected_token' || code === 'unexpected_character') {
    return { at, message: `Syntax error: mismatched input '${token}'` };
  }
  if (code === 'reserved_identifier') return { at, message: `reserved identifier: ${token}` };
  return { at, message: code === 'limit_exceeded' ? summary : `Syntax error: ${summary}` };
}

/** `a.b.c`; undefined where it is not made of names alone. */
function nameOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.') return undefined;
  const before = nameOf(node.args[0]);
  return before === undefined ? undefined : `${before}.${node.args[1]}`;
}

/** As upstream's: https://github.com/google/cel-go/blob/master/parser/options.go (maxRecursionDepth) */
const deepest = 250;
const tooDeep = `expression recursion limit exceeded: ${deepest}`;

type LogicNode = ASTNode & { readonly op: '&&' | '||'; readonly args: readonly [ASTNode, ASTNode] };

const isLogic = (node: ASTNode, op: string): node is LogicNode => node.op === op;

/** What the macro calls the list, which no expression can name. */
const sortedList = '@__sortBy_input__';

class Reader {
  readonly #source: string;
  #depth = 0;
  /** What the parser has seen. */
  readonly #text: string;
  readonly #constructions: Rewritten['constructions'];

  constructor(source: string, { text, constructions }: Rewritten) {
    this.#source = source;
    this.#text = text;
    this.#constructions = constructions;
  }

  #fail(at: number, message: string): never {
    throw new CompileError(this.#source, [{ at, message }]);
  }

  /** Where `sign` is between two parts of the expression. */
  #between(sign: string, from: number, otherwise: number): number {
    const at = this.#text.indexOf(sign, from);
    return at < 0 ? otherwise : at;
  }

  read(node: ASTNode): Expression {
    this.#depth += 1;
    if (this.#depth > deepest) this.#fail(node.start, tooDeep);
    const expression = this.#expression(node);
    this.#depth -= 1;
    return expression;
  }

  #expression(node: ASTNode): Expression {
    switch (node.op) {
      case 'value':
        return { kind: 'literal', at: node.start, value: this.#literal(node.args, node.start) };
      case 'id':
        return { kind: 'identifier', at: node.start, name: node.args };
      case '.':
      case '.?':
        return {
          kind: 'select',
          at: this.#between('.', node.args[0].end, node.start),
          operand: this.read(node.args[0]),
          field: node.args[1],
          form: node.op === '.' ? 'plain' : 'optional',
        };
      case 'call':
        return this.#call(node.args[0], node.args[1], this.#between('(', node.start, node.start));
      case 'rcall':
        return this.#method(node.args[0], node.args[1], node.args[2]);
      case 'list':
        return { kind: 'list', at: node.start, items: node.args.map((item) => this.read(item)) };
      case 'map':
        return {
          kind: 'map',
          at: node.start,
          entries: node.args.map(([key, value]) => [this.read(key), this.read(value)] as const),
        };
      default:
        return this.#operator(node);
    }
  }

  #literal(value: unknown, at: number): Value {
    if (value instanceof UnsignedInt) return new Uint(BigInt(value.valueOf()));
    if (typeof value === 'bigint' && value > 0x7fff_ffff_ffff_ffffn) this.#fail(at, 'invalid int literal');
    return value as Value;
  }

  /** A chain of any length, as a tree that is not deep. */
  #logic(node: LogicNode): Expression {
    const operands: Expression[] = [];
    const places: number[] = [];
    let left: ASTNode = node;
    while (isLogic(left, node.op)) {
      operands.push(this.read(left.args[1]));
      places.push(this.#between(node.op, left.args[0].end, left.start));
      left = left.args[0];
    }
    operands.push(this.read(left));
    operands.reverse();
    places.reverse();
    const kind = node.op === '&&' ? 'and' : 'or';
    const joined = (from: number, to: number): Expression => {
      const only = operands[from];
      if (to - from === 1 && only) return only;
      const middle = (from + to + 1) >> 1;
      return { kind, at: places[middle - 1] ?? node.start, left: joined(from, middle), right: joined(middle, to) };
    };
    return joined(0, operands.length);
  }

  #operator(node: ASTNode): Expression {
    if (isLogic(node, '&&') || isLogic(node, '||')) return this.#logic(node);
    const { op, args } = node;
    if (op === '!_') return this.#applied('!_', node.start, [args]);
    if (op === '-_') {
      const isNumber = args.op === 'value' && (typeof args.args === 'bigint' || typeof args.args === 'number');
      if (isNumber) return { kind: 'literal', at: node.start, value: -(args.args as bigint) };
      return this.#applied('-_', node.start, [args]);
    }
    if (op === '?:') {
      return {
        kind: 'conditional',
        at: this.#between('?', args[0].end, node.start),
        condition: this.read(args[0]),
        whenTrue: this.read(args[1]),
        whenFalse: this.read(args[2]),
      };
    }
    if (op === '[]' || op === '[?]') {
      const at = this.#between('[', args[0].end, node.start);
      return this.#applied(op === '[]' ? '_[_]' : '_[?_]', at, args);
    }
    if (op === 'in') return this.#applied('@in', this.#between('in', args[0].end, node.start), args);
    return this.#binary(op, args as readonly [ASTNode, ASTNode], node.start);
  }

  #binary(op: string, [left, right]: readonly [ASTNode, ASTNode], start: number): Expression {
    const at = this.#between(op, left.end, start);
    return this.#applied(`_${op}_`, at, [left, right]);
  }

  #applied(name: string, at: number, args: readonly ASTNode[]): Expression {
    return { kind: 'call', at, name, isMethod: false, args: args.map((arg) => this.read(arg)) };
  }

  #call(name: string, args: readonly ASTNode[], at: number): Expression {
    const fields = this.#constructions.get(at);
    if (fields) return this.#construction(name, fields, args, at);
    const [only] = args;
    if (name !== 'has' || args.length !== 1 || !only) return this.#applied(name, at, args);
    const tested = this.read(only);
    if (tested.kind !== 'select' || tested.form === 'test') {
      return this.#fail(only.start, 'invalid argument to has() macro');
    }
    return { ...tested, form: 'test', at };
  }

  /** `args`: the name of each field, which stands in `fields`, and its value. */
  #construction(
    typeName: string | undefined,
    fields: readonly FieldText[],
    args: readonly ASTNode[],
    at: number,
  ): Construction {
    if (typeName === undefined || args.length !== fields.length * 2) {
      return this.#fail(at, "Syntax error: mismatched input '{'");
    }
    const values = args.filter((_arg, index) => index % 2 === 1).map((value) => this.read(value));
    return {
      kind: 'construction',
      at,
      typeName,
      fields: fields.flatMap((field, index) => {
        const value = values[index];
        return value ? [{ ...field, value }] : [];
      }),
    };
  }

  #method(name: string, target: ASTNode, args: readonly ASTNode[]): Expression {
    const at = this.#between('(', this.#between(name, target.end, target.end), target.start);
    const fields = this.#constructions.get(at);
    const before = fields && nameOf(target);
    if (fields) return this.#construction(before === undefined ? undefined : `${before}.${name}`, fields, args, at);
    const macro = this.#macro(name, target, args, at);
    if (macro) return macro;
    return { kind: 'call', at, name, isMethod: true, args: [target, ...args].map((arg) => this.read(arg)) };
  }

  #macro(name: string, target: ASTNode, args: readonly ASTNode[], at: number): Expression | undefined {
    if (name === 'bind' && target.op === 'id' && target.args === 'cel' && args.length === 3) {
      const [variable, value, body] = args as readonly [ASTNode, ASTNode, ASTNode];
      const bound = this.#variable(variable, 'cel.bind() variable names must be simple identifiers');
      return { kind: 'bind', at, name: bound, value: this.read(value), body: this.read(body) };
    }
    if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2) {
      const [variable, body] = args as readonly [ASTNode, ASTNode];
      const bound = this.#variable(variable, `${name}() variable name must be a simple identifier`);
      return { kind: name, at, name: bound, value: this.read(target), body: this.read(body) };
    }
    if (name === 'sortBy' && args.length === 2) return this.#sortBy(target, args, at);
    const fold = foldForms.find((each) => each.macro === name && each.parts.length === args.length);
    return fold && this.#fold(fold, target, args, at);
  }

  /**
   * Sorts by what each item comes to.
   * https://github.com/google/cel-go/blob/master/ext/lists.go (sortByMacro)
   */
  #sortBy(target: ASTNode, args: readonly ASTNode[], at: number): Expression {
    const [variable, key] = args as readonly [ASTNode, ASTNode];
    const item = this.#variable(variable, 'sortBy can only be applied to a list, a variable and what is sorted by');
    const list: Expression = { kind: 'identifier', at, name: sortedList };
    const keys: Fold = { kind: 'fold', at, name: 'map', range: list, variables: [item], transform: this.read(key) };
    const sorted: Expression = { kind: 'call', at, name: '@sortByAssociatedKeys', isMethod: true, args: [list, keys] };
    return { kind: 'bind', at, name: sortedList, value: this.read(target), body: sorted };
  }

  #fold({ name, parts }: FoldForm, target: ASTNode, args: readonly ASTNode[], at: number): Fold {
    const of = (part: Part) => args.filter((_arg, index) => parts[index] === part);
    const variables = of('variable').map((each) => this.#variable(each, 'argument must be a simple name'));
    const [predicate] = of('predicate');
    const [transform] = of('transform');
    const [first = '', second] = variables;
    return {
      kind: 'fold',
      at,
      name,
      range: this.read(target),
      variables: second === undefined ? [first] : [first, second],
      ...(predicate ? { predicate: this.read(predicate) } : {}),
      ...(transform ? { transform: this.read(transform) } : {}),
    };
  }

  #variable(node: ASTNode, problem: string): string {
    return node.op === 'id' ? node.args : this.#fail(node.start, problem);
  }
}

type Part = 'variable' | 'predicate' | 'transform';
interface FoldForm {
  macro: string;
  name: FoldName;
  parts: readonly Part[];
}

const one: readonly Part[] = ['variable'];
const two: readonly Part[] = ['variable', 'variable'];
/** https://pkg.go.dev/github.com/google/cel-go/ext#TwoVarComprehensions has those with two variables. */
const foldForms: readonly FoldForm[] = [
  ...[one, two].flatMap((variables): FoldForm[] => [
    { macro: 'all', name: 'all', parts: [...variables, 'predicate'] },
    { macro: 'exists', name: 'exists', parts: [...variables, 'predicate'] },
    { macro: 'exists_one', name: 'exists_one', parts: [...variables, 'predicate'] },
    { macro: 'existsOne', name: 'exists_one', parts: [...variables, 'predicate'] },
  ]),
  { macro: 'filter', name: 'filter', parts: [...one, 'predicate'] },
  { macro: 'map', name: 'map', parts: [...one, 'transform'] },
  { macro: 'map', name: 'map', parts: [...one, 'predicate', 'transform'] },
  ...(['transformList', 'transformMap', 'transformMapEntry'] as const).flatMap((name): FoldForm[] => [
    { macro: name, name, parts: [...two, 'transform'] },
    { macro: name, name, parts: [...two, 'predicate', 'transform'] },
  ]),
];

/** Throws `CompileError` where the text is no expression. */
export function parseExpression(source: string): Expression {
  if (source.length > longest) {
    throw new CompileError('', [
      { at: 0, message: `expression code point size exceeds limit: size: ${source.length}, limit ${longest}` },
    ]);
  }
  const rewritten = withoutConstructions(source);
  try {
    return new Reader(source, rewritten).read(grammar.parse(rewritten.text).ast);
  } catch (error) {
    if (error instanceof RangeError) throw new CompileError('', [{ at: 0, message: tooDeep }]);
    if (!(error instanceof ParseError)) throw error;
    throw new CompileError(source, [issueOf(source, error)]);
  }
}
