/** Logs, shells and editors under every page. Tabs that are not in front stay alive. */
import { ChevronDown, ChevronUp, FileCode, FilePlus2, ScrollText, SquareTerminal, X } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { closeTab, contextOf, type DockTab, dock, resizeDock, showTab, toggleDock, unsavedTabs } from '../data/dock.ts';
import { useRoute } from '../data/route.ts';
import { useStore } from '../data/store.ts';
import { LogPanel } from '../logs/log-panel.tsx';
import { Badge, IconButton } from '../ui/controls.tsx';
import { askToDiscard } from '../ui/discard-dialog.tsx';
import { LoadingNotice } from '../ui/notices.tsx';
import { Splitter } from '../ui/splitter.tsx';
import { moveBetweenTabs } from '../ui/tabs.ts';

const TerminalPanel = lazy(() => import('../terminal/terminal-panel.tsx').then((m) => ({ default: m.TerminalPanel })));
const EditTab = lazy(() => import('../editor/edit-tab.tsx').then((m) => ({ default: m.EditTab })));
const ApplyTab = lazy(() => import('../editor/apply-tab.tsx').then((m) => ({ default: m.ApplyTab })));

const icons = { logs: ScrollText, shell: SquareTerminal, edit: FileCode, apply: FilePlus2 };

export function Dock() {
  const { tabs, active, open, height } = useStore(dock);
  const unsaved = useStore(unsavedTabs);
  const { context } = useRoute();
  if (tabs.length === 0) return null;
  return (
    <section className="dock" style={{ height: open ? height : undefined }} aria-label="Dock">
      {open ? <Splitter label="Resize dock" direction="vertical" size={height} onResize={resizeDock} /> : null}
      <div className="dock-tabs">
        {/* biome-ignore lint/a11y/useSemanticElements: not of a form. Not a tablist either: tabs that can be closed hold a second button */}
        <div className="dock-tab-list" role="group" aria-label="Tabs" onKeyDown={moveBetweenTabs}>
          {tabs.map((tab) => (
            <TabHandle
              key={tab.id}
              tab={tab}
              active={open && tab.id === active}
              isUnsaved={unsaved.has(tab.id)}
              shown={context}
            />
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

interface TabHandleProps {
  tab: DockTab;
  active: boolean;
  isUnsaved: boolean;
  /** The context on screen: a tab of another one says so. */
  shown: string;
}

function TabHandle({ tab, active, isUnsaved, shown }: TabHandleProps) {
  const Icon = icons[tab.type];
  const context = contextOf(tab);
  const elsewhere = context !== undefined && context !== shown ? context : undefined;
  const close = () => {
    if (isUnsaved) askToDiscard(tab.title, () => closeTab(tab.id));
    else closeTab(tab.id);
  };
  return (
    <span className={`dock-tab ${active ? 'active' : ''}`}>
      <button
        type="button"
        data-tab
        aria-pressed={active}
        title={elsewhere ? `${tab.title}, in ${elsewhere}` : tab.title}
        onClick={() => showTab(tab.id)}
        onAuxClick={({ button }) => button === 1 && close()}
        onKeyDown={({ key }) => key === 'Delete' && close()}
      >
        <Icon size={14} />
        <span className="truncate">{tab.title}</span>
        {isUnsaved ? <span className="dock-unsaved" role="img" aria-label="not saved" title="Not saved" /> : null}
        {elsewhere ? <Badge tone="info">{elsewhere}</Badge> : null}
      </button>
      <IconButton label={`Close ${tab.title}`} size="small" onClick={close}>
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
