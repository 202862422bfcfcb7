/** The first thing a newcomer sees: one button where there is an engine, and what to do where there is none. */
import { ChevronRight, CircleCheck, CircleX, Play, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { kubernetesMinor } from '../../agent/api/version.ts';
import type { BootProgress, EngineStatus } from '../../main/contract/clusters.ts';
import { engine, installEngine, preferences, progress, refreshEngine, startCluster } from '../data/app-state.ts';
import { errorOf } from '../data/desktop.ts';
import { notifyError } from '../data/notifications.ts';
import { formatBytes } from '../data/quantity.ts';
import { useStore } from '../data/store.ts';
import { Button, Spinner } from '../ui/controls.tsx';
import { BootProgressPage } from './boot-progress.tsx';
import { ClusterForm } from './cluster-form.tsx';

export function FirstRun() {
  const status = useStore(engine);
  const report = Object.values(useStore(progress)).find(
    ({ finished, failure, cancelled }: BootProgress) => !finished || failure || cancelled,
  );
  if (report) return <BootProgressPage report={report} />;
  return (
    <main className="welcome">
      <div className="welcome-card">
        <img src="./icon.svg" alt="" width={56} height={56} />
        <h1>Welcome to Skiff</h1>
        <p className="welcome-lead">A real multi-node Kubernetes cluster on your own machine, in seconds.</p>
        {!status ? (
          <p className="pill">
            <Spinner /> Looking for a container engine
          </p>
        ) : status.found ? (
          <StartCard engine={status} />
        ) : (
          <NoEngine engine={status} />
        )}
      </div>
    </main>
  );
}

function StartCard({ engine }: { engine: EngineStatus }) {
  const profile = useStore(preferences)?.defaultProfile ?? 'skiff';
  return (
    <>
      <p className="pill">
        <CircleCheck size={16} className="tone-ok" />
        {engine.name} · {engine.cpus} CPUs · {formatBytes(engine.memory ?? 0)}
      </p>
      <Button look="primary" size="large" type="submit" form="first-cluster" autoFocus>
        <Play size={14} /> Start a cluster
      </Button>
      <p className="welcome-note">
        Kubernetes {kubernetesMinor} on three nodes, which are containers of {engine.name}. Stop it or delete it at any
        time.
      </p>
      <details className="fold">
        <summary>
          <ChevronRight size={14} /> Nodes, CPU and memory
        </summary>
        <ClusterForm
          id="first-cluster"
          engine={engine}
          onSubmit={(_, options) => void startCluster(profile, options)}
        />
      </details>
    </>
  );
}

function NoEngine({ engine }: { engine: EngineStatus }) {
  const [busy, setBusy] = useState(false);
  const { remedy, looked } = engine;
  const install = async () => {
    setBusy(true);
    try {
      await installEngine();
    } catch (error) {
      notifyError(errorOf(error));
    }
    setBusy(false);
  };
  return (
    <>
      <p>
        No container engine answers on this machine. Nodes and pods run on it: Docker, Podman, Colima, Rancher Desktop,
        OrbStack.
      </p>
      <ul className="looked">
        {looked.map(({ endpoint, source, outcome }) => (
          <li key={`${source} ${endpoint}`}>
            <CircleX size={14} className="tone-idle" />
            <span className="truncate" title={endpoint}>
              {source} <span className="muted mono">{endpoint}</span>
            </span>
            <span className="muted truncate" title={outcome}>
              {outcome}
            </span>
          </li>
        ))}
      </ul>
      {remedy ? <p>{remedy.title}</p> : null}
      {remedy?.command ? <pre className="value">{remedy.command}</pre> : null}
      <div className="notice-actions">
        {remedy?.canRun ? (
          <Button look="primary" size="large" disabled={busy} onClick={install}>
            {busy ? <Spinner /> : <Play size={14} />} {busy ? 'Working' : 'Run this command'}
          </Button>
        ) : null}
        <Button size="large" onClick={() => void startCluster('skiff', { nodes: 3, runtime: 'simulated' })}>
          Try with simulated nodes
        </Button>
        <Button size="large" look="quiet" onClick={refreshEngine}>
          <RotateCw size={14} /> Look again
        </Button>
      </div>
      <p className="welcome-note">
        Simulated nodes need no engine: the API, the scheduler and the controllers are real, but nothing runs in pods.
      </p>
    </>
  );
}
