/** Where one can go: kinds by group, with counts, and a badge where something is wrong. */
import { ChevronRight, LayoutDashboard, PanelLeftClose, PanelLeftOpen, SquareStack } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { clusters, isUp } from '../data/app-state.ts';
import { useResources } from '../data/resources.ts';
import { navigate, type Route } from '../data/route.ts';
import { useStore } from '../data/store.ts';
import { viewFor } from '../resources/known-views.ts';
import { formatCount } from '../resources/quantity.ts';
import { countTones, inNamespaces } from '../resources/tones.ts';
import type { ResourceView } from '../resources/view.ts';
import { type SidebarGroup, sidebar } from '../resources/views/registry.ts';

const narrow = window.matchMedia('(max-width: 1100px)');
const saved = localStorage.getItem('sidebar');

export function Sidebar({ route }: { route: Route }) {
  const [collapsed, setCollapsed] = useState(saved ? saved === 'collapsed' : narrow.matches);
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
  return (
    <nav className={`sidebar ${collapsed ? 'collapsed' : ''}`} aria-label="Resources">
      <div className="sidebar-groups">
        {sidebar.map((group) => (
          <Group key={group.title ?? 'top'} group={group} route={route} collapsed={collapsed} />
        ))}
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

function Group({ group, route, collapsed }: { group: SidebarGroup; route: Route; collapsed: boolean }) {
  const [open, setOpen] = useState(true);
  const items = group.pages.map((page) => <Entry key={page} page={page} route={route} />);
  if (!group.title) return <div className="sidebar-group">{items}</div>;
  return (
    <div className="sidebar-group">
      {collapsed ? (
        <div className="sidebar-rule" />
      ) : (
        <button type="button" className="sidebar-heading" aria-expanded={open} onClick={() => setOpen(!open)}>
          <ChevronRight size={12} className="sidebar-chevron" />
          {group.title}
        </button>
      )}
      {open || collapsed ? items : null}
    </div>
  );
}

function Entry({ page, route }: { page: string; route: Route }) {
  const view = viewFor(page);
  if (view) return <KindEntry view={view} page={page} route={route} />;
  const isOverview = page === 'overview';
  const Icon = isOverview ? LayoutDashboard : SquareStack;
  return <Item icon={<Icon size={16} />} title="Overview" page={page} route={route} />;
}

/** Only these are watched all the time: they are what tells whether the cluster is well. */
const counted = new Set(['pods', 'deployments', 'nodes', 'services']);

function KindEntry({ view, page, route }: { view: ResourceView; page: string; route: Route }) {
  const cluster = useStore(clusters).find(({ context }) => context === route.context);
  const answers = !cluster || isUp(cluster);
  const { items, loaded } = useResources(route.context, answers && counted.has(page) ? view.ref : undefined);
  const shown = useMemo(() => inNamespaces(view, items, route.namespaces), [view, items, route.namespaces]);
  const bad = useMemo(() => countTones(view, shown).bad, [shown, view]);
  const count = counted.has(page) && loaded ? shown.length : undefined;
  return <Item icon={<view.icon size={16} />} title={view.title} page={page} route={route} count={count} bad={bad} />;
}

interface ItemProps {
  icon: React.ReactNode;
  title: string;
  page: string;
  route: Route;
  count?: number;
  bad?: number;
}

function Item({ icon, title, page, route, count, bad = 0 }: ItemProps) {
  const active = route.page === page;
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
