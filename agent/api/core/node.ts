import { ageColumn, column, nameColumn, orNone } from '../columns.ts';
import { findCondition } from '../conditions.ts';
import { type Kind, proxyVerbs } from '../kind.ts';
import type { core, Node } from '../types.ts';
import { validateNode } from '../validation/node.ts';

const addressDoc = 'Address reachable to the node, of this type.';
const rolePrefix = 'node-role.kubernetes.io/';

/** Sorted: `control-plane`, `worker`. */
function nodeRoles({ metadata }: Pick<Node, 'metadata'>): string[] {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) return [key.slice(rolePrefix.length)];
    return key === 'kubernetes.io/role' && value ? [value] : [];
  });
  return [...new Set(roles)].sort();
}

function statusOf({ spec, status }: Node): string {
  const ready = findCondition(status?.conditions, 'Ready');
  const word = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec.unschedulable ? `${word},SchedulingDisabled` : word;
}

const addressOf = ({ status }: Node, type: string): string =>
  orNone(status?.addresses?.find((address) => address.type === type)?.address);

const info =
  (field: 'osImage' | 'kernelVersion' | 'containerRuntimeVersion') =>
  ({ status }: Node): string =>
    status?.nodeInfo?.[field] || '<unknown>';

/** The one range is the first of the list; where they differ, the older field counts. */
function syncRanges(spec: core.NodeSpec): void {
  if (spec.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
  const [first] = spec.podCIDRs ?? [];
  if (first) spec.podCIDR = first;
}

export const nodes: Kind<Node> = {
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  categories: [],
  namespaced: false,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.Node' }],
  hasStatus: true,
  hasGeneration: false,
  subresources: [{ name: 'proxy', kind: 'NodeProxyOptions', verbs: proxyVerbs, stream: 'nodeProxy' }],
  columns: [
    nameColumn,
    column('Status', 'The status of the node', statusOf),
    column('Roles', 'The roles of the node', (node) => orNone(nodeRoles(node).join(','))),
    ageColumn,
    column('Version', 'Kubelet Version reported by the node.', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
    column('Internal-IP', addressDoc, (node) => addressOf(node, 'InternalIP'), { wide: true }),
    column('External-IP', addressDoc, (node) => addressOf(node, 'ExternalIP'), { wide: true }),
    column('OS-Image', 'OS Image reported by the node.', info('osImage'), { wide: true }),
    column('Kernel-Version', 'Kernel Version reported by the node.', info('kernelVersion'), { wide: true }),
    column('Container-Runtime', 'ContainerRuntime Version reported by the node.', info('containerRuntimeVersion'), {
      wide: true,
    }),
  ],
  fieldSelectors: { 'spec.unschedulable': (node) => String(node.spec.unschedulable ?? false) },
  default(node) {
    node.spec ??= {};
    syncRanges(node.spec);
    if (node.status?.capacity) node.status.allocatable ??= node.status.capacity;
  },
  validate: validateNode,
};
