/**
 * Quotas pay for what is written in their namespace, or refuse it. What has been paid is in their status before the
 * object is stored; the controller of quotas counts anew when objects go, and when a write has failed after it was
 * paid.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/resourcequota/admission.go
 */
import { resourceQuotas } from '../../../api/core/resource-quota.ts';
import { isNotFound } from '../../../api/errors.ts';
import { evaluatorOf } from '../../../api/quota/evaluators.ts';
import type { AnyObject, ResourceQuota } from '../../../api/types.ts';
import type { State } from '../../state/state.ts';
import type { Decision } from '../../storage.ts';
import { type Attributes, objectIn } from '../attributes.ts';
import type { AdmissionStep, Cluster } from '../step.ts';
import { charge, type Purchase } from './charge.ts';

const isQuota = (object: AnyObject): object is AnyObject & ResourceQuota => object.kind === resourceQuotas.kind;

const quotasIn = ({ state }: Cluster, namespace: string): ResourceQuota[] =>
  state
    .of(resourceQuotas)
    .objects.list(namespace)
    .map(({ object }) => object)
    .filter(isQuota);

function purchaseOf(attributes: Attributes, { clock }: Cluster): Purchase | undefined {
  const { kind, operation, subresource, old } = attributes;
  const evaluator = kind.isUnstored ? undefined : evaluatorOf(kind);
  const isCharged = operation === 'create' ? subresource === '' : evaluator?.chargesUpdate?.(subresource);
  if (!evaluator || !isCharged) return undefined;
  return { kind, evaluator, object: objectIn(attributes), old, now: clock.now(), isStatus: subresource === 'status' };
}

function paid(purchase: Purchase, quota: AnyObject): Decision {
  const used = isQuota(quota) ? charge(purchase, quota) : undefined;
  if (!used) return { action: 'keep' };
  return { action: 'put', object: { ...quota, status: { ...quota.status, used } } };
}

/** All can pay before the first does. A quota that goes meanwhile is owed nothing. */
async function payAll(purchase: Purchase, attributes: Attributes, cluster: Cluster): Promise<void> {
  const { namespace, dryRun } = attributes;
  const paying = quotasIn(cluster, namespace).filter((quota) => charge(purchase, quota) !== undefined);
  if (dryRun) return;
  for (const { metadata } of paying) {
    try {
      await cluster.storage.change(resourceQuotas, namespace, metadata.name, false, ({ object }) =>
        paid(purchase, object),
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/** The last purchase of each namespace: the next waits for it, so that two do not pay with the same. */
const lastIn = new WeakMap<State, Map<string, Promise<void>>>();

async function inLine(state: State, namespace: string, pay: () => Promise<void>): Promise<void> {
  const last = lastIn.get(state) ?? new Map<string, Promise<void>>();
  lastIn.set(state, last);
  const own = (last.get(namespace) ?? Promise.resolve()).then(pay);
  // Whoever pays hears of a failure below; the next in line only waits.
  const settled = own.catch(() => {});
  last.set(namespace, settled);
  await own.finally(() => {
    if (last.get(namespace) === settled) last.delete(namespace);
  });
}

export const resourceQuota: AdmissionStep = {
  name: 'ResourceQuota',
  operations: ['create', 'update'],
  resources: ['*'],
  validate: (attributes, cluster) => {
    const { namespace } = attributes;
    if (!namespace || quotasIn(cluster, namespace).length === 0) return undefined;
    const purchase = purchaseOf(attributes, cluster);
    return purchase && inLine(cluster.state, namespace, () => payAll(purchase, attributes, cluster));
  },
};
