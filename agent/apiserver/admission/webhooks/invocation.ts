/**
 * Whether a webhook is about a write, and in which version it wants to see it.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/webhook/generic/webhook.go
 * (ShouldCallHook)
 */
import type { Attributes } from '../attributes.ts';
import { matchRules, type Served } from '../match/rules.ts';
import { isNamespaceSelected, isObjectSelected } from '../match/selectors.ts';
import type { Cluster } from '../step.ts';
import type { Webhook } from './configurations.ts';

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
  if (!webhook.matchConditions?.length) return served;
  const { isConditioned } = await import('./conditions.ts');
  return (await isConditioned(webhook, served, attributes, cluster)) ? served : undefined;
}
