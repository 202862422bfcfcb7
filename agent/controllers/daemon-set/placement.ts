/**
 * On which nodes a daemon set's pods belong, and how a pod is bound to its node. Pure.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/daemon/daemon_controller.go
 * (NodeShouldRunDaemonPod)
 */
import { matchesRequired, requiredSelector } from '../../api/node-selector.ts';
import { findUntolerated } from '../../api/taints.ts';
import type { core, DaemonSet, Draft, Node, Pod } from '../../api/types.ts';
import { revisionLabel } from '../shared/history.ts';
import { podFromTemplate } from '../shared/pod-from-template.ts';
import { templateGenerationOf } from './revision.ts';

/** `run`: the node shall have a pod. `keep`: a pod that is there may stay. `none`: no pod belongs there. */
export type Placement = 'run' | 'keep' | 'none';

const toleration = (condition: string, effect: string): core.Toleration => ({
  key: `node.kubernetes.io/${condition}`,
  operator: 'Exists',
  effect,
});

/** What every daemon tolerates: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taint-and-toleration */
const daemonTolerations = [
  toleration('not-ready', 'NoExecute'),
  toleration('unreachable', 'NoExecute'),
  toleration('disk-pressure', 'NoSchedule'),
  toleration('memory-pressure', 'NoSchedule'),
  toleration('pid-pressure', 'NoSchedule'),
  toleration('unschedulable', 'NoSchedule'),
];
const hostNetworkTolerations = [...daemonTolerations, toleration('network-unavailable', 'NoSchedule')];

const isSameButForTime = (a: core.Toleration, b: core.Toleration): boolean =>
  a.key === b.key && a.operator === b.operator && a.effect === b.effect && (a.value ?? '') === (b.value ?? '');

/** Upstream's AddOrUpdateDaemonPodTolerations: a limited time becomes an unlimited one. */
function tolerationsOf({ tolerations = [], hostNetwork }: core.PodSpec): core.Toleration[] {
  const added = hostNetwork ? hostNetworkTolerations : daemonTolerations;
  const own = tolerations.map((each) => added.find((other) => isSameButForTime(each, other)) ?? each);
  return [...own, ...added.filter((each) => !own.includes(each))];
}

/** Answers for one node after the other. */
export function placementOf(daemonSet: DaemonSet): (node: Node) => Placement {
  const template = daemonSet.spec.template.spec ?? { containers: [] };
  const spec = { ...template, tolerations: tolerationsOf(template) };
  return (node) => {
    if (spec.nodeName && spec.nodeName !== node.metadata.name) return 'none';
    if (!matchesRequired({ spec }, node)) return 'none';
    const { taints } = node.spec;
    if (findUntolerated(taints, spec.tolerations, ['NoExecute'])) return 'none';
    return findUntolerated(taints, spec.tolerations, ['NoSchedule']) ? 'keep' : 'run';
  };
}

const nameField = 'metadata.name';

/** The node that the pod is on or was made for. Upstream's GetTargetNodeName. */
export function targetNodeOf(pod: Pod): string | undefined {
  if (pod.spec.nodeName) return pod.spec.nodeName;
  const fields = requiredSelector(pod)?.nodeSelectorTerms.flatMap(({ matchFields = [] }) => matchFields);
  return fields?.find(({ key, operator }) => key === nameField && operator === 'In')?.values?.[0];
}

/** The scheduler binds the pod to its node; other required terms of the template hold for that node already. */
function affinityTo(node: string, { nodeAffinity, ...others }: core.Affinity = {}): core.Affinity {
  const matchFields = [{ key: nameField, operator: 'In', values: [node] }];
  const requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms: [{ matchFields }] };
  return { ...others, nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution } };
}

/** Drafts of the daemon set's pods, one per node, of the revision with this hash. */
export function draftPods(daemonSet: DaemonSet, hash: string, nodes: readonly string[]): Draft<Pod>[] {
  const { metadata, spec } = podFromTemplate(daemonSet, daemonSet.spec.template);
  const generation = templateGenerationOf(daemonSet);
  const labels = { ...metadata.labels, ...generation, [revisionLabel]: hash };
  const tolerations = tolerationsOf(spec);
  return nodes.map((node) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, labels },
    spec: { ...spec, tolerations, affinity: affinityTo(node, spec.affinity) },
  }));
}
