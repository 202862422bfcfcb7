/**
 * Runs the rules of a custom resource's schema on an object.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/schema/cel/validation.go
 */
import { limits } from '../../cel/environment.ts';
import { type Activation, CostExceeded } from '../../cel/frame.ts';
import { fromJson } from '../../cel/from-json.ts';
import type { Type } from '../../cel/types.ts';
import { none, Optional } from '../../cel/values.ts';
import { duplicate, forbidden, invalid, required } from '../../field-errors.ts';
import type { Steps } from '../../json/steps.ts';
import { isObject } from '../../json/value.ts';
import type { FieldError, Verdict } from '../../kind.ts';
import type { ValidationRule } from '../../schema/schema.ts';
import { Correlated } from '../../schema/structural/correlated.ts';
import { childPath, itemPath } from '../../schema/structural/walk.ts';
import type { CompiledRule } from './compiled-rule.ts';
import type { RuleTree } from './rule-tree.ts';

/** What a value was before, and whether it has changed. */
interface Before {
  readonly current: Correlated | undefined;
  /** The nearest value around it of which that is known. */
  readonly nearest: Correlated | undefined;
}

const isUnchanged = ({ current, nearest }: Before): boolean => (current ?? nearest)?.isSame ?? false;

function beforeOf({ current, nearest }: Before, find: (from: Correlated) => Correlated | undefined): Before {
  return current ? { current: find(current), nearest: current } : { current, nearest };
}

const wordOf = ({ rule, message }: ValidationRule): string => (message ? message.trim() : rule.trim());

/** Ends all rules: what they may cost is spent, or one of them cost too much. */
class Stopped extends Error {}

class RuleRun {
  readonly errors: FieldError[] = [];
  readonly warnings: FieldError[] = [];
  #budget: number = limits.perRequest;

  *visit(tree: RuleTree, value: unknown, path: string, before: Before): Steps<void> {
    if (value === null || value === undefined) return;
    if (tree.rules.length > 0) yield* this.#rules(tree, value, path, before);
    if (Array.isArray(value)) yield* this.#list(tree, value, path, before);
    else if (isObject(value)) yield* this.#object(tree, value, path, before);
  }

  *#list({ items }: RuleTree, list: readonly unknown[], path: string, before: Before): Steps<void> {
    if (!items) return;
    for (const [index, item] of list.entries()) {
      const was = beforeOf(before, (from) => from.index(index));
      yield* this.visit(items, item, itemPath(path, index), was);
    }
  }

  *#object(tree: RuleTree, object: Record<string, unknown>, path: string, before: Before): Steps<void> {
    for (const [key, value] of Object.entries(object)) {
      const property = tree.properties.get(key);
      const below = property ?? tree.values;
      if (!below) continue;
      const where = property ? childPath(path, key) : `${path}[${key}]`;
      yield* this.visit(
        below,
        value,
        where,
        beforeOf(before, (from) => from.key(key)),
      );
    }
  }

  *#rules({ rules, type, schema }: RuleTree, value: unknown, path: string, before: Before): Steps<void> {
    yield;
    const old = before.current?.old ?? undefined;
    const run: Subject = { value, kind: schema.type ?? '', path, before };
    for (const rule of rules) {
      const isOptional = rule.rule.optionalOldSelf ?? false;
      if (rule.usesOld && old === undefined && !isOptional) continue;
      yield* this.#rule(rule, activationOf(type.type, value, old, isOptional), run);
    }
  }

  #fail({ path, kind }: Subject, detail: string): void {
    this.errors.push(invalid(path || '<nil>', kind, detail));
  }

  #stop(subject: Subject, detail: string): never {
    this.#fail(subject, detail);
    throw new Stopped();
  }

  *#rule(compiled: CompiledRule, activation: Activation, subject: Subject): Steps<void> {
    const { rule, test } = compiled;
    if (!test) return;
    if (test.problem !== undefined) return this.#fail(subject, `rule compile error: ${test.problem}`);
    if (this.#budget <= 0) this.#stop(subject, outOfBudget);
    const { value, error, cost } = yield* test.program.run(activation);
    this.#budget -= cost;
    if (this.#budget < 0) this.#stop(subject, outOfBudget);
    if (error instanceof CostExceeded) {
      const what = 'no further validation rules will be run due to call cost exceeds limit for rule';
      this.#stop(subject, `'${error.message}': ${what}: ${wordOf(rule)}`);
    }
    if (error) return this.#fail(subject, errorText(error.message, rule));
    if (value === true) return;
    const said = yield* this.#message(compiled, activation, subject);
    const failure = failureOf(
      compiled,
      subject,
      said ?? (rule.message ? wordOf(rule) : `failed rule: ${wordOf(rule)}`),
    );
    const isForgiven = !compiled.usesOld && isUnchanged(subject.before);
    (isForgiven ? this.warnings : this.errors).push(failure);
  }

  /** Undefined: there is none, or it says nothing. */
  *#message({ rule, message }: CompiledRule, activation: Activation, subject: Subject): Steps<string | undefined> {
    if (!message || message.problem !== undefined) return undefined;
    const { value, error, cost } = yield* message.program.run(activation);
    this.#budget -= cost;
    if (this.#budget < 0) {
      this.#stop(
        subject,
        'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run',
      );
    }
    if (error instanceof CostExceeded) {
      const what = 'no further validation rules will be run due to call cost exceeds limit for messageExpression';
      this.#stop(subject, `${what}: ${JSON.stringify(rule.messageExpression)}`);
    }
    const text = typeof value === 'string' ? value.trim() : '';
    const isSound = text !== '' && !text.includes('\n') && text.length <= limits.messageBytes;
    return isSound ? text : undefined;
  }
}

/** Values that are not of their type are an error of the rule that asks for them. */
const activationOf =
  (type: Type, value: unknown, old: unknown, isOptional: boolean): Activation =>
  (name) => {
    if (name === 'self') return fromJson(value, type);
    if (name !== 'oldSelf') return undefined;
    if (old === undefined) return isOptional ? none : undefined;
    return isOptional ? new Optional(fromJson(old, type)) : fromJson(old, type);
  };

interface Subject {
  readonly value: unknown;
  /** Its type, as the schema has it. */
  readonly kind: string;
  readonly path: string;
  readonly before: Before;
}

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

const errorText = (message: string, rule: ValidationRule): string =>
  message.startsWith('no such overload')
    ? `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${wordOf(rule)}`
    : `${message} evaluating rule: ${wordOf(rule)}`;

/** Objects and lists are not shown. */
function failureOf({ rule, fieldPath }: CompiledRule, { value, path }: Subject, detail: string): FieldError {
  const field = fieldPath === undefined ? path || '<nil>' : childPath(path, fieldPath);
  const shown = typeof value === 'object' ? undefined : value;
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbidden(field, detail);
    case 'FieldValueRequired':
      return required(field, detail);
    case 'FieldValueDuplicate':
      return duplicate(field, shown);
    default:
      return invalid(field, shown, detail);
  }
}

/** In steps. `old` is given on update. */
export function* runRules(tree: RuleTree, object: unknown, old?: unknown): Steps<Verdict> {
  const run = new RuleRun();
  const root = old === undefined ? undefined : new Correlated(object, old, tree.schema);
  try {
    yield* run.visit(tree, object, '', { current: root, nearest: undefined });
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
  return run;
}
