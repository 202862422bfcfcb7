/**
 * Runs the expressions of a policy on one write.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/validating/validator.go
 */
import { limits } from '../../../api/cel/environment.ts';
import type { Activation } from '../../../api/cel/frame.ts';
import { fromUntypedJson } from '../../../api/cel/from-json.ts';
import { EntryMap, type Value } from '../../../api/cel/values.ts';
import type { Steps } from '../../../api/json/steps.ts';
import type { ValidatingAdmissionPolicy } from '../../../api/types.ts';
import { type Compiled, type CompiledPolicy, compiledPolicy } from './compiled-policy.ts';

/** Why a write is refused. */
export interface Denial {
  readonly message: string;
  readonly reason: string;
}

/** An error that the failure policy decides on. */
export class PolicyError extends Error {}

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

class Evaluation {
  #left: number;
  readonly #variables = new Map<string, Value>();
  readonly #policy: CompiledPolicy;
  readonly #activation: Activation;

  constructor(policy: CompiledPolicy, activation: Activation, budget: number) {
    this.#policy = policy;
    this.#activation = activation;
    this.#left = budget;
  }

  *run(compiled: Compiled): Steps<Value> {
    if (compiled.problem !== undefined) throw new PolicyError(`compilation error: ${compiled.problem}`);
    const { program, source } = compiled;
    for (const name of this.#policy.variables.keys()) {
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
    const compiled = this.#policy.variables.get(name);
    if (!compiled || this.#variables.has(name)) return;
    this.#variables.set(name, yield* this.run(compiled));
  }
}

/** Undefined: it says nothing that can be shown. */
function* said(evaluation: Evaluation, message: Compiled | undefined): Steps<string | undefined> {
  if (!message) return undefined;
  try {
    const value = yield* evaluation.run(message);
    const text = typeof value === 'string' ? value.trim() : '';
    return text && !text.includes('\n') && text.length <= limits.messageBytes ? text : undefined;
  } catch (error) {
    if (error instanceof PolicyError) return undefined;
    throw error;
  }
}

function* isAbout(policy: CompiledPolicy, activation: Activation): Steps<boolean> {
  const evaluation = new Evaluation(policy, activation, limits.matchConditions);
  let failure: PolicyError | undefined;
  for (const condition of policy.conditions) {
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

/** In steps. Empty: the policy has nothing against the write, or is not about it. */
export function* denialsOf(policy: ValidatingAdmissionPolicy, activation: Activation): Steps<readonly Denial[]> {
  const compiled = compiledPolicy(policy);
  const fails = policy.spec.failurePolicy !== 'Ignore';
  const denials: Denial[] = [];
  const failed = (error: unknown): void => {
    if (!(error instanceof PolicyError)) throw error;
    if (fails) denials.push({ message: error.message, reason: 'Invalid' });
  };
  try {
    if (!(yield* isAbout(compiled, activation))) return [];
  } catch (error) {
    failed(error);
    return denials;
  }
  const evaluation = new Evaluation(compiled, activation, limits.perRequest);
  for (const [index, { expression, message, reason }] of (policy.spec.validations ?? []).entries()) {
    const validation = compiled.validations[index];
    if (!validation) continue;
    try {
      if ((yield* evaluation.run(validation.test)) === true) continue;
      const text = (yield* said(evaluation, validation.message)) ?? message?.trim();
      denials.push({ message: text || `failed expression: ${expression.trim()}`, reason: reason ?? 'Invalid' });
    } catch (error) {
      failed(error);
    }
  }
  return denials;
}

/** What JSON has, as expressions see it. */
export const valueOfJson = (json: unknown): Value => fromUntypedJson(json);
