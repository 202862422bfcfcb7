/**
 * Finds the types of an expression, and what is wrong with it.
 * https://github.com/google/cel-go/blob/master/checker/checker.go
 */
import type { Checked } from './checked.ts';
import type {
  Bind,
  Call,
  Construction,
  Expression,
  Fold,
  Identifier,
  ListLiteral,
  MapLiteral,
  Select,
} from './expression.ts';
import type { FunctionTable, Overload } from './functions.ts';
import type { Issue } from './issues.ts';
import {
  type Bindings,
  bool,
  bytes,
  double,
  dyn,
  int,
  isAssignable,
  listOf,
  mapOf,
  nullType,
  type ObjectType,
  optionalOf,
  string,
  substitute,
  type Type,
  typeText,
  typeType,
  uint,
  unified,
} from './types.ts';
import { Uint, type Value } from './values.ts';

export interface Declarations {
  /** By name; a name may have dots. */
  readonly variables: ReadonlyMap<string, Type>;
  readonly functions: FunctionTable;
  /** What may be constructed, by name. */
  objectType?(name: string): ObjectType | undefined;
}

type Scope = ReadonlyMap<string, Type>;

function typeOfLiteral(value: Value): Type {
  if (value === null) return nullType;
  if (typeof value === 'boolean') return bool;
  if (typeof value === 'bigint') return int;
  if (typeof value === 'number') return double;
  if (typeof value === 'string') return string;
  return value instanceof Uint ? uint : bytes;
}

/** `a.b.c` as a name; undefined where it is not made of names alone. */
function qualifiedName(node: Expression): string | undefined {
  if (node.kind === 'identifier') return node.name;
  if (node.kind !== 'select' || node.form !== 'plain') return undefined;
  const before = qualifiedName(node.operand);
  return before === undefined ? undefined : `${before}.${node.field}`;
}

const typeNames = new Set([
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
]);

const isTrue = (type: Type): boolean => type.kind === 'bool' || type.kind === 'dyn';

export class Checker {
  readonly issues: Issue[] = [];
  readonly #declarations: Declarations;

  constructor(declarations: Declarations) {
    this.#declarations = declarations;
  }

  check(node: Expression, scope: Scope = new Map()): Checked {
    switch (node.kind) {
      case 'literal':
        return { ...node, type: typeOfLiteral(node.value) };
      case 'identifier':
        return this.#identifier(node, scope);
      case 'select':
        return this.#select(node, scope);
      case 'call':
        return this.#call(node, scope);
      case 'list':
        return this.#list(node, scope);
      case 'map':
        return this.#map(node, scope);
      case 'and':
      case 'or': {
        const [left, right] = [this.check(node.left, scope), this.check(node.right, scope)];
        const name = node.kind === 'and' ? '_&&_' : '_||_';
        if (!isTrue(left.type) || !isTrue(right.type)) this.#noOverload(node.at, name, [left, right], false);
        return { ...node, left, right, type: bool };
      }
      case 'construction':
        return this.#construction(node, scope);
      case 'conditional':
        return this.#conditional(node, scope);
      case 'fold':
        return this.#fold(node, scope);
      default:
        return this.#bind(node, scope);
    }
  }

