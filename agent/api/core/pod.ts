import { age, ageColumn, column, nameColumn, orNone } from '../columns.ts';
import { isConditionTrue } from '../conditions.ts';
import { type Kind, partVerbs, proxyVerbs, type Validator } from '../kind.ts';
import { mergeLabelKeys } from '../label-keys.ts';
import { isPodTerminal, qosClass } from '../pods.ts';
import type { core, Pod } from '../types.ts';
import { validatePodCreate, validatePodEphemeralUpdate, validatePodUpdate } from '../validation/pod.ts';
import { validatePodResize } from '../validation/pod-resize.ts';
import { validatePodStatus } from '../validation/pod-status.ts';
import { adoptAppArmorAnnotations } from './pod-app-armor.ts';
import { defaultPod } from './pod-defaults.ts';
import { podSummary } from './pod-summary.ts';
import { nameWarnings, podSpecWarnings } from './pod-warnings.ts';

const restartsDoc =
  'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.';
const nominatedDoc =
  'The node that this pod is nominated to run on, where preemption makes room for it: nominatedNodeName.';
const gatesDoc = 'Readiness gates that are true, of all that are to be evaluated for pod readiness.';

const podIp = ({ status }: Pod): string | undefined => status?.podIPs?.[0]?.ip ?? status?.podIP;

function readinessGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const passed = gates.filter(({ conditionType }) => isConditionTrue(status?.conditions, conditionType));
  return `${passed.length}/${gates.length}`;
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/ */
const gated = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
  lastProbeTime: null,
  lastTransitionTime: null,
} as object as core.PodCondition;

type Status = NonNullable<Pod['status']>;

/** A client that knows nothing of observed generations does not take them away. Types may occur more than once. */
function keepObservedGenerations(status: Status, old: Status | undefined): void {
  if (old?.observedGeneration) status.observedGeneration ||= old.observedGeneration;
  const left = Map.groupBy(old?.conditions ?? [], ({ type }) => type);
  for (const condition of status.conditions ?? []) {
    const before = left.get(condition.type)?.shift();
    if (before?.observedGeneration) condition.observedGeneration ||= before.observedGeneration;
  }
}

export const pods: Kind<Pod> = {
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.Pod' }],
  hasStatus: true,
  hasGeneration: true,
  /** A pod of a thousand containers has 30,000 with its status. */
  mostValues: 40_000,
  deletionAnswer: 'object',
  subresources: [
    { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'], stream: 'attach' },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    {
      name: 'ephemeralcontainers',
      kind: 'Pod',
      verbs: partVerbs,
      specFields: ['ephemeralContainers'],
      validate: validatePodEphemeralUpdate as Validator,
    },
    { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'], stream: 'exec' },
    { name: 'log', kind: 'Pod', verbs: ['get'], stream: 'log' },
    { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'], stream: 'portforward' },
    { name: 'proxy', kind: 'PodProxyOptions', verbs: proxyVerbs, stream: 'podProxy' },
    {
      name: 'resize',
      kind: 'Pod',
      verbs: partVerbs,
      specFields: ['containers', 'initContainers', 'resources'],
      validate: validatePodResize as Validator,
    },
  ],
  columns: [
    nameColumn,
    column('Ready', 'The aggregate readiness state of this pod for accepting traffic.', (pod) => {
      const { readyContainers, totalContainers } = podSummary(pod);
      return `${readyContainers}/${totalContainers}`;
    }),
    column('Status', 'The aggregate status of the containers in this pod.', (pod) => podSummary(pod).reason),
    column('Restarts', restartsDoc, (pod, now) => {
      const { restarts, lastRestart } = podSummary(pod);
      return restarts > 0 && lastRestart ? `${restarts} (${age(lastRestart, now)} ago)` : String(restarts);
    }),
    ageColumn,
    column('IP', 'IP address allocated to the pod.', (pod) => orNone(podIp(pod)), { wide: true }),
    column('Node', 'Name of the node on which this pod runs.', (pod) => orNone(pod.spec.nodeName), { wide: true }),
    column('Nominated Node', nominatedDoc, (pod) => orNone(pod.status?.nominatedNodeName), { wide: true }),
    column('Readiness Gates', gatesDoc, readinessGates, { wide: true }),
  ],
  fieldSelectors: {
    'spec.nodeName': (pod) => pod.spec.nodeName ?? '',
    // The name that versions before v1 gave to it; still taken, as upstream.
    'spec.host': (pod) => pod.spec.nodeName ?? '',
    'spec.restartPolicy': (pod) => pod.spec.restartPolicy ?? '',
    'spec.schedulerName': (pod) => pod.spec.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => pod.spec.serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(pod.spec.hostNetwork ?? false),
    'status.phase': (pod) => pod.status?.phase ?? '',
    'status.podIP': (pod) => pod.status?.podIP ?? '',
    'status.podIPs': (pod) => (pod.status?.podIPs ?? []).map((each) => each.ip ?? '').join(','),
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName ?? '',
  },
  default(pod) {
    pod.spec ??= { containers: [] };
    defaultPod(pod.spec);
  },
  prepareForCreate(pod, warnings) {
    pod.status = { phase: 'Pending', qosClass: qosClass(pod) };
    if (pod.spec.schedulingGates?.length) pod.status.conditions = [gated];
    mergeLabelKeys(pod);
    warnings.push(...adoptAppArmorAnnotations(pod));
  },
  /** https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/pod/strategy.go (podStatusStrategy) */
  prepareForStatusUpdate(pod, old) {
    if (old.metadata.ownerReferences) pod.metadata.ownerReferences = old.metadata.ownerReferences;
    else delete pod.metadata.ownerReferences;
    if (!pod.status) return;
    // An absent one is filled in, another one is refused.
    if (old.status?.qosClass) pod.status.qosClass ||= old.status.qosClass;
    keepObservedGenerations(pod.status, old.status);
  },
  validate: (pod, old) => (old ? validatePodUpdate(pod, old) : validatePodCreate(pod)),
  validateStatus: validatePodStatus,
  /** People do not update pods by hand. */
  warn: (pod, old) =>
    old ? [] : [...nameWarnings(pod.metadata.name, "the Pod's hostname"), ...podSpecWarnings('spec', pod.spec)],
  /** What has no node, or has ended, has nothing to wait for. */
  gracePeriodSeconds(pod) {
    const { nodeName, terminationGracePeriodSeconds: grace = 30 } = pod.spec;
    if (!nodeName || isPodTerminal(pod)) return 0;
    return grace < 0 ? 1 : grace;
  },
};
