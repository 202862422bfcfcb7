/** The cluster at a glance: is it well, what runs, what just happened. */

import { CircleCheck, ExternalLink, Lock, TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import type { AnyObject, KubeObject, Node, Pod } from '../../agent/api/types.ts';
import { clusters } from '../data/app-state.ts';
import { formatBytes, formatCount, formatCpu } from '../data/quantity.ts';
import { nodeRef, podRef, serviceRef } from '../data/refs.ts';
import { type Snapshot, useResources } from '../data/resources.ts';
import { navigate, type Route } from '../data/route.ts';
import { useStore } from '../data/store.ts';
import { allocation, nodeStatus, nodeTone, roles } from '../resources/nodes/node-facts.ts';
import { podStatus, podTone } from '../resources/pod-facts.ts';
import { countTones, inNamespaces, tones } from '../resources/tones.ts';
import { anyView, type ResourceView } from '../resources/view.ts';
import { servicesView } from '../resources/views/network.tsx';
import { nodesView } from '../resources/views/nodes.tsx';
import { podsView } from '../resources/views/pods.tsx';
import { deploymentsView } from '../resources/views/workloads.tsx';
import { Meter, StatusPill, type Tone } from '../ui/controls.tsx';
import { ErrorNotice, LoadingNotice } from '../ui/notices.tsx';
import { healthOf } from './health.ts';
import { Panel } from './panel.tsx';
import { RecentEvents } from './recent-events.tsx';
import { ShareBar } from './share-bar.tsx';

const tiles = [anyView(nodesView), anyView(podsView), anyView(deploymentsView), anyView(servicesView)];

export function OverviewPage({ route }: { route: Route }) {
  const { context, namespaces } = route;
  const nodes = useResources<Node>(context, nodesView.ref);
  const pods = useResources<Pod>(context, podsView.ref);
  const failed = [nodes, pods].find((list) => !list.loaded && list.error && !isHidden(list));
  if (failed?.error) return <ErrorNotice error={failed.error} />;
  if (![nodes, pods].every((list) => list.loaded || isHidden(list)))
    return <LoadingNotice title={`Connecting to ${context}`} />;
  return (
    <div className="overview">
      <Health context={context} nodes={isHidden(nodes) ? undefined : nodes.items} pods={pods.items} />
      <div className="tiles">
        {tiles.map((view) => (
          <StatusTile key={view.title} context={context} view={view} namespaces={namespaces} />
        ))}
      </div>
      <div className="overview-columns">
        <div className="overview-column">
          <NodePanel nodes={nodes.items} pods={pods.items} context={context} isHidden={isHidden(nodes)} />
          <Exposed context={context} />
          <Attention pods={pods.items} namespaces={namespaces} isHidden={isHidden(pods)} />
        </div>
        <div className="overview-column">
          <RecentEvents context={context} namespaces={namespaces} />
        </div>
      </div>
    </div>
  );
}

/** The user may not see these: the page shows the rest. */
const isHidden = ({ loaded, error }: Snapshot<KubeObject>): boolean => !loaded && error?.code === 'Forbidden';

const HiddenNote = ({ what }: { what: string }) => (
  <p className="panel-empty">
    <Lock size={16} /> You may not see {what} here.
  </p>
);

interface HealthProps {
  context: string;
  /** Absent where the user may not see them. */
  nodes: readonly Node[] | undefined;
  pods: readonly Pod[];
}

/** The answer to the first question that anyone has: is it well? */
function Health({ context, nodes, pods }: HealthProps) {
  const cluster = useStore(clusters).find((candidate) => candidate.context === context);
  const { tone, text } = healthOf(nodes, pods);
  const Icon = tone === 'ok' ? CircleCheck : TriangleAlert;
  const version = nodes?.[0]?.status?.nodeInfo?.kubeletVersion ?? cluster?.kubernetesVersion;
  return (
    <header className={`health ${tone}`}>
      <Icon size={20} className={`tone-${tone}`} />
      <div className="health-text">
        <h1>{text}</h1>
        <p className="muted truncate">
          {context}
          {version ? ` · Kubernetes ${version}` : ''}
          {cluster?.runtime === 'simulated' ? ' · simulated nodes: pods are state only' : ''}
          {cluster?.server ? ` · ${cluster.server}` : ''}
        </p>
      </div>
    </header>
  );
}

interface StatusTileProps {
  context: string;
  view: ResourceView;
  namespaces: readonly string[];
}

function StatusTile({ context, view, namespaces }: StatusTileProps) {
  const { items, loaded, error } = useResources(context, view.ref);
  const shown = useMemo(() => inNamespaces(view, items, namespaces), [view, items, namespaces]);
  const counts = useMemo(() => countTones(view, shown), [view, shown]);
  return (
    <button type="button" className="tile" onClick={() => navigate({ page: view.ref })}>
      <span className="tile-title">
        <view.icon size={14} /> {view.title}
      </span>
      <span className="tile-number">{loaded ? formatCount(shown.length) : '–'}</span>
      {view.status ? <ShareBar counts={tones.map((tone) => ({ tone, count: counts[tone] }))} /> : null}
      <span className="tile-note">
        {!loaded ? (
          error?.code === 'Forbidden' && <span className="muted">no access</span>
        ) : view.status ? (
          <Troubles counts={counts} total={shown.length} />
        ) : (
          <OnLocalhost context={context} />
        )}
      </span>
    </button>
  );
}

const troubles = [
  { tone: 'bad', word: 'failing' },
  { tone: 'warn', word: 'degraded' },
  { tone: 'busy', word: 'starting' },
] as const;

function Troubles({ counts, total }: { counts: Record<Tone, number>; total: number }) {
  const there = troubles.filter(({ tone }) => counts[tone] > 0);
  if (there.length === 0) return <span className="muted">{total === 0 ? 'none' : 'all well'}</span>;
  return there.map(({ tone, word }) => (
    <span key={tone} className={`tone-${tone}`}>
      {formatCount(counts[tone])} {word}
    </span>
  ));
}

/** A service is not well or unwell by itself: what can be told of all of them is what answers here. */
function OnLocalhost({ context }: { context: string }) {
  const exposed = useStore(clusters).find((cluster) => cluster.context === context)?.exposed ?? [];
  return <span className="muted">{exposed.length || 'none'} on localhost</span>;
}

interface NodePanelProps {
  nodes: readonly Node[];
  pods: readonly Pod[];
  context: string;
  isHidden: boolean;
}

function NodePanel({ nodes, pods, context, isHidden }: NodePanelProps) {
  const scene = useMemo(
    () => ({ context, exposed: [], related: { pods: pods as readonly unknown[] as readonly AnyObject[] } }),
    [context, pods],
  );
  return (
    <Panel title="Nodes" page={nodeRef}>
      {isHidden ? <HiddenNote what="nodes" /> : null}
      <ul className="node-list">
        {nodes.map((node) => {
          const cpu = allocation(node, scene, 'cpu');
          const memory = allocation(node, scene, 'memory');
          return (
            <li key={node.metadata.uid}>
              <StatusPill tone={nodeTone(node)}>
                <button
                  type="button"
                  className="link truncate"
                  onClick={() => navigate({ page: nodeRef, object: { name: node.metadata.name } })}
                >
                  {node.metadata.name}
                </button>
              </StatusPill>
              <span className="muted truncate">
                {nodeTone(node) === 'ok' ? roles(node) || 'worker' : nodeStatus(node)}
              </span>
              <Meter
                share={cpu.total ? cpu.used / cpu.total : 0}
                label={`CPU ${formatCpu(cpu.used)} / ${formatCpu(cpu.total)}`}
              />
              <Meter
                share={memory.total ? memory.used / memory.total : 0}
                label={`${formatBytes(memory.used)} / ${formatBytes(memory.total)}`}
              />
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

const restartsOf = (pod: Pod): string => {
  const count = (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
  return count === 1 ? '1 restart' : `${count} restarts`;
};

const mostListed = 6;

/** Of the namespaces on screen, as the tiles and the events are. */
function Attention(props: { pods: readonly Pod[]; namespaces: readonly string[]; isHidden: boolean }) {
  const { pods, namespaces } = props;
  const troubled = inNamespaces(podsView, pods, namespaces).filter((pod) => ['bad', 'warn'].includes(podTone(pod)));
  return (
    <Panel title="Needs attention" page={troubled.length > mostListed ? podRef : undefined}>
      {props.isHidden ? (
        <HiddenNote what="pods" />
      ) : troubled.length === 0 ? (
        <p className="panel-empty">
          <CircleCheck size={16} className="tone-ok" /> Every pod is well.
        </p>
      ) : (
        <ul className="mini-table">
          {troubled.slice(0, mostListed).map((pod) => (
            <li key={pod.metadata.uid}>
              <button
                type="button"
                className="link truncate"
                onClick={() => navigate({ page: podRef, object: pod.metadata })}
              >
                {pod.metadata.name}
              </button>
              <StatusPill tone={podTone(pod)}>{podStatus(pod) === 'Running' ? 'Not ready' : podStatus(pod)}</StatusPill>
              <span className="muted truncate">{pod.metadata.namespace}</span>
              <span className="muted">{restartsOf(pod)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Exposed({ context }: { context: string }) {
  const exposed = useStore(clusters).find((cluster) => cluster.context === context)?.exposed ?? [];
  if (exposed.length === 0)
    return (
      <Panel title="On your localhost" page={serviceRef}>
        <p className="panel-empty">
          Nothing yet. A service of type NodePort or LoadBalancer appears here with its URL.
        </p>
      </Panel>
    );
  return (
    <Panel title="On your localhost" page={serviceRef}>
      <ul className="mini-table two">
        {exposed.map(({ namespace, service, port, url }) => (
          <li key={`${namespace}/${service}:${port}`}>
            <a href={url ?? `http://localhost:${port}`} target="_blank" rel="noreferrer">
              localhost:{port} <ExternalLink size={12} />
            </a>
            <span className="muted truncate">
              {namespace}/{service}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
