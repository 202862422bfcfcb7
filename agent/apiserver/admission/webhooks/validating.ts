/**
 * Webhooks that only judge what is written, all at the same time.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/webhook/validating/dispatcher.go
 */
import { apiVersionOf } from '../../../api/kind.ts';
import type { Attributes } from '../attributes.ts';
import type { Served } from '../match/rules.ts';
import { type Seen, seenIn } from '../match/seen.ts';
import type { AdmissionStep, Cluster } from '../step.ts';
import { callWebhook } from './call.ts';
import { validatingHooks, type Webhook } from './configurations.ts';
import { invocationOf } from './invocation.ts';

/** Of each version once, however many webhooks want it. */
function viewer(attributes: Attributes, cluster: Cluster): (served: Served) => Promise<Seen> {
  const views = new Map<string, Promise<Seen>>();
  return (served) => {
    const key = apiVersionOf(served);
    const view = views.get(key) ?? seenIn(attributes, served, cluster);
    views.set(key, view);
    return view;
  };
}

/** All are waited for; where several refuse, the first in order is heard. */
async function callAll(attributes: Attributes, cluster: Cluster): Promise<void> {
  const see = viewer(attributes, cluster);
  const calls: { webhook: Webhook; served: Served }[] = [];
  for (const { webhook } of validatingHooks.list(cluster)) {
    const served = await invocationOf(webhook, attributes, cluster);
    if (served) calls.push({ webhook, served });
  }
  const outcomes = await Promise.allSettled(
    calls.map(async ({ webhook, served }) => {
      const seen = await see(served);
      return callWebhook({ webhook, attributes, seen, mutating: false }, cluster);
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

export const validatingWebhooks: AdmissionStep = {
  name: 'ValidatingAdmissionWebhook',
  operations: ['create', 'update', 'delete', 'connect'],
  resources: ['*'],
  applies: validatingHooks.any,
  validate: callAll,
};
