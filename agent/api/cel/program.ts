/**
 * Makes functions of checked expressions. Only macros can go on for long, so only what has one in it works in steps.
 * What each part costs is as upstream counts it.
 * https://github.com/google/cel-go/blob/master/interpreter/runtimecost.go
 */
import type { Steps } from '../json/steps.ts';
import type {
  Checked,
  CheckedBind,
  CheckedCall,
  CheckedConditional,
  CheckedConstruction,
  CheckedIdentifier,
  CheckedLogic,
  CheckedMap,
  CheckedSelect,
} from './checked.ts';
import { compileFold } from './fold.ts';
import type { Frame } from './frame.ts';
import type { Overload } from './functions.ts';
import { isOfType } from './is-of-type.ts';
import { isMap, type Meter, roughSize } from './operations.ts';
import { atOnce, evaluate, inSteps, type Piece, type Slots, withSlots } from './piece.ts';
import {
  ConstructedValue,
  EntryMap,
  EvaluationError,
  type Keyed,
  listFrom,
  none,
  noSuchKey,
  noSuchOverload,
  ObjectValue,
  Optional,
  TypeValue,
  type Value,
} from './values.ts';

/** Values of all parts, then one of them. */
function strict(parts: readonly Piece[], combine: (values: Value[], frame: Frame) => Value): Piece {
  const quick = parts.flatMap((part) => (part.loops ? [] : [part]));
  if (quick.length === parts.length) {
    return atOnce((frame) => {
      const values: Value[] = [];
      for (const part of quick) values.push(part.run(frame));
      return combine(values, frame);
    });
  }
  return inSteps(function* (frame) {
    const values: Value[] = [];
    for (const part of parts) values.push(yield* evaluate(part, frame));
    return combine(values, frame);
  });
}

const isKeyed = (value: Value): value is Value & Keyed =>
  isMap(value) || value instanceof ObjectValue || value instanceof ConstructedValue;

function compileIdentifier({ name, type }: CheckedIdentifier, slots: Slots): Piece {
  const slot = slots.get(name);
  if (slot !== undefined) {
    return atOnce((frame) => {
      frame.spend(1);
      return frame.slots[slot] ?? null;
    });
  }
  return atOnce((frame) => {
    frame.spend(1);
    const value = frame.activation(name);
    if (value !== undefined) return value;
    if (type.kind === 'type') return new TypeValue(name);
    throw new EvaluationError(`no such attribute(s): ${name}`);
  });
}

const optionalOf = (value: Value | undefined): Optional => (value === undefined ? none : new Optional(value));

function selected(operand: Value, { field, form }: CheckedSelect): Value {
  const inner = operand instanceof Optional ? operand.value : operand;
  const found = inner !== undefined && isKeyed(inner) ? inner.get(field) : undefined;
  if (form === 'test') return found !== undefined;
  if (form === 'optional' || operand instanceof Optional) return optionalOf(found);
  if (found === undefined) throw noSuchKey(field);
  return found;
}

function compileSelect(node: CheckedSelect, slots: Slots): Piece {
  const cost = node.form === 'test' ? 0 : 1;
  return strict([compile(node.operand, slots)], ([operand = null], frame) => {
    frame.spend(cost);
    return selected(operand, node);
  });
}

function chosen({ overloads, isDynamic }: CheckedCall, args: readonly Value[]): Overload {
  const [only] = overloads;
  if (!isDynamic && only) return only;
  const found = overloads.find((each) => each.args.every((type, index) => isOfType(args[index] ?? null, type)));
  if (!found) throw noSuchOverload();
  return found;
}

function costOf({ cost }: Overload, args: readonly Value[], meter: Meter): number {
  if (cost.run) return cost.run(args, meter);
  return cost.of ? cost.of(args.map(roughSize)) : 1;
}

function compileCall(node: CheckedCall, slots: Slots): Piece {
  const parts = node.args.map((arg) => compile(arg, slots));
  return strict(parts, (args, frame) => {
    const overload = chosen(node, args);
    frame.spend(costOf(overload, args, frame));
    return overload.call(args, frame);
  });
}

function compileMap(node: CheckedMap, slots: Slots): Piece {
  const parts = node.entries.flatMap(([key, value]) => [compile(key, slots), compile(value, slots)]);
  return strict(parts, (values, frame) => {
    frame.spend(30);
    const map = new EntryMap();
    for (let at = 0; at < values.length; at += 2) map.add(values[at] ?? null, values[at + 1] ?? null);
    return map;
  });
}

