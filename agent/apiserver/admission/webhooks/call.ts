/**
 * Asks one webhook about a write.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/webhook/validating/dispatcher.go
 * (callHook)
 */
import { randomUUID } from 'node:crypto';
import { ApiError, messageOf } from '../../../api/errors.ts';
import { objectLimits } from '../../../api/json/limits.ts';
import type { Status } from '../../../api/types.ts';
import { badRequest, internalError } from '../../errors.ts';
import type { Attributes } from '../attributes.ts';
import type { Seen } from '../match/seen.ts';
import type { Cluster } from '../step.ts';
import type { Webhook } from './configurations.ts';
import { reviewOf, reviewVersion, type Verdict, verdictIn } from './review.ts';

/** It has given no answer, or none that counts: the failure policy says what follows. */
export class CallFailure extends Error {
  constructor(webhook: Webhook, reason: unknown) {
    super(`failed calling webhook ${JSON.stringify(webhook.name)}: ${messageOf(reason)}`, { cause: reason });
  }
}

export interface Question {
  webhook: Webhook;
  attributes: Attributes;
  seen: Seen;
  mutating: boolean;
}

/** Bytes of a review with a patch, in base64, that replaces the largest object; and what else it says. */
const mostBytes = 8 << 20;

/**
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/webhook/errors/statuserror.go
 * (ToStatusErr)
 */
function refusal({ name }: Webhook, { code = 0, reason = '', message = '', details }: Partial<Status> = {}): ApiError {
  const denied = `admission webhook ${JSON.stringify(name)} denied the request`;
  const told = message || reason;
  // Whoever refuses cannot mean that all is well.
  const failed = code < 400 ? 400 : code;
  return new ApiError(failed, reason, told ? `${denied}: ${told}` : `${denied} without explanation`, details);
}

async function ask({ webhook, attributes, seen, mutating }: Question, cluster: Cluster): Promise<Verdict> {
  const { clientConfig, timeoutSeconds: timeout = 10, admissionReviewVersions } = webhook;
  const uid = randomUUID();
  const version = reviewVersion(admissionReviewVersions);
  const review = reviewOf(version, uid, attributes, seen);
  const limits = { ...objectLimits(attributes.kind.mostValues), bytes: mostBytes };
  let answer: unknown;
  attributes.letOthersGo?.();
  try {
    answer = await cluster.webhooks.post({ config: clientConfig, review, timeout, limits });
  } catch (error) {
    throw new Error(`failed to call webhook: ${messageOf(error)}`, { cause: error });
  }
  return verdictIn(answer, version, uid, mutating);
}

/**
 * Throws `ApiError` where the webhook refuses the write. Undefined: it has not answered, and that is to be ignored.
 */
export async function callWebhook(question: Question, cluster: Cluster): Promise<Verdict | undefined> {
  const { webhook, attributes } = question;
  const { name, sideEffects, failurePolicy } = webhook;
  if (attributes.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') {
    throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);
  }
  let verdict: Verdict;
  try {
    verdict = await ask(question, cluster);
  } catch (error) {
    return withoutAnswer(new CallFailure(webhook, error), failurePolicy, cluster);
  }
  attributes.warnings.push(...verdict.warnings);
  if (!verdict.allowed) throw refusal(webhook, verdict.result);
  return verdict;
}

export function withoutAnswer(failure: CallFailure, failurePolicy: string | undefined, { log }: Cluster): undefined {
  if (failurePolicy !== 'Ignore') throw internalError(failure);
  log.warn('Failed calling webhook, failing open', { error: failure });
}
