/**
 * What a write costs each quota of its namespace, and whether they can pay. Pure.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/plugin/resourcequota/controller.go
 * (CheckRequest)
 */
import type { Kind } from '../../../api/kind.ts';
import { own } from '../../../api/own.ts';
import {
  type Amounts,
  add,
  exceeding,
  increase,
  isEmpty,
  negativeIn,
  only,
  shownAmounts,
  withoutZeros,
} from '../../../api/quota/amounts.ts';
import type { Evaluator } from '../../../api/quota/evaluator.ts';
import { countedBy, hardOf, isInScopes } from '../../../api/quota/evaluators.ts';
import type { AnyObject, ResourceQuota } from '../../../api/types.ts';
import { forbidden } from '../../errors.ts';
import { shownName } from '../attributes.ts';

/** A creation or an update of an object whose kind the evaluator knows. */
export interface Purchase {
  kind: Kind;
  evaluator: Evaluator;
  object: AnyObject;
  /** Undefined on creation. */
  old: AnyObject | undefined;
  now: number;
  /** A status says what is: it is charged, and never refused. */
  isStatus: boolean;
}

const refuse = ({ kind, object }: Purchase, reason: string) => forbidden(kind, shownName(object), reason);

/** Throws where the quota asks for what the object does not say, or has not been counted yet. */
function checkQuota(purchase: Purchase, { metadata: { name }, status }: ResourceQuota): void {
  const { evaluator, object } = purchase;
  const required = Object.keys(countedBy(evaluator, hardOf(status?.hard)));
  const missing = evaluator.missing?.(required, object);
  if (missing) throw refuse(purchase, `failed quota: ${name}: ${missing}`);
  const used = hardOf(status?.used);
  if (required.every((resource) => own(used, resource) !== undefined)) return;
  throw refuse(purchase, `status unknown for quota: ${name}, resources: ${required.sort().join(',')}`);
}

/** Of an update, only what it takes more; all of it from a quota that did not count the object before. */
function costTo(quota: ResourceQuota, { evaluator, object, old, now }: Purchase): Amounts {
  const usage = evaluator.usage(object, now);
  if (!old || !isInScopes(quota, evaluator, old)) return withoutZeros(usage);
  return withoutZeros(increase(usage, evaluator.usage(old, now)));
}

function checkNegative(purchase: Purchase): void {
  const negative = negativeIn(purchase.evaluator.usage(purchase.object, purchase.now));
  if (negative.length === 0) return;
  throw refuse(purchase, `quota usage is negative for resource(s): ${negative.sort().join(',')}`);
}

/**
 * What the quota has used with the purchase; undefined where it costs the quota nothing. Throws `ApiError` 403 where
 * the quota cannot pay.
 */
export function charge(purchase: Purchase, quota: ResourceQuota): Amounts | undefined {
  const { evaluator, object, isStatus } = purchase;
  const [hard, used] = [hardOf(quota.status?.hard), hardOf(quota.status?.used)];
  if (isEmpty(countedBy(evaluator, hard)) || !isInScopes(quota, evaluator, object)) return undefined;
  checkQuota(purchase, quota);
  checkNegative(purchase);
  const requested = only(costTo(quota, purchase), (name) => own(hard, name) !== undefined);
  if (isEmpty(requested)) return undefined;
  const total = add(used, requested);
  const exceeded = exceeding(
    only(total, (name) => own(requested, name) !== undefined),
    hard,
  );
  if (exceeded.length > 0 && !isStatus) {
    const shown = (amounts: Amounts) => shownAmounts(only(amounts, (name) => exceeded.includes(name)));
    const { name } = quota.metadata;
    throw refuse(
      purchase,
      `exceeded quota: ${name}, requested: ${shown(requested)}, used: ${shown(used)}, limited: ${shown(hard)}`,
    );
  }
  return total;
}
