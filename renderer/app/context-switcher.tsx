/** Every context of the kubeconfig, ours first. One press switches: here, and for kubectl. */
import { Check, ChevronsUpDown, Plus } from 'lucide-react';
import { useState } from 'react';
import type { ClusterStatus, KubeContext, ProfileState } from '../../main/contract/clusters.ts';
import { NewClusterDialog } from '../clusters/new-cluster-dialog.tsx';
import { clusters, contexts } from '../data/app-state.ts';
import { call, errorOf } from '../data/desktop.ts';
import { notifyError } from '../data/notifications.ts';
import { navigate, type Route } from '../data/route.ts';
import { useStore } from '../data/store.ts';
import { Badge, Dot, SearchField, type Tone } from '../ui/controls.tsx';
import { openDialog } from '../ui/dialogs.ts';
import { MenuButton } from '../ui/overlays.tsx';

const stateTone: Record<ProfileState, Tone> = {
  absent: 'idle',
  stopped: 'idle',
  starting: 'busy',
  stopping: 'busy',
  running: 'ok',
  degraded: 'warn',
  error: 'bad',
};

interface Entry {
  name: string;
  current: boolean;
  cluster?: ClusterStatus;
}

/** Also profiles whose cluster was deleted from the kubeconfig, or never started. */
export function entriesOf(list: readonly KubeContext[], known: readonly ClusterStatus[]): Entry[] {
  const fromKubeconfig = list.map(({ name, current }) => ({
    name,
    current,
    cluster: known.find(({ context }) => context === name),
  }));
  const others = known
    .filter(({ context }) => !list.some(({ name }) => name === context))
    .map((cluster) => ({ name: cluster.context, current: false, cluster }));
  const all = [...fromKubeconfig, ...others];
  return [...all.filter(({ cluster }) => cluster), ...all.filter(({ cluster }) => !cluster)];
}

/** A cluster that was never started has no context to switch to yet: it is only shown. */
export async function switchContext(name: string): Promise<void> {
  navigate({ context: name, namespaces: [], object: undefined });
  if (!contexts.get().some((context) => context.name === name)) return;
  try {
    await call('context.use', { context: name });
  } catch (error) {
    notifyError(errorOf(error));
  }
}

export function ContextSwitcher({ route }: { route: Route }) {
  const entries = entriesOf(useStore(contexts), useStore(clusters));
  const shown = entries.find(({ name }) => name === route.context);
  return (
    <MenuButton
      label={`Cluster: ${route.context}`}
      className="button quiet switcher"
      role="dialog"
      width={320}
      panel={(close) => <ContextList entries={entries} shown={route.context} onClose={close} />}
    >
      <Dot tone={shown?.cluster ? stateTone[shown.cluster.state] : 'idle'} />
      <strong className="truncate">{route.context}</strong>
      <ChevronsUpDown size={14} />
    </MenuButton>
  );
}

const manyContexts = 8;

function ContextList({ entries, shown, onClose }: { entries: Entry[]; shown: string; onClose(): void }) {
  const [filter, setFilter] = useState('');
  const matching = entries.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
  const firstForeign = matching.findIndex(({ cluster }) => !cluster);
  return (
    <>
      {entries.length > manyContexts ? (
        <SearchField
          className="menu-search"
          aria-label="Find a context"
          placeholder="Find a context"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      ) : null}
      {matching.map(({ name, current, cluster }, at) => (
        <div key={name}>
          {at === 0 && cluster ? <div className="menu-heading">Skiff clusters</div> : null}
          {at === firstForeign ? <div className="menu-heading">Other contexts</div> : null}
          <button
            type="button"
            className="menu-item"
            onClick={() => {
              onClose();
              void switchContext(name);
            }}
          >
            <Dot tone={cluster ? stateTone[cluster.state] : 'idle'} />
            <span className="truncate">{name}</span>
            {cluster?.runtime === 'simulated' ? <Badge tone="info">simulated</Badge> : null}
            {current ? <Badge title="kubectl uses this context">current</Badge> : null}
            <span className="menu-note">{name === shown ? <Check size={14} /> : cluster ? cluster.state : null}</span>
          </button>
        </div>
      ))}
      {matching.length === 0 ? <p className="menu-empty muted">No context matches.</p> : null}
      <div className="menu-line" />
      <button
        type="button"
        className="menu-item"
        onClick={() => {
          onClose();
          openDialog((closeDialog) => <NewClusterDialog onClose={closeDialog} />);
        }}
      >
        <Plus size={14} /> New cluster…
      </button>
    </>
  );
}
