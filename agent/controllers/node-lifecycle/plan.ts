/**
 * The consequences of a silent node: conditions, taints and evictions. Pure.
 * https://github.com/kubernetes/kubernetes/tree/release-1.36/pkg/controller/nodelifecycle
 */
import { findCondition, withCondition } from '../../api/conditions.ts';
import { tolerates } from '../../api/taints.ts';
import type { core, Node, Pod } from '../../api/types.ts';

/** After this many milliseconds of silence a node's state is Unknown. */
export const gracePeriod = 40_000;

const watched = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];
const prefix = 'node.kubernetes.io/';

/**
 * Sets all watched conditions to Unknown. Returns the node's own conditions if they already are. `now` is in the API's
 * time format.
 */
export function unknownConditions(node: Node, now: string): core.NodeCondition[] {
  let conditions = node.status?.conditions ?? [];
  for (const type of watched) {
    const known = findCondition(conditions, type);
    if (known?.status === 'Unknown') continue;
    conditions = withCondition(conditions, {
      type,
      status: 'Unknown',
      reason: known ? 'NodeStatusUnknown' : 'NodeStatusNeverUpdated',
      message: known ? 'Kubelet stopped posting node status.' : 'Kubelet never posted node status.',
      lastHeartbeatTime: known?.lastHeartbeatTime ?? node.metadata.creationTimestamp,
      lastTransitionTime: now,
    });
  }
  return conditions;
}

const taintOf: Record<string, [condition: string, status: string]> = {
  [`${prefix}memory-pressure`]: ['MemoryPressure', 'True'],
  [`${prefix}disk-pressure`]: ['DiskPressure', 'True'],
  [`${prefix}pid-pressure`]: ['PIDPressure', 'True'],
  [`${prefix}network-unavailable`]: ['NetworkUnavailable', 'True'],
};

/** The taints that follow from conditions and from `kubectl cordon`. */
function wantedTaints(node: Node): core.Taint[] {
  const statusOf = (type: string) => findCondition(node.status?.conditions, type)?.status;
  const taints: core.Taint[] = [];
  const ready = statusOf('Ready');
  const silent = ready === 'Unknown' || ready === undefined;
  if (ready !== 'True') {
    const key = prefix + (silent ? 'unreachable' : 'not-ready');
    taints.push({ key, effect: 'NoSchedule' }, { key, effect: 'NoExecute' });
  }
  for (const [key, [type, status]] of Object.entries(taintOf)) {
    if (statusOf(type) === status) taints.push({ key, effect: 'NoSchedule' });
  }
  if (node.spec.unschedulable) taints.push({ key: `${prefix}unschedulable`, effect: 'NoSchedule' });
  return taints;
}

const managed = new Set([
  ...Object.keys(taintOf),
  `${prefix}unreachable`,
  `${prefix}not-ready`,
  `${prefix}unschedulable`,
]);
const sameTaint = (a: core.Taint, b: core.Taint): boolean => a.key === b.key && a.effect === b.effect;

/** The node's taints as they should be; undefined if nothing changes. A taint that stays keeps its time. */
export function planTaints(node: Node, now: string): core.Taint[] | undefined {
  const current = node.spec.taints ?? [];
  const wanted = wantedTaints(node);
  const kept = current.filter((taint) => !managed.has(taint.key) || wanted.some((each) => sameTaint(each, taint)));
  const added = wanted.filter((taint) => !current.some((each) => sameTaint(each, taint)));
  if (added.length === 0 && kept.length === current.length) return undefined;
  return [...kept, ...added.map((taint) => ({ ...taint, timeAdded: now }))];
}

/**
 * How long the pod may stay on the node, in milliseconds from when both the pod and the taint were there; undefined for
 * ever. A taint without a toleration is due at once. Of several limited tolerations the shortest counts.
 */
export function toleratedFor(pod: Pod, node: Node): number | undefined {
  const limits: number[] = [];
  for (const taint of node.spec.taints ?? []) {
    if (taint.effect !== 'NoExecute') continue;
    const tolerations = pod.spec.tolerations?.filter((toleration) => tolerates(toleration, taint)) ?? [];
    if (tolerations.length === 0) return 0;
    limits.push(
      ...tolerations.flatMap(({ tolerationSeconds }) =>
        tolerationSeconds === undefined ? [] : Number(tolerationSeconds),
      ),
    );
  }
  return limits.length > 0 ? Math.max(0, Math.min(...limits)) * 1000 : undefined;
}
