/**
 * Runs the expressions of policies and webhooks on one write.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/webhook/matchconditions/matcher.go
 */
import type { Compiled } from '../../../api/admissionregistration/compiled.ts';
import { limits } from '../../../api/cel/environment.ts';
import type { Activation } from '../../../api/cel/frame.ts';
import { EntryMap, type Value } from '../../../api/cel/values.ts';
import type { Steps } from '../../../api/json/steps.ts';

/** An error that the failure policy decides on. */
export class PolicyError extends Error {}

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

/** Runs compiled expressions on one write, within a budget. */
export class Evaluation {
  #left: number;
  readonly #variables = new Map<string, Value>();
  readonly #declared: ReadonlyMap<string, Compiled>;
  readonly #activation: Activation;

  /** `declared`: the variables that expressions may name. */
  constructor(declared: ReadonlyMap<string, Compiled>, activation: Activation, budget: number) {
    this.#declared = declared;
    this.#activation = activation;
    this.#left = budget;
  }

  *run(compiled: Compiled): Steps<Value> {
    if (compiled.problem !== undefined) throw new PolicyError(`compilation error: ${compiled.problem}`);
    const { program, source } = compiled;
    for (const name of this.#declared.keys()) {
      if (program.uses('variables') && source.includes(name)) yield* this.#variable(name);
    }
    const { value, error, cost } = yield* program.run((name) =>
      name === 'variables' ? new EntryMap(this.#variables) : this.#activation(name),
    );
    this.#left -= cost;
    if (this.#left < 0) throw new PolicyError(outOfBudget);
    if (error) throw new PolicyError(`expression '${source}' resulted in error: ${error.message}`);
    return value;
  }

  /** Only what is named is evaluated, and once. One that fails fails whoever asks for it. */
  *#variable(name: string): Steps<void> {
    const compiled = this.#declared.get(name);
    if (!compiled || this.#variables.has(name)) return;
    this.#variables.set(name, yield* this.run(compiled));
  }
}

/**
 * In steps. False where a condition says so, whatever the others do; else throws the first `PolicyError`, if there is
 * one. https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchconditions
 */
export function* meetsConditions(
  conditions: readonly Compiled[],
  declared: ReadonlyMap<string, Compiled>,
  activation: Activation,
): Steps<boolean> {
  const evaluation = new Evaluation(declared, activation, limits.matchConditions);
  let failure: PolicyError | undefined;
  for (const condition of conditions) {
    try {
      if ((yield* evaluation.run(condition)) === false) return false;
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return true;
}
