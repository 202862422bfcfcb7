/**
 * What a quota has used, by what is there. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/resourcequota/resource_quota_controller.go (syncResourceQuota)
 */
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

function usageOf(quota: ResourceQuota, { kind, objects }: Content, now: number): Amounts {
  const evaluator = evaluatorOf(kind);
  if (!evaluator) return {};
  const counted = countedBy(evaluator, hardOf(quota.spec.hard));
  let used: Amounts = Object.fromEntries(Object.keys(counted).map((name) => [name, '0']));
  for (const object of objects) {
    if (isInScopes(quota, evaluator, object)) used = add(used, only(evaluator.usage(object, now), evaluator.counts));
  }
  return only(used, (name) => own(counted, name) !== undefined);
}

/** Undefined where the status is right. What of the quota no kind counts keeps its usage. */
export function planStatus(
  quota: ResourceQuota,
  contents: readonly Content[],
  now: number,
): ResourceQuota['status'] | undefined {
  const hard = hardOf(quota.spec.hard);
  const present = hardOf(quota.status?.used);
  const counted = contents.map((content) => usageOf(quota, content, now)).reduce(add, {});
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
