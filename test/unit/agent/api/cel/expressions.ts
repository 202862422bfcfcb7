/** Expressions with their variables, run and shown. */
import { ExpressionEnvironment } from '../../../../../agent/api/cel/environment.ts';
import { fromJson } from '../../../../../agent/api/cel/from-json.ts';
import { dyn, type Type } from '../../../../../agent/api/cel/types.ts';
import {
  EntryMap,
  JsonMap,
  List,
  ObjectValue,
  Optional,
  Uint,
  type Value,
} from '../../../../../agent/api/cel/values.ts';
import { inOneGo } from '../../../../../agent/api/json/steps.ts';

/** Integers as bigints, doubles as numbers; an optional as `{ some }` or `'none'`. */
export function shown(value: Value): unknown {
  if (value instanceof List) return [...value].map(shown);
  if (value instanceof JsonMap || value instanceof EntryMap) {
    return Object.fromEntries([...value.keys()].map((key) => [String(shown(key)), shown(value.get(key) ?? null)]));
  }
  if (value instanceof ObjectValue) return 'object';
  if (value instanceof Optional) return value.value === undefined ? 'none' : { some: shown(value.value) };
  return value instanceof Uint ? `${value.value}u` : value;
}

export interface Variables {
  readonly [name: string]: { readonly type?: Type; readonly json: unknown };
}

/** What the expression comes to, or its error as `error: ...`. Throws `CompileError`. */
export function outcome(source: string, variables: Variables = {}): unknown {
  const types = Object.fromEntries(Object.entries(variables).map(([name, { type = dyn }]) => [name, type]));
  const program = new ExpressionEnvironment(types).compile(source);
  const { value, error } = inOneGo(
    program.run((name) => {
      const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
      return variable && fromJson(variable.json, variable.type ?? dyn);
    }),
  );
  return error ? `error: ${error.message}` : shown(value ?? null);
}

/** What is wrong with an expression, all of it. */
export function compileProblem(source: string, types: Readonly<Record<string, Type>> = {}): string {
  try {
    new ExpressionEnvironment(types).compile(source);
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
