import { Layers, Rocket } from 'lucide-react';
import { deployments } from '../../../agent/api/apps/deployment.ts';
import { replicaSets } from '../../../agent/api/apps/replica-set.ts';
import { pods } from '../../../agent/api/core/pod.ts';
import type { Deployment, ReplicaSet } from '../../../agent/api/types.ts';
import { deploymentRef, podRef, replicaSetRef } from '../../data/refs.ts';
import { StatusPill, type Tone } from '../../ui/controls.tsx';
import { common, pause, restart, rollback, scale, setImage, showAllLogs } from '../actions.tsx';
import { ageColumn, labelsColumn, nameColumn, namespaceColumn, ObjectLink } from '../columns.tsx';
import { describeDeployment, describeReplicaSet } from '../describe/workloads.ts';
import { CreateDeployment } from '../forms/create/create-deployment.tsx';
import { DeploymentOverview, ReplicaSetOverview } from '../overviews/workload-overview.tsx';
import { owned, selected } from '../relations.ts';
import { type Column, ofKind, type ResourceView, refOf } from '../view.ts';

const wanted = ({ spec }: Deployment | ReplicaSet): number => spec.replicas ?? 1;
const readyOf = ({ status }: Deployment | ReplicaSet): number => status?.readyReplicas ?? 0;

const podLabels = ({ spec }: Deployment | ReplicaSet): Record<string, string> => spec.selector?.matchLabels ?? {};

const images = ({ spec }: Deployment | ReplicaSet): string =>
  (spec.template?.spec?.containers ?? []).map(({ image }) => image ?? '').join(', ');

const condition = (deployment: Deployment, type: string) =>
  deployment.status?.conditions?.find((candidate) => candidate.type === type);

export function deploymentTone(deployment: Deployment): Tone {
  if (condition(deployment, 'ReplicaFailure')?.status === 'True') return 'bad';
  if (condition(deployment, 'Progressing')?.status === 'False') return 'bad';
  if (wanted(deployment) === 0) return 'idle';
  const { updatedReplicas = 0, availableReplicas = 0, observedGeneration = 0 } = deployment.status ?? {};
  const settled = observedGeneration >= (deployment.metadata.generation ?? 0) && updatedReplicas >= wanted(deployment);
  if (!settled) return 'busy';
  return availableReplicas >= wanted(deployment) ? 'ok' : availableReplicas === 0 ? 'bad' : 'warn';
}

const words: Record<Tone, string> = {
  ok: 'Available',
  busy: 'Progressing',
  warn: 'Degraded',
  bad: 'Unavailable',
  idle: 'Scaled to 0',
};

const deploymentStatus = (deployment: Deployment): string =>
  deployment.spec.paused ? 'Paused' : words[deploymentTone(deployment)];

const readyCell = <T extends Deployment | ReplicaSet>(tone: (object: T) => Tone) => ({
  id: 'ready',
  title: 'Ready',
  width: 76,
  value: (object: T) => (wanted(object) ? readyOf(object) / wanted(object) : 1),
  cell: (object: T) => (
    <span className={tone(object) === 'ok' ? '' : `tone-${tone(object)}`}>
      {readyOf(object)}/{wanted(object)}
    </span>
  ),
});

const deploymentColumns: readonly Column<Deployment>[] = [
  nameColumn,
  namespaceColumn,
  {
    id: 'status',
    title: 'Conditions',
    width: 120,
    grow: 0.5,
    value: deploymentStatus,
    cell: (deployment) => <StatusPill tone={deploymentTone(deployment)}>{deploymentStatus(deployment)}</StatusPill>,
  },
  readyCell(deploymentTone),
  { id: 'updated', title: 'Up to date', width: 86, value: ({ status }) => status?.updatedReplicas ?? 0 },
  { id: 'available', title: 'Available', width: 82, value: ({ status }) => status?.availableReplicas ?? 0 },
  {
    id: 'strategy',
    title: 'Strategy',
    width: 116,
    hidden: true,
    value: ({ spec }) => spec.strategy?.type ?? 'RollingUpdate',
  },
  { id: 'images', title: 'Images', width: 160, grow: 1.6, mono: true, value: images },
  labelsColumn,
  ageColumn,
];

export const deploymentsView: ResourceView<Deployment> = {
  ...ofKind(deployments),
  title: 'Deployments',
  icon: Rocket,
  columns: deploymentColumns,
  actions: [showAllLogs, scale, restart, setImage, pause, rollback, ...common],
  needs: [],
  tone: deploymentTone,
  status: deploymentStatus,
  tabs: ['overview', 'yaml', 'events', 'logs', 'related', 'describe'],
  podSelector: podLabels,
  related: [owned(replicaSetRef), selected(podRef, podLabels)],
  deletion: { takes: [replicaSetRef, podRef] },
  create: CreateDeployment,
  overview: (deployment) => <DeploymentOverview deployment={deployment} />,
  describe: { needs: [refOf(replicaSets)], text: describeDeployment },
  about: 'A deployment keeps a number of identical pods running and rolls out changes to them.',
};

const replicaSetTone = (set: ReplicaSet): Tone =>
  wanted(set) === 0 ? 'idle' : readyOf(set) >= wanted(set) ? 'ok' : readyOf(set) === 0 ? 'bad' : 'warn';

const ownerName = ({ metadata }: ReplicaSet): string =>
  metadata.ownerReferences?.find(({ controller }) => controller)?.name ?? '';

const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  nameColumn,
  namespaceColumn,
  readyCell(replicaSetTone),
  { id: 'desired', title: 'Desired', width: 76, value: wanted },
  { id: 'current', title: 'Current', width: 76, value: ({ status }) => status?.replicas ?? 0 },
  { id: 'images', title: 'Images', width: 160, grow: 1.2, mono: true, value: images },
  {
    id: 'owner',
    title: 'Controlled by',
    width: 140,
    grow: 0.8,
    value: ownerName,
    cell: (set) =>
      ownerName(set) ? (
        <ObjectLink page={deploymentRef} namespace={set.metadata.namespace} name={ownerName(set)} />
      ) : (
        <span className="muted">–</span>
      ),
  },
  labelsColumn,
  ageColumn,
];

export const replicaSetsView: ResourceView<ReplicaSet> = {
  ...ofKind(replicaSets),
  title: 'ReplicaSets',
  icon: Layers,
  columns: replicaSetColumns,
  actions: [showAllLogs, scale, ...common],
  needs: [],
  tone: replicaSetTone,
  tabs: ['overview', 'yaml', 'events', 'logs', 'related', 'describe'],
  podSelector: podLabels,
  related: [selected(podRef, podLabels)],
  deletion: { consequence: 'A replica set that belongs to a deployment is made again.', takes: [podRef] },
  overview: (set) => <ReplicaSetOverview set={set} />,
  describe: { needs: [refOf(pods)], text: describeReplicaSet },
  about: 'A replica set keeps a number of identical pods running. Deployments make them by themselves.',
};
