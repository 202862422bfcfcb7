/** Where one can go: what the context serves, by section, with counts, and a badge where something is wrong. */
import { ChevronRight, LayoutDashboard, PanelLeftClose, PanelLeftOpen, SquareStack } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { clusters, isUp } from '../data/app-state.ts';
import { type Discovery, useDiscovery } from '../data/discovery.ts';
import { formatCount } from '../data/quantity.ts';
import { deploymentRef, nodeRef, podRef, sameResource, serviceRef } from '../data/refs.ts';
import { useResources } from '../data/resources.ts';
import { navigate, type PageRef, pageName, type Route, samePage } from '../data/route.ts';
import { useStore } from '../data/store.ts';
import { countTones, inNamespaces } from '../resources/tones.ts';
import type { ResourceView } from '../resources/view.ts';
import { fixedSections, otherSections, type Place, pageOf } from './places.ts';

const narrow = window.matchMedia('(max-width: 1100px)');
const saved = localStorage.getItem('sidebar');

export function Sidebar({ route }: { route: Route }) {
  const [collapsed, setCollapsed] = useState(saved ? saved === 'collapsed' : narrow.matches);
  const cluster = useStore(clusters).find(({ context }) => context === route.context);
  const answers = !cluster || isUp(cluster);
  const discovery = useDiscovery(answers ? route.context : undefined);
  const fixed = useMemo(() => fixedSections(discovery), [discovery]);
  const toggle = () => {
    localStorage.setItem('sidebar', collapsed ? 'open' : 'collapsed');
    setCollapsed(!collapsed);
  };
  useEffect(() => {
    const onChange = () => setCollapsed(narrow.matches);
    narrow.addEventListener('change', onChange);
    return () => narrow.removeEventListener('change', onChange);
  }, []);
  const Icon = collapsed ? PanelLeftOpen : PanelLeftClose;
  const shared = { route, collapsed, answers };
  return (
    <nav className={`sidebar ${collapsed ? 'collapsed' : ''}`} aria-label="Resources">
      <div className="sidebar-groups">
        {fixed.map(({ title, places }) => (
          <Group key={title ?? 'top'} title={title} places={places} {...shared} />
        ))}
        {collapsed ? <OtherOnScreen discovery={discovery} {...shared} /> : <Others discovery={discovery} {...shared} />}
      </div>
      <button
        type="button"
        className="sidebar-item sidebar-toggle"
        onClick={toggle}
        aria-label="Sidebar"
        aria-expanded={!collapsed}
        title={collapsed ? 'Expand the sidebar' : undefined}
      >
        <Icon size={16} />
        <span className="sidebar-text">Collapse</span>
      </button>
    </nav>
  );
}

interface SharedProps {
  route: Route;
  collapsed: boolean;
  /** Whether there is a server to be asked. */
  answers: boolean;
}

interface GroupProps extends SharedProps {
  title?: string | undefined;
  places: readonly Place[];
}

function Group({ title, places, collapsed, ...shared }: GroupProps) {
  const [open, toggle] = useFold(title ?? '', true);
  const items = places.map((place) => <Entry key={pageName(pageOf(place))} place={place} {...shared} />);
  if (!title) return <div className="sidebar-group">{items}</div>;
  return (
    <div className="sidebar-group">
      {collapsed ? <div className="sidebar-rule" /> : <Heading title={title} open={open} onToggle={toggle} />}
      {open || collapsed ? items : null}
    </div>
  );
}

/** A few groups are shown at once; of many only their names. */
const fewGroups = 4;

/** What has no place of its own: custom resources by their group, and what upstream serves for itself. */
function Others({ discovery, ...shared }: SharedProps & { discovery: Discovery }) {
  const { custom, builtIn } = useMemo(() => otherSections(discovery), [discovery]);
  return (
    <>
      {custom.length === 0 ? null : (
        <Fold title="Custom resources" initial>
          {custom.map(({ title, places }) => (
            <Fold
              key={title}
              title={title}
              level="sub"
              initial={custom.length <= fewGroups || places.some((place) => isOn(place, shared.route))}
            >
              {places.map((place) => (
                <Entry key={pageName(pageOf(place))} place={place} {...shared} />
              ))}
            </Fold>
          ))}
        </Fold>
      )}
      {builtIn.length === 0 ? null : (
        <Fold title="More of Kubernetes" initial={builtIn.some((view) => isOn(view, shared.route))}>
          {builtIn.map((view) => (
            <Entry key={pageName(view.ref)} place={view} {...shared} />
          ))}
        </Fold>
      )}
    </>
  );
}

