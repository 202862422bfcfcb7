/**
 * What a quota has used, by what is there. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/resourcequota/resource_quota_controller.go
 * (syncResourceQuota)
 */
import type { Steps } from '../../api/json/steps.ts';
import type { Kind } from '../../api/kind.ts';
import { own } from '../../api/own.ts';
import { type Amounts, add, isEmpty, isSame, only } from '../../api/quota/amounts.ts';
import { countedBy, evaluatorOf, hardOf, isInScopes } from '../../api/quota/evaluators.ts';
import type { KubeObject, ResourceQuota } from '../../api/types.ts';

/** Objects of one kind in the quota's namespace. */
export interface Content {
  kind: Kind;
  objects: readonly KubeObject[];
}

/** Whether objects of the kind count towards the quota. */
export function countsTowards(quota: ResourceQuota, kind: Kind): boolean {
  const evaluator = evaluatorOf(kind);
  return evaluator !== undefined && !isEmpty(countedBy(evaluator, hardOf(quota.spec.hard)));
}

/** So many are counted at once. */
const atOnce = 200;

/** In steps, because there may be thousands of objects. */
export function* usageOf(quota: ResourceQuota, { kind, objects }: Content, now: number): Steps<Amounts> {
  const evaluator = evaluatorOf(kind);
  if (!evaluator) return {};
  const counted = countedBy(evaluator, hardOf(quota.spec.hard));
  const isCounted = (name: string) => own(counted, name) !== undefined;
  let used: Amounts = Object.fromEntries(Object.keys(counted).map((name) => [name, '0']));
  for (const [index, object] of objects.entries()) {
    if (index % atOnce === atOnce - 1) yield;
    if (isInScopes(quota, evaluator, object)) used = add(used, only(evaluator.usage(object, now), isCounted));
  }
  return used;
}

/** Undefined where the status is right. What of the quota no kind counts keeps its usage. */
export function planStatus(quota: ResourceQuota, usages: readonly Amounts[]): ResourceQuota['status'] | undefined {
  const hard = hardOf(quota.spec.hard);
  const present = hardOf(quota.status?.used);
  const counted = usages.reduce(add, {});
  const used = only({ ...present, ...counted }, (name) => own(hard, name) !== undefined);
  const isRight =
    quota.status?.hard !== undefined &&
    quota.status.used !== undefined &&
    isSame(hardOf(quota.status.hard), hard) &&
    isSame(present, used);
  return isRight ? undefined : { hard, used };
}

/** Whether the object takes less of something than it did. */
export function takesLess(kind: Kind, object: KubeObject, old: KubeObject, now: number): boolean {
  const evaluator = evaluatorOf(kind);
  if (!evaluator) return false;
  const [usage, before] = [evaluator.usage(object, now), evaluator.usage(old, now)];
  return usage !== before && !isSame(usage, before);
}
