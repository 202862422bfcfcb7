/** The window: bars around, a page in the middle, the dock under it. */
import { useEffect, useLayoutEffect, useRef } from 'react';
import { FirstRun } from '../clusters/first-run.tsx';
import { clusters, contexts, ready } from '../data/app-state.ts';
import { desktop } from '../data/desktop.ts';
import { openTab } from '../data/dock.ts';
import { currentRoute, formatRoute, navigate, onRequest, useRoute } from '../data/route.ts';
import { useStore } from '../data/store.ts';
import { closeDialog, currentDialog, openDialog } from '../ui/dialogs.ts';
import { FailureBoundary } from '../ui/failure-boundary.tsx';
import { LoadingNotice } from '../ui/notices.tsx';
import { Dock } from './dock.tsx';
import { DropTarget } from './drop-target.tsx';
import { Footer } from './footer.tsx';
import { Page } from './page.tsx';
import { Palette } from './palette.tsx';
import { PreferencesDialog } from './preferences-dialog.tsx';
import { useRegionKeys } from './regions.ts';
import { useShortcutSheet } from './shortcuts.tsx';
import { Sidebar } from './sidebar.tsx';
import { SilenceBanner } from './silence-banner.tsx';
import { Toasts } from './toasts.tsx';
import { TopBar } from './top-bar.tsx';

export function App() {
  const isReady = useStore(ready);
  const link = useStore(desktop.state);
  const hasContext = useFollowedContext();
  // Once it is known which context is on screen: a shell is opened for it.
  useEffect(() => (isReady ? onRequest(obey) : undefined), [isReady]);
  return (
    <div className="app">
      {link === 'broken' || link === 'refused' ? (
        <div className="banner bad link-lost" role="alert">
          {link === 'broken'
            ? 'The connection to Skiff is lost. Reconnecting…'
            : 'Skiff was started anew. Open the address that it printed, or run: skiff dashboard'}
        </div>
      ) : null}
      {!isReady ? <LoadingNotice title="Opening Skiff" /> : hasContext ? <Workbench /> : <FirstRun />}
      <CurrentDialog />
      <Toasts />
    </div>
  );
}

function obey(request: 'terminal' | 'preferences'): void {
  const { context } = currentRoute();
  if (request === 'terminal') openTab({ type: 'shell', title: 'Local shell', target: { type: 'local', context } });
  else openDialog((close) => <PreferencesDialog onClose={close} />);
}

function Workbench() {
  const route = useRoute();
  useRegionKeys();
  useShortcutSheet();
  return (
    <DropTarget context={route.context}>
      <TopBar route={route} />
      <Sidebar route={route} />
      <main className="content">
        <SilenceBanner context={route.context} />
        <div className="content-page">
          <FailureBoundary about={formatRoute(route)}>
            <Page route={route} />
          </FailureBoundary>
        </div>
        <Dock />
      </main>
      <Footer route={route} />
      <Palette route={route} />
    </DropTarget>
  );
}

/**
 * The window shows one context. Where the address names none (or one that is gone) it is the kubeconfig's current one;
 * when that is switched elsewhere (tray, kubectl) the window goes with it. False where there is none at all.
 */
function useFollowedContext(): boolean {
  const { context } = useRoute();
  const list = useStore(contexts);
  const known = useStore(clusters);
  const current = list.find((candidate) => candidate.current)?.name;
  const exists = list.some(({ name }) => name === context) || known.some((cluster) => cluster.context === context);

  const before = useRef(current);
  useEffect(() => {
    const switched = before.current !== undefined && current !== undefined && before.current !== current;
    before.current = current;
    if (switched) navigate({ context: current, namespaces: [] });
  }, [current]);

  const fallback = current ?? list[0]?.name ?? known.find(({ state }) => state !== 'absent')?.context;
  // Before anything is painted of a context that there is not.
  useLayoutEffect(() => {
    if (!exists && fallback) navigate({ context: fallback, page: 'overview', namespaces: [] }, { replace: true });
  }, [exists, fallback]);

  // Not for a moment without one: the workbench would take the shells and the unsaved texts of its dock with it.
  return exists || fallback !== undefined;
}

function CurrentDialog() {
  const dialog = useStore(currentDialog);
  return dialog ? dialog.render(closeDialog) : null;
}
