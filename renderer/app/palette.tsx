/** Ctrl/Cmd-K: go anywhere, do anything, find any object. */
import { Command } from 'cmdk';
import { FilePlus2, Keyboard, Play, Server, Square, SquareTerminal } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { clusters, contexts, isUp, startCluster, stopCluster } from '../data/app-state.ts';
import { type Discovery, useDiscovery } from '../data/discovery.ts';
import { openTab } from '../data/dock.ts';
import {
  configMapRef,
  deploymentRef,
  nodeRef,
  podRef,
  resourceName,
  sameResource,
  secretRef,
  serviceRef,
} from '../data/refs.ts';
import { useResources } from '../data/resources.ts';
import { navigate, type Route, samePage } from '../data/route.ts';
import { createStore, useStore } from '../data/store.ts';
import { openCreate, useCreatable } from '../resources/forms/create/create.tsx';
import { handMadeViews, viewOfServed } from '../resources/known-views.ts';
import type { ResourceView } from '../resources/view.ts';
import { switchContext } from './context-switcher.tsx';
import { openShortcuts } from './shortcuts.tsx';

const isOpen = createStore(false);
export const openPalette = (): void => isOpen.set(true);

export function Palette({ route }: { route: Route }) {
  const open = useStore(isOpen);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      isOpen.update((value) => !value);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <Command.Dialog open={open} onOpenChange={isOpen.set} label="Search and commands" loop>
      {open ? <PaletteBody route={route} /> : null}
    </Command.Dialog>
  );
}

const run = (action: () => void) => () => {
  isOpen.set(false);
  action();
};

interface ItemProps {
  icon: ReactNode;
  value: string;
  note?: string | undefined;
  disabled?: boolean;
  onSelect(): void;
  children: ReactNode;
}

function Item({ icon, value, note, disabled, onSelect, children }: ItemProps) {
  return (
    <Command.Item value={value} disabled={disabled} onSelect={run(onSelect)}>
      {icon}
      <span className="truncate">{children}</span>
      {note ? <span className="menu-note">{note}</span> : null}
    </Command.Item>
  );
}

function PaletteBody({ route }: { route: Route }) {
  const [search, setSearch] = useState('');
  const contextList = useStore(contexts);
  const discovery = useDiscovery(route.context);
  const views = useMemo(() => viewsOf(discovery), [discovery]);
  return (
    <>
      <Command.Input value={search} onValueChange={setSearch} placeholder="Where to, or what to do?" />
      <Command.List>
        <Command.Empty>Nothing found</Command.Empty>
        <Command.Group heading="Go to">
          {views.map((view) => (
            <Item
              key={resourceName(view.ref)}
              icon={<view.icon size={14} />}
              value={`go ${view.title} ${view.shortNames.join(' ')} ${resourceName(view.ref)}`}
              note={view.shortNames[0] ?? view.ref.group}
              onSelect={() => navigate({ page: view.ref, object: undefined })}
            >
              {view.title}
            </Item>
          ))}
        </Command.Group>
        <Actions route={route} />
        <Command.Group heading="Switch context">
          {contextList.map(({ name }) => (
            <Item
              key={name}
              icon={<Server size={14} />}
              value={`context ${name}`}
              onSelect={() => void switchContext(name)}
            >
              {name}
            </Item>
          ))}
        </Command.Group>
        {search.length >= 2
          ? searched(views, route).map((view) => (
              <Objects key={resourceName(view.ref)} view={view} route={route} search={search} />
            ))
          : null}
      </Command.List>
    </>
  );
}

/** Those that the server lists; before it has answered, those that are made by hand. */
function viewsOf({ resources, loaded }: Discovery): readonly ResourceView[] {
  if (!loaded) return handMadeViews();
  return resources.filter(({ verbs }) => verbs.includes('list')).map(viewOfServed);
}

/** Objects are looked for in these, and in what is on screen: each is a list that is watched meanwhile. */
const searchedAlways = [podRef, deploymentRef, serviceRef, nodeRef, configMapRef, secretRef];

const searched = (views: readonly ResourceView[], { page }: Route): readonly ResourceView[] =>
  views.filter(({ ref }) => samePage(ref, page) || searchedAlways.some((each) => sameResource(each, ref)));

function Actions({ route: { context } }: { route: Route }) {
  const cluster = useStore(clusters).find((candidate) => candidate.context === context);
  const creatable = useCreatable();
  return (
    <Command.Group heading="Do">
      <Item
        icon={<FilePlus2 size={14} />}
        value="apply yaml create manifest"
        onSelect={() => openTab({ type: 'apply', title: 'Apply YAML', context, text: '' })}
      >
        Apply YAML
      </Item>
      {creatable.map((each) => (
        <Item
          key={each.view.kind}
          disabled={each.reason !== undefined}
          note={each.reason ? 'not allowed' : undefined}
          icon={<each.view.icon size={14} />}
          value={`create new ${each.view.kind}`}
          onSelect={() => openCreate(each, context)}
        >
          Create a {each.view.kind}
        </Item>
      ))}
      <Item icon={<Keyboard size={14} />} value="keyboard shortcuts help keys" note="?" onSelect={openShortcuts}>
        Keyboard shortcuts
      </Item>
      <Item
        icon={<SquareTerminal size={14} />}
        value="local shell terminal"
        onSelect={() => openTab({ type: 'shell', title: 'Local shell', target: { type: 'local', context } })}
      >
        Open a local shell
      </Item>
      {cluster && !isUp(cluster) ? (
        <Item icon={<Play size={14} />} value="start cluster" onSelect={() => void startCluster(cluster.profile)}>
          Start {cluster.profile}
        </Item>
      ) : null}
      {cluster && isUp(cluster) ? (
        <Item icon={<Square size={14} />} value="stop cluster" onSelect={() => stopCluster(cluster.profile)}>
          Stop {cluster.profile}
        </Item>
      ) : null}
    </Command.Group>
  );
}

const mostFound = 8;

function Objects({ view, route, search }: { view: ResourceView; route: Route; search: string }) {
  const { items } = useResources(route.context, view.ref, view.columns ? 'objects' : 'table');
  const words = search.toLowerCase().split(/\s+/);
  const found = items
    .filter(({ metadata }) => words.every((word) => metadata.name.includes(word) || view.kind.toLowerCase() === word))
    .slice(0, mostFound);
  if (found.length === 0) return null;
  return (
    <Command.Group heading={view.title}>
      {found.map(({ metadata: { uid, name, namespace } }) => (
        <Item
          key={uid}
          icon={<view.icon size={14} />}
          value={`${view.kind} ${name} ${namespace ?? ''}`}
          note={namespace}
          onSelect={() => navigate({ page: view.ref, object: { namespace, name } })}
        >
          {name}
        </Item>
      ))}
    </Command.Group>
  );
}
