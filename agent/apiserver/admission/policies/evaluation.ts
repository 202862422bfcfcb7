/**
 * Runs the expressions of a policy on one write.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/policy/validating/validator.go
 */
import type { Compiled } from '../../../api/admissionregistration/compiled.ts';
import { limits } from '../../../api/cel/environment.ts';
import type { Activation } from '../../../api/cel/frame.ts';
import type { Steps } from '../../../api/json/steps.ts';
import type { ValidatingAdmissionPolicy } from '../../../api/types.ts';
import { Evaluation, meetsConditions, PolicyError } from '../match/evaluation.ts';
import { compiledPolicy } from './compiled-policy.ts';

/** Why a write is refused. */
export interface Denial {
  readonly message: string;
  readonly reason: string;
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
    if (!(yield* meetsConditions(compiled.conditions, compiled.variables, activation))) return [];
  } catch (error) {
    failed(error);
    return denials;
  }
  const evaluation = new Evaluation(compiled.variables, activation, limits.perRequest);
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
