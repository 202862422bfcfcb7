/** Match conditions of webhooks, loaded with the first webhook that has some. */
import { type Compiled, compiled, conditionTypes, truth } from '../../../api/admissionregistration/compiled.ts';
import { forbidden } from '../../errors.ts';
import type { Attributes } from '../attributes.ts';
import { conditionActivation } from '../match/activation.ts';
import { meetsConditions, PolicyError } from '../match/evaluation.ts';
import type { Served } from '../match/rules.ts';
import { seenIn } from '../match/seen.ts';
import type { Cluster } from '../step.ts';
import type { Webhook } from './configurations.ts';

const known = new WeakMap<Webhook, readonly Compiled[]>();

/** Stored objects are never modified, so that each condition is compiled once. */
function conditionsOf(webhook: Webhook): readonly Compiled[] {
  const before = known.get(webhook);
  if (before) return before;
  const made = (webhook.matchConditions ?? []).map(({ expression }) => compiled(expression, conditionTypes, truth));
  known.set(webhook, made);
  return made;
}

/** Throws `ApiError` 403 where a condition fails, unless the webhook's failure policy is to ignore that. */
export async function isConditioned(webhook: Webhook, served: Served, attributes: Attributes, cluster: Cluster) {
  const conditions = conditionsOf(webhook);
  const seen = await seenIn(attributes, served, cluster);
  const activation = conditionActivation({ attributes, seen, cluster, params: null });
  try {
    return await cluster.turns.run(meetsConditions(conditions, activation));
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    if (webhook.failurePolicy === 'Ignore') return false;
    throw forbidden(attributes.kind, attributes.name, error.message);
  }
}
