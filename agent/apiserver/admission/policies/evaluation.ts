/**
 * Runs the expressions of a validating policy on one write.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/validating/validator.go
 */
import { limits } from '../../../api/cel/environment.ts';
import type { Value } from '../../../api/cel/values.ts';
import type { Steps } from '../../../api/json/steps.ts';
import type { ValidatingAdmissionPolicy } from '../../../api/types.ts';
import { activationOf, conditionActivation, type Sight, silentActivation } from '../match/activation.ts';
import { Evaluation, meetsConditions, OutOfBudget, PolicyError } from '../match/evaluation.ts';
import { type CompiledValidations, compiledValidations } from './compiled-policy.ts';

/** Why a write is refused. */
export interface Denial {
  readonly message: string;
  readonly reason: string;
  /** Of the validation in its policy; 0 where none of them has come to a result. */
  readonly index: number;
}

export interface Judgement {
  readonly denials: readonly Denial[];
  /** By the keys of the policy's audit annotations. */
  readonly annotations: readonly (readonly [key: string, value: string])[];
  /** What went wrong with audit annotations: it counts as a denial, whatever the binding's actions are. */
  readonly failures: readonly string[];
}

const nothing: Judgement = { denials: [], annotations: [], failures: [] };

/** The value, or why there is none; an overrun budget ends everything. */
function* attempted(steps: Steps<Value>): Steps<Value | PolicyError> {
  try {
    return yield* steps;
  } catch (error) {
    if (error instanceof PolicyError && !(error instanceof OutOfBudget)) return error;
    throw error;
  }
}

/** '' where it says nothing that can be shown. */
function shownText(value: Value | PolicyError | undefined): string {
  const text = typeof value === 'string' ? value.trim() : '';
  return text.includes('\n') || Buffer.byteLength(text) > limits.messageBytes ? '' : text;
}

type Validation = NonNullable<ValidatingAdmissionPolicy['spec']['validations']>[number];
interface Run {
  readonly policy: ValidatingAdmissionPolicy;
  readonly compiled: CompiledValidations;
  readonly sight: Sight;
  readonly fails: boolean;
}

const errorDenial = ({ message }: Error, index: number): Denial => ({ message, reason: 'Invalid', index });

function* denied(
  { message = '', expression, reason = 'Invalid' }: Validation,
  said: Steps<Value> | undefined,
  index: number,
) {
  const value = said && (yield* attempted(said));
  const text = shownText(value) || message.trim() || `failed expression: ${expression.trim()}`;
  return { message: text, reason, index };
}

function* denialsOf({ policy, compiled, sight, fails }: Run): Steps<Denial[]> {
  const tests = new Evaluation(compiled.variables, activationOf(sight), limits.perRequest);
  const outcomes: (Value | PolicyError)[] = [];
  for (const { test } of compiled.validations) outcomes.push(yield* attempted(tests.run(test)));
  const messages = new Evaluation(compiled.variables, silentActivation(sight), tests.left);
  const denials: Denial[] = [];
  for (const [index, validation] of (policy.spec.validations ?? []).entries()) {
    const outcome = outcomes[index] ?? null;
    if (outcome === true) continue;
    if (outcome instanceof PolicyError) {
      if (fails) denials.push(errorDenial(outcome, index));
      continue;
    }
    const message = compiled.validations[index]?.message;
    try {
      denials.push(yield* denied(validation, message && messages.run(message), index));
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error;
      const failure = new PolicyError(`failed messageExpression: ${error.message}`);
      if (fails) denials.push(errorDenial(failure, index));
    }
  }
  return denials;
}

function* annotationsOf({ compiled, sight, fails }: Run): Steps<Pick<Judgement, 'annotations' | 'failures'>> {
  const evaluation = new Evaluation(compiled.variables, silentActivation(sight), limits.perRequest);
  const annotations: (readonly [string, string])[] = [];
  const failures: string[] = [];
  for (const { key, value } of compiled.annotations) {
    const outcome = yield* attempted(evaluation.run(value));
    if (outcome instanceof PolicyError) {
      if (fails) failures.push(outcome.message);
      continue;
    }
    const text = typeof outcome === 'string' ? outcome.trim() : '';
    if (text) annotations.push([key, text]);
  }
  return { annotations, failures };
}

/** In steps. What a policy that is not about the write has against it is nothing. */
export function* judgementOf(policy: ValidatingAdmissionPolicy, sight: Sight): Steps<Judgement> {
  const compiled = compiledValidations(policy);
  const run = { policy, compiled, sight, fails: policy.spec.failurePolicy !== 'Ignore' };
  try {
    if (!(yield* meetsConditions(compiled.conditions, conditionActivation(sight)))) return nothing;
    const denials = yield* denialsOf(run);
    return { denials, ...(yield* annotationsOf(run)) };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return { ...nothing, denials: run.fails ? [errorDenial(error, 0)] : [] };
  }
}