  #report(at: number, message: string): void {
    this.issues.push({ at, message });
  }

  #noOverload(at: number, name: string, args: readonly Checked[], isMethod: boolean): void {
    const texts = args.map(({ type }) => typeText(type));
    const applied = isMethod ? `${texts[0]}.(${texts.slice(1).join(', ')})` : `(${texts.join(', ')})`;
    this.#report(at, `found no matching overload for '${name}' applied to '${applied}'`);
  }

  #named(name: string, scope: Scope): Type | undefined {
    const known = scope.get(name) ?? this.#declarations.variables.get(name);
    return known ?? (typeNames.has(name) ? typeType : undefined);
  }

  #identifier(node: Identifier, scope: Scope): Checked {
    const type = this.#named(node.name, scope);
    if (!type) this.#report(node.at, `undeclared reference to '${node.name}' (in container '')`);
    return { ...node, type: type ?? dyn };
  }

  #select(node: Select, scope: Scope): Checked {
    const name = qualifiedName(node);
    const qualified = name === undefined || scope.has(name.split('.')[0] ?? '') ? undefined : this.#named(name, scope);
    if (name !== undefined && qualified) return { kind: 'identifier', at: node.at, name, type: qualified };
    const operand = this.check(node.operand, scope);
    const isOptional = operand.type.kind === 'optional';
    const found = this.#fieldType(operand.type.kind === 'optional' ? operand.type.of : operand.type, node);
    const wrapped = isOptional || node.form === 'optional' ? optionalOf(found) : found;
    return { ...node, operand, type: node.form === 'test' ? bool : wrapped };
  }

  #fieldType(type: Type, { field, at, form }: Select): Type {
    if (type.kind === 'dyn') return dyn;
    if (type.kind === 'map') return type.value;
    if (type.kind === 'object') {
      const found = type.field(field);
      if (!found && form !== 'optional') this.#report(at, `undefined field '${field}'`);
      return found?.type ?? dyn;
    }
    this.#report(at, `type '${typeText(type)}' does not support field selection`);
    return dyn;
  }

  /** `optional.of(x)` reads as a method; it is a function where the name before it is no variable. */
  #qualifiedCall({ name, isMethod, args: [target] }: Call, scope: Scope): string | undefined {
    const before = isMethod && target ? qualifiedName(target) : undefined;
    if (before === undefined || this.#named(before, scope)) return undefined;
    return this.#declarations.functions.find(`${before}.${name}`, false) ? `${before}.${name}` : undefined;
  }

  #call(node: Call, scope: Scope): Checked {
    const qualified = this.#qualifiedCall(node, scope);
    const name = qualified ?? node.name;
    const isMethod = qualified === undefined && node.isMethod;
    const given = qualified === undefined ? node.args : node.args.slice(1);
    const args = given.map((arg) => this.check(arg, scope));
    const candidates = this.#declarations.functions.find(name, isMethod);
    const failed = { kind: 'call' as const, at: node.at, name, args, overloads: [], isDynamic: true, type: dyn };
    if (!candidates) {
      this.#report(node.at, `undeclared reference to '${name}' (in container '')`);
      return failed;
    }
    const matching = candidates.flatMap((each) => matched(each, args));
    if (matching.length === 0) {
      this.#noOverload(node.at, name, args, isMethod);
      return failed;
    }
    const [first = dyn, ...others] = matching.map(({ result }) => result);
    const isSame = others.every((type) => typeText(type) === typeText(first));
    const isDynamic = matching.length > 1 || args.some(({ type }) => type.kind === 'dyn');
    return { ...failed, overloads: matching.map(({ overload }) => overload), isDynamic, type: isSame ? first : dyn };
  }

  /** What literals have is all of one type. */
  #joined(parts: readonly Checked[]): Type {
    const [first, ...others] = parts;
    if (!first) return dyn;
    return others.reduce((type, part) => {
      const joined = unified(type, part.type);
      if (!joined) this.#report(part.at, `expected type '${typeText(type)}' but found '${typeText(part.type)}'`);
      return joined ?? dyn;
    }, first.type);
  }

  #list(node: ListLiteral, scope: Scope): Checked {
    const items = node.items.map((item) => this.check(item, scope));
    return { ...node, items, type: listOf(this.#joined(items)) };
  }

  #map(node: MapLiteral, scope: Scope): Checked {
    const entries = node.entries.map(([key, value]) => [this.check(key, scope), this.check(value, scope)] as const);
    const keys = this.#joined(entries.map(([key]) => key));
    return { ...node, entries, type: mapOf(keys, this.#joined(entries.map(([, value]) => value))) };
  }

  #construction(node: Construction, scope: Scope): Checked {
    const type = this.#declarations.objectType?.(node.typeName);
    if (!type) this.#report(node.at, `undeclared reference to '${node.typeName}' (in container '')`);
    const fields = node.fields.map(({ name, at, isOptional, value }) => {
      const checked = this.check(value, scope);
      const given = isOptional && checked.type.kind === 'optional' ? checked.type.of : checked.type;
      if (type) this.#checkField(type, name, at, given);
      return { name, isOptional, value: checked };
    });
    return { ...node, fields, type: type ?? dyn };
  }

  #checkField(type: ObjectType, name: string, at: number, given: Type): void {
    const field = type.field(name);
    if (!field) this.#report(at, `undefined field '${name}'`);
    else if (!isAssignable(field.type, given)) {
      const [declared, found] = [typeText(field.type), typeText(given)];
      this.#report(at, `expected type of field '${name}' is '${declared}' but provided type is '${found}'`);
    }
  }

  #conditional(node: Expression & { kind: 'conditional' }, scope: Scope): Checked {
    const condition = this.check(node.condition, scope);
    const [whenTrue, whenFalse] = [this.check(node.whenTrue, scope), this.check(node.whenFalse, scope)];
    const type = unified(whenTrue.type, whenFalse.type);
    if (!type || !isTrue(condition.type)) {
      this.#noOverload(node.at, '_?_:_', [condition, whenTrue, whenFalse], false);
    }
    return { ...node, condition, whenTrue, whenFalse, type: type ?? dyn };
  }

  /** What the variables of a macro are. */
  #rangeTypes({ type, at }: Checked, isPair: boolean): readonly [Type, Type] {
    if (type.kind === 'list') return isPair ? [int, type.item] : [type.item, dyn];
    if (type.kind === 'map') return [type.key, type.value];
    if (type.kind !== 'dyn') {
      const text = `expression of type '${typeText(type)}' cannot be range of a comprehension`;
      this.#report(at, `${text} (must be list, map, or dynamic)`);
    }
    return [dyn, dyn];
  }

  #fold(node: Fold, scope: Scope): Checked {
    const range = this.check(node.range, scope);
    const types = this.#rangeTypes(range, node.variables.length === 2);
    const inside = new Map(scope);
    for (const [index, name] of node.variables.entries()) inside.set(name, types[index] ?? dyn);
    const predicate = node.predicate && this.check(node.predicate, inside);
    const transform = node.transform && this.check(node.transform, inside);
    if (predicate && !isTrue(predicate.type)) {
      this.#report(predicate.at, `expected type 'bool' but found '${typeText(predicate.type)}'`);
    }
    const { predicate: _predicate, transform: _transform, ...rest } = node;
    const type = foldType(node, range.type, types[0], transform?.type ?? dyn);
    return { ...rest, range, type, ...(predicate ? { predicate } : {}), ...(transform ? { transform } : {}) };
  }

  #bind(node: Bind, scope: Scope): Checked {
    const value = this.check(node.value, scope);
    const isOptional = node.kind !== 'bind';
    const inside = isOptional ? (value.type.kind === 'optional' ? value.type.of : dyn) : value.type;
    if (isOptional && value.type.kind !== 'optional' && value.type.kind !== 'dyn') {
      this.#noOverload(node.at, node.kind, [value], true);
    }
    const body = this.check(node.body, new Map(scope).set(node.name, inside));
    return { ...node, value, body, type: node.kind === 'optMap' ? optionalOf(body.type) : body.type };
  }
}

function matched(overload: Overload, args: readonly Checked[]): { overload: Overload; result: Type }[] {
  if (overload.args.length !== args.length) return [];
  const bindings: Bindings = new Map();
  const fits = overload.args.every((declared, index) => {
    const arg = args[index];
    return arg !== undefined && isAssignable(declared, arg.type, bindings);
  });
  return fits ? [{ overload, result: substitute(overload.result, bindings) }] : [];
}

function foldType({ name }: Fold, range: Type, first: Type, transform: Type): Type {
  switch (name) {
    case 'map':
    case 'transformList':
      return listOf(transform);
    case 'filter':
      return listOf(first);
    case 'transformMap':
      return mapOf(range.kind === 'list' ? int : range.kind === 'map' ? range.key : dyn, transform);
    case 'transformMapEntry':
      return transform.kind === 'map' ? transform : mapOf(dyn, dyn);
    default:
      return bool;
  }
}
