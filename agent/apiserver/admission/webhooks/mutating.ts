/**
 * Webhooks that may change what is written, one after the other.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/webhook/mutating/dispatcher.go
 */
import { messageOf } from '../../../api/errors.ts';
import { parsingJson } from '../../../api/json/parse.ts';
import { isEqual } from '../../../api/json/value.ts';
import { applyingJsonPatch, patchProblem } from '../../../api/patch/json-patch.ts';
import { internalError } from '../../errors.ts';
import type { Attributes } from '../attributes.ts';
import { Reinvocations } from '../match/reinvocations.ts';
import { replaceSeen, type Seen, seenIn } from '../match/seen.ts';
import type { AdmissionStep, Again, Cluster } from '../step.ts';
import { CallFailure, callWebhook, withoutAnswer } from './call.ts';
import { type Hook, mutatingHooks } from './configurations.ts';
import { invocationOf } from './invocation.ts';
import type { Verdict } from './review.ts';

/** Undefined where what the webhook has sent is no patch, and that is to be ignored. */
async function operationsIn(
  { webhook }: Hook,
  { patch, patchType }: Verdict,
  cluster: Cluster,
): Promise<unknown[] | undefined> {
  const fail = (reason: string) =>
    withoutAnswer(new CallFailure(webhook, new Error(reason)), webhook.failurePolicy, cluster);
  if (patch.length === 0) return undefined;
  let operations: unknown;
  try {
    operations = await cluster.turns.run(parsingJson(patch));
  } catch (error) {
    return fail(`received undecodable patch in webhook response: ${messageOf(error)}`);
  }
  if (!Array.isArray(operations)) {
    const type = operations === null ? 'null' : typeof operations;
    return fail(
      `received undecodable patch in webhook response: json: cannot unmarshal ${type} into Go value of type jsonpatch.Patch`,
    );
  }
  if (operations.length === 0) return undefined;
  return patchType === 'JSONPatch' ? operations : fail(`unsupported patch type ${JSON.stringify(patchType)}`);
}

/** Resolves with whether the object is another than before. */
async function applyVerdict(hook: Hook, verdict: Verdict, attributes: Attributes, seen: Seen, cluster: Cluster) {
  const operations = await operationsIn(hook, verdict, cluster);
  if (!operations) return false;
  if (!seen.object) {
    const name = JSON.stringify(hook.webhook.name);
    const problem = `admission webhook ${name} attempted to modify the object, which is not supported for this operation`;
    throw internalError(new Error(problem));
  }
  const patched = await cluster.turns
    .run(applyingJsonPatch(seen.object, operations))
    .catch((error: unknown) => Promise.reject(internalError(new Error(patchProblem(error), { cause: error }))));
  const changed = !isEqual(seen.object, patched);
  if (changed) await replaceSeen(attributes, seen, patched, cluster);
  return changed;
}

/** Resolves with whether the object is another than before. */
async function callHook(
  hook: Hook,
  attributes: Attributes,
  cluster: Cluster,
  reinvocations: Reinvocations,
): Promise<boolean> {
  const { webhook } = hook;
  const served = await invocationOf(webhook, attributes, cluster);
  if (!served) return false;
  const seen = await seenIn(attributes, served, cluster);
  const verdict = await callWebhook({ webhook, attributes, seen, mutating: true }, cluster);
  const changed = verdict !== undefined && (await applyVerdict(hook, verdict, attributes, seen, cluster));
  if (changed) reinvocations.objectChanged();
  reinvocations.ran(hook.id, webhook.reinvocationPolicy);
  return changed;
}

async function callAll(attributes: Attributes, cluster: Cluster): Promise<Again> {
  const reinvocations = new Reinvocations();
  let needed = false;
  for (const hook of mutatingHooks.list(cluster)) {
    if (await callHook(hook, attributes, cluster, reinvocations)) needed = true;
  }
  const last = attributes.object;
  return {
    needed,
    run: async () => {
      if (!isEqual(last, attributes.object)) reinvocations.objectChanged();
      for (const hook of mutatingHooks.list(cluster)) {
        if (reinvocations.isDue(hook.id)) await callHook(hook, attributes, cluster, reinvocations);
      }
    },
  };
}

export const mutatingWebhooks: AdmissionStep = {
  name: 'MutatingAdmissionWebhook',
  operations: ['create', 'update', 'delete', 'connect'],
  resources: ['*'],
  applies: mutatingHooks.any,
  mutate: callAll,
};
