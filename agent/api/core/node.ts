import { ageColumn, column, nameColumn, orNone } from '../columns.ts';
import { findCondition } from '../conditions.ts';
import { forbidden, notSupported } from '../field-errors.ts';
import { type Kind, proxyVerbs } from '../kind.ts';
import type { Node } from '../types.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
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
    if (node.status?.capacity) node.status.allocatable ??= node.status.capacity;
  },
  validate(node, old) {
    const changed = old?.spec.podCIDR && old.spec.podCIDR !== node.spec.podCIDR;
    const renamed = old?.spec.providerID && old.spec.providerID !== node.spec.providerID;
    return [
      ...(node.spec.taints ?? []).flatMap(({ effect }, index) =>
        effects.includes(effect) ? [] : [notSupported(`spec.taints[${index}].effect`, effect, effects)],
      ),
      ...(changed ? [forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')] : []),
      ...(renamed
        ? [forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid')]
        : []),
    ];
  },
};
