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

/** Throws `ApiError` 404 where all but the namespace's labels match, and there is no such namespace. */
export function invocationOf(webhook: Webhook, attributes: Attributes, cluster: Cluster): Served | undefined {
  const { rules = [], matchPolicy, namespaceSelector, objectSelector } = webhook;
  const served = matchRules(rules, matchPolicy, attributes);
  if (!served || !isObjectSelected(objectSelector, attributes)) return undefined;
  return isNamespaceSelected(namespaceSelector, attributes, cluster) ? served : undefined;
}
