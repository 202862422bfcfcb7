/** Which cluster, which namespaces, search, start and stop, what happened. */
import { Bell, Keyboard, Play, Search, Settings, Square, SquareTerminal } from 'lucide-react';
import type { ClusterStatus } from '../../main/contract/clusters.ts';
import { underWayAs } from '../clusters/operations.ts';
import { clusters, isUp, startCluster, stopCluster } from '../data/app-state.ts';
import { openTab } from '../data/dock.ts';
import { notifications, unread } from '../data/notifications.ts';
import type { Route } from '../data/route.ts';
import { useStore } from '../data/store.ts';
import { Age } from '../resources/columns.tsx';
import { Button, IconButton, Kbd } from '../ui/controls.tsx';
import { openDialog } from '../ui/dialogs.ts';
import { MenuButton } from '../ui/overlays.tsx';
import { withCode } from '../ui/with-code.tsx';
import { ContextSwitcher } from './context-switcher.tsx';
import { NamespaceSelector } from './namespace-selector.tsx';
import { openPalette } from './palette.tsx';
import { PreferencesDialog } from './preferences-dialog.tsx';
import { openShortcuts } from './shortcuts.tsx';

const isMac = /Mac/.test(navigator.platform);

export function TopBar({ route }: { route: Route }) {
  const cluster = useStore(clusters).find(({ context }) => context === route.context);
  return (
    <header className="top-bar">
      <img className="logo" src="./icon.svg" alt="Skiff" width={20} height={20} />
      <ContextSwitcher route={route} />
      <NamespaceSelector route={route} />
      <button type="button" className="palette-button" onClick={openPalette} aria-label="Search and commands">
        <Search size={14} />
        <span className="truncate">Search or run a command</span>
        <Kbd>{isMac ? '⌘' : 'Ctrl'} K</Kbd>
      </button>
      <span className="spacer" />
      {cluster ? <PowerButton cluster={cluster} /> : null}
      <IconButton
        label="Local shell"
        onClick={() =>
          openTab({ type: 'shell', title: 'Local shell', target: { type: 'local', context: route.context } })
        }
      >
        <SquareTerminal size={16} />
      </IconButton>
      <NotificationList />
      <IconButton label="Keyboard shortcuts" title="Keyboard shortcuts (?)" onClick={openShortcuts}>
        <Keyboard size={16} />
      </IconButton>
      <IconButton label="Preferences" onClick={() => openDialog((close) => <PreferencesDialog onClose={close} />)}>
        <Settings size={16} />
      </IconButton>
    </header>
  );
}

function PowerButton({ cluster }: { cluster: ClusterStatus }) {
  const { profile, state, underWay } = cluster;
  const busy = state === 'starting' || state === 'stopping';
  if (busy)
    return (
      <Button disabled>
        <span className="spinner" />
        {underWayAs[underWay?.operation ?? (state === 'starting' ? 'start' : 'stop')]}
      </Button>
    );
  if (isUp(cluster))
    return (
      <Button onClick={() => stopCluster(profile)} title={`Stop ${profile}; everything in it is kept`}>
        <Square size={12} /> Stop
      </Button>
    );
  return (
    <Button look="primary" onClick={() => void startCluster(profile)}>
      <Play size={12} /> Start
    </Button>
  );
}

function NotificationList() {
  const list = useStore(notifications);
  const count = useStore(unread);
  return (
    <MenuButton
      label={count ? `Notifications, ${count} new` : 'Notifications'}
      className="button quiet icon bell"
      align="end"
      role="dialog"
      width={340}
      panel={() => {
        if (count) queueMicrotask(() => unread.set(0));
        return (
          <>
            <div className="menu-heading">Notifications</div>
            {list.length === 0 ? <p className="menu-empty muted">Nothing has happened yet.</p> : null}
            {list.map(({ id, at, tone, title, hint }) => (
              <div key={id} className="notification">
                <span className={`dot ${tone}`} />
                <div className="toast-text">
                  {title}
                  {hint ? <div className="toast-hint">{withCode(hint)}</div> : null}
                </div>
                <span className="muted">
                  <Age at={new Date(at).toISOString()} />
                </span>
              </div>
            ))}
          </>
        );
      }}
    >
      <Bell size={16} />
      {count ? <span className="bell-dot" /> : null}
    </MenuButton>
  );
}
