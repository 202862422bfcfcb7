/**
 * Counts what quotas have used: when they come or change, and when objects go. Admission charges what comes.
 * https://github.com/kubernetes/kubernetes/tree/release-1.36/pkg/controller/resourcequota
 */
import { resourceQuotas } from '../../api/core/resource-quota.ts';
import { isNotFound } from '../../api/errors.ts';
import { canonicalJson } from '../../api/hash.ts';
import type { Steps } from '../../api/json/steps.ts';
import type { Kind } from '../../api/kind.ts';
import type { Amounts } from '../../api/quota/amounts.ts';
import { evaluatorOf } from '../../api/quota/evaluators.ts';
import type { KubeObject, ResourceQuota } from '../../api/types.ts';
import { type InformerChange, keyOf } from '../../client/informer.ts';
import { byNamespace, type Context, namespaceIndex } from '../shared/controller.ts';
import type { EveryKind } from '../shared/every-kind.ts';
import { defineController } from '../shared/runtime.ts';
import { type Content, countsTowards, planStatus, takesLess, usageOf } from './plan.ts';

/** Milliseconds; upstream's `--resource-quota-sync-period`. A write that failed after it was charged is found then. */
const resync = 5 * 60_000;
/** Milliseconds. What was charged and not stored yet while objects were counted is there by then. */
const recount = 1_000;

/** What another server stores it counts itself: nothing here sees it before it is written. */
const isCounted = ({ verbs, isRemote, ...kind }: Kind): boolean =>
  !isRemote && evaluatorOf(kind) !== undefined && (!verbs || ['list', 'watch'].every((verb) => verbs.includes(verb)));

const isFreed = (kind: Kind, { type, object, old }: InformerChange<KubeObject>, now: number): boolean =>
  type === 'deleted' || (old !== undefined && takesLess(kind, object, old, now));

function quotasToCount({ informer, clock }: Context): EveryKind<Iterable<string>> {
  const concerned = (kind: Kind, quotas: ResourceQuota[]) =>
    quotas.filter((quota) => countsTowards(quota, kind)).map(keyOf);
  const all = (kind: Kind) => concerned(kind, informer(resourceQuotas).list());
  return {
    includes: isCounted,
    changed(kind, change) {
      if (change.type === 'added') return [];
      const quotas = informer(resourceQuotas).byIndex(namespaceIndex, change.object.metadata.namespace ?? '');
      return quotas.length > 0 && isFreed(kind, change, clock.now()) ? concerned(kind, quotas) : [];
    },
    joined: all,
    left: all,
  };
}

/** Lists from the server, which is ahead of informers. A kind that is no longer served has no objects. */
async function contentOf({ client, signal }: Context, kind: Kind, namespace: string): Promise<Content> {
  try {
    const { items } = await client.resource(kind).list({ namespace }, signal);
    return { kind, objects: items };
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return { kind, objects: [] };
  }
}

/** Others who share the thread go on between the steps. */
async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

async function usagesOf(context: Context, quota: ResourceQuota): Promise<Amounts[]> {
  const { clock, kinds } = context;
  const usages: Amounts[] = [];
  for (const kind of kinds.list()) {
    if (!isCounted(kind) || !countsTowards(quota, kind)) continue;
    const content = await contentOf(context, kind, quota.metadata.namespace ?? '');
    usages.push(await inTurns(usageOf(quota, content, clock.now())));
  }
  return usages;
}

const isChanged = ({ type, object, old }: InformerChange<ResourceQuota>): boolean =>
  type === 'added' || (old !== undefined && canonicalJson(old.spec) !== canonicalJson(object.spec));

export const resourceQuotaController = defineController({
  name: 'resourcequota_primary',
  account: 'resourcequota-controller',
  for: resourceQuotas,
  keys: (change) => (isChanged(change) ? [keyOf(change.object)] : []),
  indices: [byNamespace(resourceQuotas)],
  everyKind: quotasToCount,
  async reconcile(context, key) {
    const { client, informer, signal } = context;
    const quota = informer(resourceQuotas).get(key);
    if (!quota || quota.metadata.deletionTimestamp) return;
    const status = planStatus(quota, await usagesOf(context, quota));
    if (!status) return { after: resync };
    const written = await client.resource(resourceQuotas).updateStatus({ ...quota, status }, signal);
    await informer(resourceQuotas).caughtUp(written, signal);
    return { after: recount };
  },
});
