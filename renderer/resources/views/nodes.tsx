import { Server } from 'lucide-react';
import { nodes } from '../../../agent/api/core/node.ts';
import type { Node } from '../../../agent/api/types.ts';
import { formatBytes, formatCpu } from '../../data/quantity.ts';
import { leaseRef, podRef } from '../../data/refs.ts';
import { Badge, Meter, StatusPill } from '../../ui/controls.tsx';
import { common } from '../actions.tsx';
import { ageColumn, labelsColumn, nameColumn } from '../columns.tsx';
import { describeNode } from '../describe/node.ts';
import { cordon, drain, editTaints, nodeShell } from '../nodes/actions.tsx';
import { allocation, nodeStatus, nodeTone, podsOn, roles } from '../nodes/node-facts.ts';
import { NodeOverview } from '../overviews/node-overview.tsx';
import { isOwnedBy } from '../relations.ts';
import { type Column, ofKind, type ResourceView, type Scene } from '../view.ts';

const meter = (resource: 'cpu' | 'memory', format: (value: number) => string) => (node: Node, scene: Scene) => {
  const { used, total } = allocation(node, scene, resource);
  return <Meter share={total ? used / total : 0} label={`${format(used)} / ${format(total)}`} />;
};

const address = ({ status }: Node): string =>
  status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';

const columns: readonly Column<Node>[] = [
  { ...nameColumn, width: 180 },
  {
    id: 'roles',
    title: 'Roles',
    width: 106,
    value: roles,
    cell: (node) => (roles(node) ? <Badge tone="info">{roles(node)}</Badge> : <span className="muted">worker</span>),
  },
  {
    id: 'status',
    title: 'Status',
    width: 96,
    grow: 0.5,
    value: nodeStatus,
    cell: (node) => <StatusPill tone={nodeTone(node)}>{nodeStatus(node)}</StatusPill>,
  },
  {
    id: 'cpu',
    title: 'CPU requested',
    width: 118,
    grow: 0.6,
    value: (node, scene) => allocation(node, scene, 'cpu').used,
    cell: meter('cpu', formatCpu),
  },
  {
    id: 'memory',
    title: 'Memory requested',
    width: 158,
    grow: 0.7,
    value: (node, scene) => allocation(node, scene, 'memory').used,
    cell: meter('memory', formatBytes),
  },
  {
    id: 'pods',
    title: 'Pods',
    width: 60,
    value: (node, scene) => podsOn(node, scene).length,
    cell: (node, scene) => (
      <span>
        {podsOn(node, scene).length}
        <span className="muted">/{node.status?.allocatable?.pods ?? '–'}</span>
      </span>
    ),
  },
  { id: 'taints', title: 'Taints', width: 52, value: ({ spec }) => spec.taints?.length ?? 0 },
  { id: 'version', title: 'Version', width: 72, value: ({ status }) => status?.nodeInfo?.kubeletVersion ?? '' },
  { id: 'ip', title: 'Internal IP', width: 100, value: address },
  labelsColumn,
  ageColumn,
];

export const nodesView: ResourceView<Node> = {
  ...ofKind(nodes),
  title: 'Nodes',
  icon: Server,
  columns,
  actions: [nodeShell, cordon, drain, editTaints, ...common],
  needs: [podRef],
  tone: nodeTone,
  status: nodeStatus,
  tabs: ['overview', 'yaml', 'events', 'related', 'describe'],
  related: [
    { resource: podRef, holds: ({ metadata }, other) => other.spec?.nodeName === metadata.name },
    { resource: leaseRef, holds: (node, other) => isOwnedBy(other, node) },
  ],
  deletion: { consequence: 'The node leaves the cluster. Pods on it are deleted.', takes: [podRef] },
  overview: (node, scene) => <NodeOverview node={node} scene={scene} />,
  describe: { needs: [podRef, leaseRef], text: describeNode },
  about: 'Nodes are the machines of the cluster; in a Skiff cluster each is a container on your engine.',
};
