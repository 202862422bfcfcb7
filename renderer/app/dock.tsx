/** Logs, shells and editors under every page. Tabs that are not in front stay alive. */
import { ChevronDown, ChevronUp, FileCode, FilePlus2, ScrollText, SquareTerminal, X } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { closeTab, type DockTab, dock, resizeDock, showTab, toggleDock } from '../data/dock.ts';
import { useStore } from '../data/store.ts';
import { LogPanel } from '../logs/log-panel.tsx';
import { IconButton } from '../ui/controls.tsx';
import { LoadingNotice } from '../ui/notices.tsx';
import { Splitter } from '../ui/splitter.tsx';
import { moveBetweenTabs } from '../ui/tabs.ts';

const TerminalPanel = lazy(() => import('../terminal/terminal-panel.tsx').then((m) => ({ default: m.TerminalPanel })));
const EditTab = lazy(() => import('../editor/edit-tab.tsx').then((m) => ({ default: m.EditTab })));
const ApplyTab = lazy(() => import('../editor/apply-tab.tsx').then((m) => ({ default: m.ApplyTab })));

const icons = { logs: ScrollText, shell: SquareTerminal, edit: FileCode, apply: FilePlus2 };

export function Dock() {
  const { tabs, active, open, height } = useStore(dock);
  if (tabs.length === 0) return null;
  return (
    <section className="dock" style={{ height: open ? height : undefined }} aria-label="Dock">
      {open ? <Splitter label="Resize dock" direction="vertical" size={height} onResize={resizeDock} /> : null}
      <div className="dock-tabs">
        {/* biome-ignore lint/a11y/useSemanticElements: not of a form. Not a tablist either: tabs that can be closed hold a second button */}
        <div className="dock-tab-list" role="group" aria-label="Tabs" onKeyDown={moveBetweenTabs}>
          {tabs.map((tab) => (
            <TabHandle key={tab.id} tab={tab} active={open && tab.id === active} />
          ))}
        </div>
        <IconButton label={open ? 'Collapse the dock' : 'Open the dock'} size="small" onClick={toggleDock}>
          {open ? <ChevronDown size={14} /> : <ChevronUp size={14} />}
        </IconButton>
      </div>
      <div className="dock-body" hidden={!open}>
        {tabs.map((tab) => (
          <section key={tab.id} className="dock-panel" aria-label={tab.title} hidden={tab.id !== active}>
            <Suspense fallback={<LoadingNotice title={`Opening ${tab.title}`} />}>
              <TabBody tab={tab} />
            </Suspense>
          </section>
        ))}
      </div>
    </section>
  );
}

function TabHandle({ tab, active }: { tab: DockTab; active: boolean }) {
  const Icon = icons[tab.type];
  return (
    <span className={`dock-tab ${active ? 'active' : ''}`}>
      <button
        type="button"
        data-tab
        aria-pressed={active}
        title={tab.title}
        onClick={() => showTab(tab.id)}
        onAuxClick={() => closeTab(tab.id)}
        onKeyDown={({ key }) => key === 'Delete' && closeTab(tab.id)}
      >
        <Icon size={14} />
        <span className="truncate">{tab.title}</span>
      </button>
      <IconButton label={`Close ${tab.title}`} size="small" onClick={() => closeTab(tab.id)}>
        <X size={12} />
      </IconButton>
    </span>
  );
}

function TabBody({ tab }: { tab: DockTab }) {
  if (tab.type === 'logs') return <LogPanel {...tab} />;
  if (tab.type === 'shell') return <TerminalPanel target={tab.target} />;
  if (tab.type === 'edit') return <EditTab {...tab} />;
  return <ApplyTab {...tab} />;
}
