/** Whether what is on screen is true right now, what it costs, and what answers on localhost. */
import { ExternalLink } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Service } from '../../agent/api/types.ts';
import type { ClusterStatus } from '../../main/contract/clusters.ts';
import type { DesktopCalls } from '../../main/contract.ts';
import { appInfo, clusters, isUp, refreshClusters } from '../data/app-state.ts';
import { desktop } from '../data/desktop.ts';
import { formatBytes, formatCpu } from '../data/quantity.ts';
import { useResources } from '../data/resources.ts';
import type { Route } from '../data/route.ts';
import { useStore } from '../data/store.ts';
import { usePing, useSync } from '../data/sync.ts';
import { servicesView } from '../resources/views/network.tsx';
import { Dot } from '../ui/controls.tsx';

const shownPorts = 4;
/** Letters of a name that is never cut. */
const shortName = 8;

export function Footer({ route: { context } }: { route: Route }) {
  const cluster = useStore(clusters).find((candidate) => candidate.context === context);
  const answers = !cluster || isUp(cluster);
  // The name of a context is often that of its profile: keys of the two must differ all the same.
  return (
    <footer className="footer">
      {answers ? (
        <SyncState key={`context ${context}`} context={context} />
      ) : (
        <span className="muted">{cluster.state}</span>
      )}
      <UsageState key={`profile ${cluster?.profile}`} profile={answers ? cluster?.profile : undefined} />
      <span className="spacer" />
      {cluster ? <ExposedPorts cluster={cluster} /> : null}
      {cluster?.runtime === 'simulated' ? <span className="badge info">simulated nodes</span> : null}
      <span className="muted">{cluster?.kubernetesVersion}</span>
      <span className="muted footer-app">Skiff {useStore(appInfo)?.version}</span>
    </footer>
  );
}

function SyncState({ context }: { context: string }) {
  usePing(context);
  const { at, age, latency, problem, isSilent } = useSync(context);
  const stale = problem !== undefined || isSilent;
  const seconds = Math.round(age / 1000);
  const text = !at ? (stale ? 'not reached' : 'connecting') : seconds < 2 ? 'synced now' : `synced ${seconds} s ago`;
  return (
    <span className={`footer-item ${stale ? 'tone-warn' : ''}`} title={problem ?? 'The last word from the API server'}>
      <Dot tone={stale ? 'warn' : at ? 'ok' : 'busy'} />
      {text}
      {latency !== undefined && !isSilent ? (
        <span className="muted">· API {Math.max(1, Math.round(latency))} ms</span>
      ) : null}
    </span>
  );
}

type Usage = DesktopCalls['app.usage']['output'];
const measureEvery = 5_000;

function UsageState({ profile }: { profile: string | undefined }) {
  const [usage, setUsage] = useState<Usage>();
  useEffect(() => {
    const measure = async () => {
      if (document.hidden) return;
      const reply = await desktop.call('app.usage', { profile });
      if (reply.ok) setUsage(reply.value);
    };
    void measure();
    const timer = setInterval(measure, measureEvery);
    return () => clearInterval(timer);
  }, [profile]);
  if (!usage) return null;
  const text = ({ cpu, memory }: Usage['app']) => `${formatCpu(cpu)} · ${formatBytes(memory)}`;
  return (
    <span className="footer-item muted" title="CPU and memory of this cluster’s nodes, and of Skiff">
      {/* What was measured while it ran says nothing of it once it is stopped. */}
      {profile && usage.cluster ? <span>Cluster {text(usage.cluster)}</span> : null}
      <span>App {text(usage.app)}</span>
    </span>
  );
}

/** Main looks at its clusters every few seconds; a change of the services is a reason to ask at once. */
function useFreshPorts(context: string): void {
  const { items, loaded } = useResources<Service>(context, servicesView.ref);
  const ports = items
    .map(({ metadata, spec }) => `${metadata.name} ${spec.ports?.map(({ nodePort }) => nodePort)}`)
    .join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another set of ports is what it is about
  useEffect(() => {
    if (!loaded) return;
    const timers = [150, 900].map((delay) => setTimeout(refreshClusters, delay));
    return () => timers.forEach(clearTimeout);
  }, [ports, loaded]);
}

function ExposedPorts({ cluster: { exposed, context } }: { cluster: ClusterStatus }) {
  useFreshPorts(context);
  return (
    <span className="footer-item footer-ports">
      {exposed.slice(0, shownPorts).map(({ namespace, service, port, url }) => (
        <a
          key={`${namespace}/${service}:${port}`}
          className={`footer-port ${service.length > shortName ? 'long' : ''}`}
          href={url ?? `http://localhost:${port}`}
          target="_blank"
          rel="noreferrer"
          title={`${namespace}/${service}:${port}`}
        >
          <span className="truncate">{service}</span>:{port} <ExternalLink size={11} />
        </a>
      ))}
      {exposed.length > shownPorts ? <span className="muted">+{exposed.length - shownPorts}</span> : null}
    </span>
  );
}
