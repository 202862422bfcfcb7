/** Nodes as `kubectl describe` words them, with what their pods have asked for. */
import { humanDuration } from '../../../agent/api/duration.ts';
import type { core, Lease, Node, Pod } from '../../../agent/api/types.ts';
import { toNumber } from '../../data/quantity.ts';
import { leaseRef, podRef } from '../../data/refs.ts';
import { listed } from '../view.ts';
import {
  type DescribeScene,
  described,
  longTime,
  writeAnnotations,
  writeEvents,
  writeLabels,
  writeLines,
} from './common.ts';
import type { TabWriter } from './tab-writer.ts';

const rolePrefix = 'node-role.kubernetes.io/';

export const describeNode = (node: Node, scene: DescribeScene): string =>
  described((out) => {
    const { metadata, spec, status } = node;
    const roles = Object.keys(metadata.labels ?? {}).filter((key) => key.startsWith(rolePrefix));
    const taints = [...(spec.taints ?? [])].sort((a, b) => (`${a.effect},${a.key}` < `${b.effect},${b.key}` ? -1 : 1));
    out.line(0, 'Name:', metadata.name);
    out.line(
      0,
      'Roles:',
      roles
        .map((key) => key.slice(rolePrefix.length))
        .sort()
        .join(',') || '<none>',
    );
    writeLabels(out, 'Labels', metadata.labels);
    writeAnnotations(out, 'Annotations', metadata.annotations);
    out.line(0, 'CreationTimestamp:', longTime(metadata.creationTimestamp));
    writeLines(
      out,
      'Taints',
      taints.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`),
    );
    out.line(0, 'Unschedulable:', spec.unschedulable ?? false);
    writeLease(out, node, scene);
    writeNodeConditions(out, node);
    out.line(0, 'Addresses:');
    for (const { type, address } of status?.addresses ?? []) out.line(1, `${type}:`, address);
    writeResourceList(out, 'Capacity', status?.capacity);
    writeResourceList(out, 'Allocatable', status?.allocatable);
    writeSystem(out, node);
    if (spec.podCIDR) out.line(0, 'PodCIDR:', spec.podCIDR);
    if (spec.podCIDRs?.length) out.line(0, 'PodCIDRs:', spec.podCIDRs.join(','));
    if (spec.providerID) out.line(0, 'ProviderID:', spec.providerID);
    writePods(out, node, scene);
    writeEvents(out, scene);
  });

function writeLease(out: TabWriter, { metadata }: Node, scene: DescribeScene): void {
  const lease = listed<Lease>(scene, leaseRef).find(
    (one) => one.metadata.namespace === 'kube-node-lease' && one.metadata.name === metadata.name,
  );
  out.line(0, 'Lease:');
  out.line(1, 'HolderIdentity:', lease?.spec?.holderIdentity ?? '<unset>');
  out.line(1, 'AcquireTime:', longTime(lease?.spec?.acquireTime));
  out.line(1, 'RenewTime:', longTime(lease?.spec?.renewTime));
}

function writeNodeConditions(out: TabWriter, { status }: Node): void {
  if (!status?.conditions?.length) return;
  out.write(0, 'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n');
  out.line(1, '----', '------', '-----------------', '------------------', '------', '-------');
  for (const {
    type,
    status: is,
    lastHeartbeatTime,
    lastTransitionTime,
    reason = '',
    message = '',
  } of status.conditions)
    out.line(
      1,
      `${type} `,
      `${is} `,
      `${longTime(lastHeartbeatTime)} `,
      `${longTime(lastTransitionTime)} `,
      `${reason} `,
      message,
    );
}

function writeResourceList(out: TabWriter, title: string, resources: Record<string, core.Quantity> | undefined): void {
  const entries = Object.entries(resources ?? {}).sort();
  if (entries.length === 0) return;
  out.line(0, `${title}:`);
  for (const [name, quantity] of entries) out.line(1, `${name}:`, String(quantity));
}

function writeSystem(out: TabWriter, { status }: Node): void {
  const info = status?.nodeInfo;
  out.line(0, 'System Info:');
  out.line(1, 'Machine ID:', info?.machineID ?? '');
  out.line(1, 'System UUID:', info?.systemUUID ?? '');
  out.line(1, 'Boot ID:', info?.bootID ?? '');
  out.line(1, 'Kernel Version:', info?.kernelVersion ?? '');
  out.line(1, 'OS Image:', info?.osImage ?? '');
  out.line(1, 'Operating System:', info?.operatingSystem ?? '');
  out.line(1, 'Architecture:', info?.architecture ?? '');
  out.line(1, 'Container Runtime Version:', info?.containerRuntimeVersion ?? '');
  out.line(1, 'Kubelet Version:', info?.kubeletVersion ?? '');
  out.line(1, 'Kube-Proxy Version:', info?.kubeProxyVersion ?? '');
}

type Field = 'requests' | 'limits';

/** Containers together, or the init container that asks for more than that. */
function askedFor({ spec }: Pod, field: Field, resource: string): number {
  const of = ({ resources }: { resources?: core.ResourceRequirements }) => toNumber(resources?.[field]?.[resource]);
  const together = spec.containers.reduce((sum, container) => sum + of(container), 0);
  return Math.max(together, ...(spec.initContainers ?? []).map(of));
}

/** As upstream writes a quantity: the largest unit that leaves a whole number. */
export function canonical(value: number, resource: string): string {
  if (resource === 'cpu') {
    const milli = Math.round(value * 1000);
    return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
  }
  const bytes = Math.round(value);
  const step = bytes === 0 ? 0 : ([4, 3, 2, 1, 0].find((power) => bytes % 1024 ** power === 0) ?? 0);
  return `${bytes / 1024 ** step}${['', 'Ki', 'Mi', 'Gi', 'Ti'][step]}`;
}

function writePods(out: TabWriter, node: Node, scene: DescribeScene): void {
  const { now } = scene;
  const allocatable = node.status?.allocatable ?? node.status?.capacity ?? {};
  const share = (value: number, resource: string): string => {
    const all = toNumber(allocatable[resource]);
    return `${canonical(value, resource)} (${all ? Math.trunc((value / all) * 100) : 0}%)`;
  };
  const pods = listed<Pod>(scene, podRef)
    .filter(({ spec, status }) => spec.nodeName === node.metadata.name && !/Succeeded|Failed/.test(status?.phase ?? ''))
    .sort((a, b) =>
      `${a.metadata.namespace}/${a.metadata.name}` < `${b.metadata.namespace}/${b.metadata.name}` ? -1 : 1,
    );
  out.line(0, 'Non-terminated Pods:', `(${pods.length} in total)`);
  out.line(1, 'Namespace', 'Name', '', 'CPU Requests', 'CPU Limits', 'Memory Requests', 'Memory Limits', 'Age');
  out.line(1, '---------', '----', '', '------------', '----------', '---------------', '-------------', '---');
  for (const pod of pods) {
    const cell = (resource: string, field: Field) => share(askedFor(pod, field, resource), resource);
    const cells = [
      cell('cpu', 'requests'),
      cell('cpu', 'limits'),
      cell('memory', 'requests'),
      cell('memory', 'limits'),
    ];
    const { namespace = '', name, creationTimestamp } = pod.metadata;
    out.line(1, namespace, name, '', ...cells, humanDuration(Math.max(0, now - Date.parse(creationTimestamp))));
  }
  out.write(0, 'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n');
  out.line(1, 'Resource', 'Requests', 'Limits');
  out.line(1, '--------', '--------', '------');
  for (const resource of ['cpu', 'memory', 'ephemeral-storage']) {
    const total = (field: Field) => pods.reduce((sum, pod) => sum + askedFor(pod, field, resource), 0);
    out.line(1, resource, share(total('requests'), resource), share(total('limits'), resource));
  }
}
