import { Box } from 'lucide-react';
import { pods } from '../../../agent/api/core/pod.ts';
import type { AnyObject, core, Pod } from '../../../agent/api/types.ts';
import { nodeRef, serviceRef } from '../../data/refs.ts';
import { StatusPill } from '../../ui/controls.tsx';
import { common, firstContainer, openShell, showLogs } from '../actions.tsx';
import { Age, ageColumn, labelsColumn, nameColumn, namespaceColumn, ObjectLink, printed } from '../columns.tsx';
import { describePod } from '../describe/workloads.ts';
import { KindLink } from '../kind-link.tsx';
import { PodOverview } from '../overviews/pod-overview.tsx';
import { podStatus, podTone } from '../pod-facts.ts';
import { selecting } from '../relations.ts';
import { type Column, ofKind, type ResourceView } from '../view.ts';

const ready = printed(pods, 'Ready');

function brickTone({ state, ready }: core.ContainerStatus): string {
  if (state?.running) return ready ? 'ok' : 'warn';
  if (state?.terminated) return state.terminated.exitCode === 0 ? '' : 'bad';
  const reason = state?.waiting?.reason ?? '';
  return /BackOff|Err|Invalid/.test(reason) ? 'bad' : 'hollow';
}

const brickText = ({ name, state }: core.ContainerStatus): string =>
  `${name}: ${state?.waiting?.reason ?? state?.terminated?.reason ?? (state?.running ? 'Running' : 'Waiting')}`;

/** One brick per container, init containers first. */
function Bricks({ pod }: { pod: Pod }) {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const text = statuses.map(brickText).join('\n');
  if (statuses.length === 0)
    return (
      <span className="bricks" title="not started">
        {pod.spec.containers.map(({ name }) => (
          <span key={name} className="brick hollow" />
        ))}
      </span>
    );
  return (
    <span className="bricks" role="img" aria-label={text} title={text}>
      {statuses.map((container) => (
        <span key={container.name} className={`brick ${brickTone(container)}`} />
      ))}
    </span>
  );
}

const restarts = (pod: Pod): number =>
  (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);

const lastRestart = (pod: Pod): string | undefined =>
  (pod.status?.containerStatuses ?? [])
    .map(({ lastState }) => lastState?.terminated?.finishedAt ?? '')
    .sort()
    .at(-1) || undefined;

const owner = (pod: Pod): { apiVersion: string; kind: string; name: string } | undefined =>
  pod.metadata.ownerReferences?.find(({ controller }) => controller);

const serviceSelector = ({ spec }: AnyObject) => (spec as core.ServiceSpec | undefined)?.selector;

const columns: readonly Column<Pod>[] = [
  { ...nameColumn, width: 188 },
  { ...namespaceColumn, width: 94 },
  {
    id: 'containers',
    title: 'Containers',
    width: 72,
    value: (pod) => pod.spec.containers.length,
    cell: (pod) => <Bricks pod={pod} />,
  },
  { id: 'ready', title: 'Ready', width: 48, value: ready },
  {
    id: 'status',
    title: 'Status',
    // So that CrashLoopBackOff can be read.
    width: 134,
    grow: 0.5,
    value: podStatus,
    cell: (pod) => <StatusPill tone={podTone(pod)}>{podStatus(pod)}</StatusPill>,
  },
  {
    id: 'restarts',
    title: 'Restarts',
    width: 102,
    value: restarts,
    cell: (pod) =>
      restarts(pod) === 0 ? (
        <span className="muted">0</span>
      ) : (
        <span className="truncate">
          {restarts(pod)}
          {lastRestart(pod) ? (
            <span className="muted">
              {' '}
              (<Age at={lastRestart(pod)} /> ago)
            </span>
          ) : null}
        </span>
      ),
  },
  { id: 'ip', title: 'IP', width: 96, value: (pod) => pod.status?.podIP ?? '' },
  {
    id: 'node',
    title: 'Node',
    width: 116,
    grow: 0.6,
    value: (pod) => pod.spec.nodeName ?? '',
    cell: (pod) =>
      pod.spec.nodeName ? <ObjectLink page={nodeRef} name={pod.spec.nodeName} /> : <span className="muted">–</span>,
  },
  { id: 'qos', title: 'QoS', width: 92, hidden: true, value: (pod) => pod.status?.qosClass ?? '' },
  {
    id: 'owner',
    title: 'Controlled by',
    width: 108,
    grow: 0.6,
    value: (pod) => owner(pod)?.kind ?? '',
    cell: (pod) => {
      const found = owner(pod);
      if (!found) return <span className="muted">–</span>;
      return <KindLink {...found} namespace={pod.metadata.namespace} />;
    },
  },
  labelsColumn,
  ageColumn,
];

export const podsView: ResourceView<Pod> = {
  ...ofKind(pods),
  title: 'Pods',
  icon: Box,
  columns,
  actions: [showLogs, openShell, ...common],
  needs: [],
  tone: podTone,
  status: podStatus,
  tabs: ['overview', 'yaml', 'events', 'logs', 'shell', 'related', 'describe'],
  shellContainer: firstContainer,
  related: [selecting(serviceRef, serviceSelector)],
  deletion: {
    consequence:
      'A pod that belongs to a workload is replaced by a new one. What was written inside its containers is lost.',
    takes: [],
  },
  overview: (pod) => <PodOverview pod={pod} />,
  describe: { needs: [], text: describePod },
  about: 'A pod is one or more containers that run together. Apply a manifest to run one.',
};