function compileConstruction({ typeName, fields }: CheckedConstruction, slots: Slots): Piece {
  const parts = fields.map(({ value }) => compile(value, slots));
  return strict(parts, (values, frame) => {
    frame.spend(40);
    const set = new Map<string, Value>();
    for (const [index, { name, isOptional }] of fields.entries()) {
      const value = values[index] ?? null;
      if (isOptional && !(value instanceof Optional)) throw noSuchOverload();
      const given = isOptional && value instanceof Optional ? value.value : value;
      if (given !== undefined) set.set(name, given);
    }
    return new ConstructedValue(typeName, set);
  });
}

/** The value, or why there is none. */
function* attempt(piece: Piece, frame: Frame): Steps<Value | EvaluationError> {
  try {
    return yield* evaluate(piece, frame);
  } catch (error) {
    if (error instanceof EvaluationError) return error;
    throw error;
  }
}

function attemptAtOnce(piece: Piece & { loops: false }, frame: Frame): Value | EvaluationError {
  try {
    return piece.run(frame);
  } catch (error) {
    if (error instanceof EvaluationError) return error;
    throw error;
  }
}

type Outcome = Value | EvaluationError;

/** What decides alone: false of `&&`, true of `||`. */
function joined(left: Outcome, right: Outcome, decisive: boolean): Value {
  if (right === decisive) return decisive;
  if (left instanceof EvaluationError) throw left;
  if (right instanceof EvaluationError) throw right;
  if (typeof left !== 'boolean' || typeof right !== 'boolean') throw noSuchOverload();
  return !decisive;
}

function compileLogic({ kind, left, right }: CheckedLogic, slots: Slots): Piece {
  const decisive = kind === 'or';
  const [first, second] = [compile(left, slots), compile(right, slots)];
  if (!first.loops && !second.loops) {
    return atOnce((frame) => {
      const outcome = attemptAtOnce(first, frame);
      return outcome === decisive ? decisive : joined(outcome, attemptAtOnce(second, frame), decisive);
    });
  }
  return inSteps(function* (frame) {
    const outcome = yield* attempt(first, frame);
    return outcome === decisive ? decisive : joined(outcome, yield* attempt(second, frame), decisive);
  });
}

function compileConditional({ condition, whenTrue, whenFalse }: CheckedConditional, slots: Slots): Piece {
  const [test, yes, no] = [compile(condition, slots), compile(whenTrue, slots), compile(whenFalse, slots)];
  const branch = (value: Value): Piece => {
    if (typeof value !== 'boolean') throw noSuchOverload();
    return value ? yes : no;
  };
  if (!test.loops && !yes.loops && !no.loops) {
    return atOnce((frame) => {
      const value = test.run(frame);
      if (typeof value !== 'boolean') throw noSuchOverload();
      return value ? yes.run(frame) : no.run(frame);
    });
  }
  return inSteps(function* (frame) {
    return yield* evaluate(branch(yield* evaluate(test, frame)), frame);
  });
}

function compileBind({ kind, name, value, body }: CheckedBind, slots: Slots): Piece {
  const { inside, at } = withSlots(slots, [name]);
  const [bound, rest] = [compile(value, slots), compile(body, inside)];
  return inSteps(function* (frame) {
    const given = yield* evaluate(bound, frame);
    if (kind === 'bind') {
      frame.spend(10);
      frame.slots[at] = given;
      return yield* evaluate(rest, frame);
    }
    if (!(given instanceof Optional)) throw noSuchOverload();
    if (given.value === undefined) return none;
    frame.slots[at] = given.value;
    const result = yield* evaluate(rest, frame);
    return kind === 'optMap' ? new Optional(result) : result;
  });
}

/**
 * A whole expression: between the conditions that it joins others may go on, which would make macros slow within them.
 */
export function compileRoot(node: Checked): Piece {
  if (node.kind !== 'and' && node.kind !== 'or') return compile(node);
  const decisive = node.kind === 'or';
  const [first, second] = [compileRoot(node.left), compileRoot(node.right)];
  return inSteps(function* (frame) {
    const outcome = yield* attempt(first, frame);
    if (outcome === decisive) return decisive;
    if (frame.isDue()) yield;
    return joined(outcome, yield* attempt(second, frame), decisive);
  });
}

export function compile(node: Checked, slots: Slots = new Map()): Piece {
  switch (node.kind) {
    case 'literal':
      return atOnce(() => node.value);
    case 'identifier':
      return compileIdentifier(node, slots);
    case 'select':
      return compileSelect(node, slots);
    case 'call':
      return compileCall(node, slots);
    case 'list':
      return strict(
        node.items.map((item) => compile(item, slots)),
        (values, frame) => {
          frame.spend(10);
          return listFrom(values);
        },
      );
    case 'map':
      return compileMap(node, slots);
    case 'construction':
      return compileConstruction(node, slots);
    case 'and':
    case 'or':
      return compileLogic(node, slots);
    case 'conditional':
      return compileConditional(node, slots);
    case 'fold':
      return compileFold(node, slots, compile);
    default:
      return compileBind(node, slots);
  }
}
