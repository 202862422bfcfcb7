/**
 * Whether a webhook is about a write, and in which version it wants to see it.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/webhook/generic/webhook.go
 * (ShouldCallHook)
 */
import { type Compiled, compiled, conditionTypes, truth } from '../../../api/admissionregistration/compiled.ts';
import { forbidden } from '../../errors.ts';
import type { Attributes } from '../attributes.ts';
import { conditionActivation } from '../match/activation.ts';
import { meetsConditions, PolicyError } from '../match/evaluation.ts';
import { matchRules, type Served } from '../match/rules.ts';
import { seenIn } from '../match/seen.ts';
import { isNamespaceSelected, isObjectSelected } from '../match/selectors.ts';
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

async function isConditioned(webhook: Webhook, served: Served, attributes: Attributes, cluster: Cluster) {
  const conditions = conditionsOf(webhook);
  if (conditions.length === 0) return true;
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

/**
 * Throws `ApiError` 404 where all but the namespace's labels match, and there is no such namespace; 403 where a
 * condition fails, unless the webhook's failure policy is to ignore that.
 */
export async function invocationOf(
  webhook: Webhook,
  attributes: Attributes,
  cluster: Cluster,
): Promise<Served | undefined> {
  const { rules = [], matchPolicy, namespaceSelector, objectSelector } = webhook;
  const served = matchRules(rules, matchPolicy, attributes);
  if (!served || !isObjectSelected(objectSelector, attributes)) return undefined;
  if (!isNamespaceSelected(namespaceSelector, attributes, cluster)) return undefined;
  return (await isConditioned(webhook, served, attributes, cluster)) ? served : undefined;
}
