/**
 * Runs the expressions of policies and webhooks on one write.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/webhook/matchconditions/matcher.go
 */
import type { Compiled } from '../../../api/admissionregistration/compiled.ts';
import { limits, type Program } from '../../../api/cel/environment.ts';
import type { Activation } from '../../../api/cel/frame.ts';
import { EntryMap, EvaluationError, type Value } from '../../../api/cel/values.ts';
import type { Steps } from '../../../api/json/steps.ts';
import { aggregated } from '../../authorization/authorizer.ts';

/** An error that the failure policy decides on. */
export class PolicyError extends Error {}

/** No other expression runs after this one. */
export class OutOfBudget extends PolicyError {
  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
  }
}

interface Variable {
  readonly value: Value;
  /** Set where the variable has no value: why not. */
  readonly problem: string | undefined;
  readonly cost: number;
}

/** The variable `variables`. What one costs is paid by the first expression that reads it. */
class Variables extends EntryMap {
  readonly #known = new Map<string, Variable>();
  readonly #paid = new Set<string>();
  #due = 0;

  isKnown(name: string): boolean {
    return this.#known.has(name);
  }

  learn(name: string, variable: Variable): void {
    this.#known.set(name, variable);
  }

  /** What has been read since the last time costs this much. */
  takeDue(): number {
    const due = this.#due;
    this.#due = 0;
    return due;
  }

  override get(key: Value): Value | undefined {
    const variable = typeof key === 'string' ? this.#known.get(key) : undefined;
    if (!variable || typeof key !== 'string') return undefined;
    if (!this.#paid.has(key)) this.#due += variable.cost;
    this.#paid.add(key);
    if (variable.problem !== undefined) throw new EvaluationError(variable.problem);
    return variable.value;
  }
}

/** Runs compiled expressions on one write, within a budget. */
export class Evaluation {
  #left: number;
  readonly #variables = new Variables();
  readonly #declared: ReadonlyMap<string, Compiled>;
  readonly #activation: Activation;

  /** `declared`: the variables that expressions may name. */
  constructor(declared: ReadonlyMap<string, Compiled>, activation: Activation, budget: number) {
    this.#declared = declared;
    this.#activation = (name) => (name === 'variables' ? this.#variables : activation(name));
    this.#left = budget;
  }

  /** What is left of the budget. */
  get left(): number {
    return this.#left;
  }

  /** Throws `PolicyError`. */
  *run(compiled: Compiled): Steps<Value> {
    if (compiled.problem !== undefined) throw new PolicyError(`compilation error: ${compiled.problem}`);
    const { program, source } = compiled;
    yield* this.#prepare(program);
    const { value, error, cost } = yield* program.run(this.#activation);
    this.#left -= cost + this.#variables.takeDue();
    if (this.#left < 0) throw new OutOfBudget();
    if (error) throw new PolicyError(`expression '${source}' resulted in error: ${error.message}`);
    return value;
  }

  /** Only what the expression names is evaluated, and once. One that fails fails whoever reads it. */
  *#prepare(program: Program): Steps<void> {
    if (!program.uses('variables')) return;
    for (const [name, declared] of this.#declared) {
      if (!program.source.includes(name) || this.#variables.isKnown(name)) continue;
      this.#variables.learn(name, yield* this.#evaluated(name, declared));
    }
  }

  *#evaluated(name: string, compiled: Compiled): Steps<Variable> {
    const failed = (what: string, reason: string, cost: number): Variable => ({
      value: null,
      problem: `composited variable "${name}" fails to ${what}: ${reason}`,
      cost,
    });
    if (compiled.problem !== undefined) return failed('compile', compiled.problem, 0);
    const { program } = compiled;
    yield* this.#prepare(program);
    const before = this.#variables.takeDue();
    const { value, error, cost } = yield* program.run(this.#activation);
    const all = before + cost + this.#variables.takeDue();
    return error ? failed('evaluate', error.message, all) : { value, problem: undefined, cost: all };
  }
}

const noVariables: ReadonlyMap<string, Compiled> = new Map();

/**
 * In steps. False where a condition says so, whatever the others do; else throws `PolicyError` where some
 * of them fail. https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchconditions
 */
export function* meetsConditions(conditions: readonly Compiled[], activation: Activation): Steps<boolean> {
  const evaluation = new Evaluation(noVariables, activation, limits.matchConditions);
  const failures: string[] = [];
  for (const condition of conditions) {
    try {
      if ((yield* evaluation.run(condition)) === false) return false;
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      failures.push(error.message);
      if (error instanceof OutOfBudget) break;
    }
  }
  if (failures.length > 0) throw new PolicyError(aggregated(failures));
  return true;
}
