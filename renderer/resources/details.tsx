/** Everything about one object, beside its list. The address names it, so that it can be linked to. */

import { Ellipsis, Lock, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { AnyObject } from '../../agent/api/types.ts';
import { toYaml } from '../data/object-yaml.ts';
import { type DetailsTab, navigate, openObject, type Route } from '../data/route.ts';
import { LogPanel } from '../logs/log-panel.tsx';
import { IconButton, StatusPill } from '../ui/controls.tsx';
import { LoadingNotice, Notice } from '../ui/notices.tsx';
import { MenuButton } from '../ui/overlays.tsx';
import { Splitter } from '../ui/splitter.tsx';
import { moveBetweenTabs } from '../ui/tabs.ts';
import { ActionMenu, reasonAgainst, useActions } from './action-menu.tsx';
import { DescribeTab } from './describe-tab.tsx';
import { inSentence } from './nouns.ts';
import { Metadata } from './overviews/facts.tsx';
import { ObjectEvents, Related } from './related.tsx';
import type { ResourceView, Scene } from './view.ts';

/** The editor and the terminal are large, and few details are opened for them. */
const CodeView = lazy(() => import('../editor/code-view.tsx').then((m) => ({ default: m.CodeView })));
const TerminalPanel = lazy(() => import('../terminal/terminal-panel.tsx').then((m) => ({ default: m.TerminalPanel })));

const titles: Record<DetailsTab, string> = {
  overview: 'Overview',
  yaml: 'YAML',
  events: 'Events',
  logs: 'Logs',
  shell: 'Shell',
  related: 'Related',
  describe: 'Describe',
};

interface DetailsProps {
  view: ResourceView;
  scene: Scene;
  route: Route;
  /** Absent where it is not in the list (yet, or any more). */
  object: AnyObject | undefined;
  loaded: boolean;
}

/** What is left to the list beside it, as the style has it: a name and a status can be read. */
const listWidth = 432;
const savedWidth = () => Number(localStorage.getItem('details.width')) || 520;

export function Details({ view, scene, route, object, loaded }: DetailsProps) {
  const [width, setWidth] = useState(savedWidth);
  const panel = useRef<HTMLElement>(null);
  const name = route.object?.name ?? '';
  const status = object && view.status?.(object);
  const lastSeen = useLastSeen(object);
  // What a container wrote last is read after its pod has gone, and its successor's log goes on below it.
  const shown = object ?? (route.tab === 'logs' ? lastSeen : undefined);
  const close = () => navigate({ filter: route.filter });

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const busy = event.target instanceof HTMLElement && event.target.closest('input, .code, .dock, dialog, .popover');
      if (event.key === 'Escape' && !busy) navigate({ filter: route.filter });
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [route.filter]);

  const resize = (next: number) => {
    const room = panel.current?.parentElement?.clientWidth ?? window.innerWidth;
    const bounded = Math.max(360, Math.min(next, room - listWidth));
    localStorage.setItem('details.width', String(bounded));
    setWidth(bounded);
  };

  return (
    <aside ref={panel} className="details" style={{ width }} aria-label={`${view.kind} ${name}`}>
      <Splitter label="Resize details" direction="horizontal" size={width} onResize={resize} />
      <header className="details-head">
        <view.icon size={16} className="muted" />
        <div className="details-title">
          <span className="details-kind">
            <span className="muted">{view.kind}</span>
            {status ? <StatusPill tone={view.tone(object)}>{status}</StatusPill> : null}
            {!object && shown ? <StatusPill tone="idle">Deleted</StatusPill> : null}
          </span>
          <h2 className="truncate" title={name}>
            {name}
          </h2>
        </div>
        {object ? <DetailsActions view={view} scene={scene} object={object} /> : null}
        <IconButton label="Close details" onClick={close}>
          <X size={16} />
        </IconButton>
      </header>
      <div className="tabs" role="tablist" aria-label="Details" onKeyDown={moveBetweenTabs}>
        {view.tabs.map((tab) => (
          <button
            key={tab}
            type="button"
            role="tab"
            className="tab"
            aria-selected={route.tab === tab}
            tabIndex={route.tab === tab ? 0 : -1}
            onClick={() => openObject(route.object, tab)}
          >
            {titles[tab]}
          </button>
        ))}
      </div>
      <div className="details-body" role="tabpanel" aria-label={titles[route.tab]}>
        {shown ? (
          <Suspense fallback={<LoadingNotice title={`Opening ${titles[route.tab]}`} />}>
            <DetailsTabBody view={view} scene={scene} object={shown} tab={route.tab} />
          </Suspense>
        ) : loaded ? (
          <Notice icon={<view.icon size={24} />} title={`${name} is not there`}>
            It was deleted, or it never was in this cluster.
          </Notice>
        ) : (
          <LoadingNotice title={`Loading ${name}`} />
        )}
      </div>
    </aside>
  );
}

/** The object as it was before it went, too. */
function useLastSeen(object: AnyObject | undefined): AnyObject | undefined {
  const [seen, setSeen] = useState(object);
  if (object && object !== seen) setSeen(object);
  return object ?? seen;
}

/** The first three actions as buttons, all of them in the menu. */
function DetailsActions({ view, scene, object }: { view: ResourceView; scene: Scene; object: AnyObject }) {
  const target = { context: scene.context, view, object };
  const quick = useActions(target)
    .filter(({ danger, id }) => !danger && id !== 'copy')
    .slice(0, 3);
  return (
    <>
      {quick.map((action) => {
        const reason = reasonAgainst(action, target);
        return (
          <IconButton
            key={action.id}
            label={action.label(object)}
            reason={reason}
            disabled={action.available?.(object) === false}
            onClick={() => action.run(target)}
          >
            <action.icon size={16} />
          </IconButton>
        );
      })}
      <MenuButton
        label="More actions"
        className="button quiet icon"
        align="end"
        panel={(close) => <ActionMenu target={target} onClose={close} />}
      >
        <Ellipsis size={16} />
      </MenuButton>
    </>
  );
}

interface BodyProps {
  view: ResourceView;
  scene: Scene;
  object: AnyObject;
  tab: DetailsTab;
}

/** A tab that does what an action does needs what the action needs. */
function DetailsTabBody(props: BodyProps) {
  const { view, scene, object, tab } = props;
  const target = { context: scene.context, view, object };
  const action = useActions(target).find(({ id }) => id === tab);
  const reason = action && reasonAgainst(action, target);
  if (!reason) return <TabContent {...props} />;
  return (
    <Notice icon={<Lock size={24} />} title={`You may not see ${inSentence(titles[tab])} here`}>
      {reason}
    </Notice>
  );
}

function TabContent({ view, scene, object, tab }: BodyProps) {
  const { context } = scene;
  const { namespace = '', name } = object.metadata;
  if (tab === 'yaml') return <CodeView label={`YAML of ${name}`} text={toYaml(object)} />;
  if (tab === 'events') return <ObjectEvents context={context} object={object} />;
  if (tab === 'related') return <Related context={context} view={view} object={object} />;
  if (tab === 'describe') return <DescribeTab context={context} view={view} object={object} />;
  if (tab === 'logs')
    return <LogPanel context={context} namespace={namespace} pod={name} selector={view.podSelector?.(object)} />;
  if (tab === 'shell' && view.shellContainer)
    return (
      <TerminalPanel target={{ type: 'pod', context, namespace, pod: name, container: view.shellContainer(object) }} />
    );
  return (
    <div className="details-scroll">
      {view.overview?.(object, scene)}
      <Metadata object={object} />
      {view.fields?.(object, scene)}
    </div>
  );
}