/** Where there is room for icons only: of what has no place of its own, the one on screen. */
function OtherOnScreen({ discovery, ...shared }: SharedProps & { discovery: Discovery }) {
  const { custom, builtIn } = useMemo(() => otherSections(discovery), [discovery]);
  const places: readonly Place[] = [...custom.flatMap((section) => section.places), ...builtIn];
  const shown = places.find((place) => isOn(place, shared.route));
  if (!shown) return null;
  return (
    <div className="sidebar-group">
      <div className="sidebar-rule" />
      <Entry place={shown} {...shared} />
    </div>
  );
}

const isOn = (place: Place, { page }: Route): boolean => samePage(pageOf(place), page);

interface FoldProps {
  title: string;
  level?: 'sub';
  initial: boolean;
  children: ReactNode;
}

function Fold({ title, level, initial, children }: FoldProps) {
  const [open, toggle] = useFold(title, initial);
  return (
    <div className={`sidebar-group ${level ?? ''}`}>
      <Heading title={title} level={level} open={open} onToggle={toggle} />
      {open ? children : null}
    </div>
  );
}

/** Whether a group is open, remembered once somebody has chosen. */
function useFold(title: string, initial: boolean): [open: boolean, toggle: () => void] {
  const key = `sidebar.${title}`;
  const [chosen, setChosen] = useState(localStorage.getItem(key));
  const open = chosen ? chosen === 'open' : initial;
  const toggle = () => {
    const next = open ? 'folded' : 'open';
    localStorage.setItem(key, next);
    setChosen(next);
  };
  return [open, toggle];
}

interface HeadingProps {
  title: string;
  level?: 'sub' | undefined;
  open: boolean;
  onToggle(): void;
}

function Heading({ title, level, open, onToggle }: HeadingProps) {
  return (
    <button
      type="button"
      className={`sidebar-heading ${level ?? ''}`}
      aria-expanded={open}
      title={level ? title : undefined}
      onClick={onToggle}
    >
      <ChevronRight size={12} className="sidebar-chevron" />
      <span className="truncate">{title}</span>
    </button>
  );
}

interface EntryProps {
  place: Place;
  route: Route;
  answers: boolean;
}

function Entry({ place, route, answers }: EntryProps) {
  if (typeof place !== 'string') return <KindEntry view={place} route={route} answers={answers} />;
  const Icon = place === 'overview' ? LayoutDashboard : SquareStack;
  return <Item icon={<Icon size={16} />} title="Overview" page={place} route={route} />;
}

/** Only these are watched all the time: they are what tells whether the cluster is well. */
const counted = [podRef, deploymentRef, nodeRef, serviceRef];

function KindEntry({ view, route, answers }: { view: ResourceView; route: Route; answers: boolean }) {
  const isCounted = counted.some((ref) => sameResource(ref, view.ref));
  const { items, loaded } = useResources(route.context, answers && isCounted ? view.ref : undefined);
  const shown = useMemo(() => inNamespaces(view, items, route.namespaces), [view, items, route.namespaces]);
  const bad = useMemo(() => countTones(view, shown).bad, [shown, view]);
  const count = isCounted && loaded ? shown.length : undefined;
  return (
    <Item icon={<view.icon size={16} />} title={view.title} page={view.ref} route={route} count={count} bad={bad} />
  );
}

interface ItemProps {
  icon: ReactNode;
  title: string;
  page: PageRef;
  route: Route;
  count?: number;
  bad?: number;
}

function Item({ icon, title, page, route, count, bad = 0 }: ItemProps) {
  const active = samePage(route.page, page);
  return (
    <button
      type="button"
      className={`sidebar-item ${active ? 'active' : ''}`}
      aria-current={active ? 'page' : undefined}
      aria-label={title}
      aria-description={bad > 0 ? `${bad} unhealthy` : undefined}
      title={title}
      onClick={() => navigate({ page, object: undefined })}
    >
      {icon}
      <span className="sidebar-text truncate">{title}</span>
      {bad > 0 ? (
        <span className="sidebar-bad" title={`${bad} unhealthy`}>
          {formatCount(bad)}
        </span>
      ) : null}
      {count !== undefined ? <span className="sidebar-count">{formatCount(count)}</span> : null}
    </button>
  );
}
