/** A view's page: tool bar, list, and the details of the object that is open. */
import { useMemo, useRef, useState } from 'react';
import type { AnyObject } from '../../agent/api/types.ts';
import type { CallError } from '../../main/contract/reply.ts';
import { clusters } from '../data/app-state.ts';
import { objectKey, type Snapshot, useLists, useResources } from '../data/resources.ts';
import { currentRoute, navigate, openObject, type Route } from '../data/route.ts';
import { useStore } from '../data/store.ts';
import { useSync } from '../data/sync.ts';
import { type Anchor, Popover } from '../ui/overlays.tsx';
import { ActionMenu, runByKey } from './action-menu.tsx';
import { Details } from './details.tsx';
import { applyFilter, parseFilter } from './filter.ts';
import { EmptyList, FailedList } from './no-rows.tsx';
import { serverColumns } from './server-columns.tsx';
import { TableSkeleton } from './skeleton.tsx';
import { SortedRows } from './sorted-rows.ts';
import { ResourceTable } from './table.tsx';
import { type TableSettings, useTableSettings } from './table-settings.ts';
import { inNamespaces } from './tones.ts';
import { Toolbar } from './toolbar.tsx';
import { type Column, type ResourceView, relatedLists, type Scene } from './view.ts';

export function ListPage({ view, route }: { view: ResourceView; route: Route }) {
  const { context, namespaces, object: open } = route;
  const snapshot = useResources(context, view.ref, view.columns ? 'objects' : 'table');
  const all = useColumns(view, snapshot);
  const scene = useScene(view, context);
  const { columns, isChosen, settings, save } = useTableSettings(view.ref, all, namespaces.length === 1);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [menu, setMenu] = useState<{ object: AnyObject; anchor: Anchor }>();
  const filter = route.filter ?? '';

  const { within, rows } = useRows(view, scene, snapshot.items, {
    columns: all,
    namespaces,
    filter,
    sort: settings.sort,
  });
  const chosen = useMemo(
    () => (selected.size === 0 ? none : rows.filter((row) => selected.has(objectKey(row)))),
    [rows, selected],
  );

  const openKey = open ? `${open.namespace ?? ''}/${open.name}` : undefined;
  const shown = useMemo(
    () => (openKey ? snapshot.items.find((candidate) => objectKey(candidate) === openKey) : undefined),
    [openKey, snapshot.items],
  );
  /** Comes a moment after the typing: what was opened in between stays open. */
  const setFilter = (text: string) => {
    const { object, tab } = currentRoute();
    navigate({ object, tab, filter: text || undefined });
  };

  return (
    <div className="page">
      <div className="page-main">
        <Toolbar
          view={view}
          scene={scene}
          rows={rows}
          total={within.length}
          loaded={snapshot.loaded}
          confined={snapshot.confined}
          filter={filter}
          onFilter={setFilter}
          columns={columns}
          allColumns={all}
          settings={settings}
          onSettings={save}
          selected={chosen}
          onClear={() => setSelected(new Set())}
        />
        {snapshot.error && snapshot.loaded ? <ListBehind context={context} error={snapshot.error} /> : null}
        {!snapshot.loaded && snapshot.error ? (
          <FailedList view={view} context={context} error={snapshot.error} />
        ) : !snapshot.loaded ? (
          <TableSkeleton columns={columns} doesFit={open !== undefined || !isChosen} />
        ) : rows.length === 0 ? (
          <EmptyList
            view={view}
            context={context}
            filtered={within.length > 0}
            namespaces={namespaces}
            onReset={() => setFilter('')}
          />
        ) : (
          <ResourceTable
            label={view.title}
            rows={rows}
            columns={columns}
            doesFit={open !== undefined || !isChosen}
            scene={scene}
            sort={settings.sort}
            onSort={(sort) => save({ ...settings, sort })}
            selected={selected}
            onSelect={setSelected}
            open={openKey}
            onOpen={({ metadata: { namespace, name } }) =>
              openObject({ namespace, name }, openKey ? route.tab : 'overview')
            }
            onMenu={(object, anchor) => setMenu({ object, anchor })}
            onKey={(key, object) => runByKey(key, { context, view, object })}
            faded={({ metadata }) => metadata.deletionTimestamp !== undefined}
          />
        )}
      </div>
      {open ? (
        <Details key={openKey} view={view} scene={scene} route={route} object={shown} loaded={snapshot.loaded} />
      ) : null}
      {menu ? (
        <Popover anchor={menu.anchor} align="end" label="Actions" onClose={() => setMenu(undefined)}>
          <ActionMenu target={{ context, view, object: menu.object }} onClose={() => setMenu(undefined)} />
        </Popover>
      ) : null}
    </div>
  );
}

/** Where the whole server is silent, the window says that over every page. */
function ListBehind({ context, error }: { context: string; error: CallError }) {
  const { isSilent } = useSync(context);
  if (isSilent) return null;
  return (
    <div className="banner" role="status">
      <span>
        Not up to date: {error.message}
        <span className="banner-hint">{error.hint ?? 'Trying again.'}</span>
      </span>
    </div>
  );
}

const none: readonly never[] = [];

/** The view's own, or those of the server's table. */
function useColumns({ namespaced, columns }: ResourceView, { columns: served }: Snapshot): readonly Column[] {
  return useMemo(() => columns ?? serverColumns(namespaced, served), [columns, namespaced, served]);
}

interface Choice {
  columns: readonly Column[];
  /** None: all. */
  namespaces: readonly string[];
  filter: string;
  sort: TableSettings['sort'];
}

/** What the list shows, in its order, and what it would without the filter. */
function useRows(view: ResourceView, scene: Scene, items: readonly AnyObject[], choice: Choice) {
  const { columns, namespaces, filter, sort } = choice;
  const within = useMemo(() => inNamespaces(view, items, namespaces), [items, namespaces, view]);
  const matching = useMemo(
    () => applyFilter(within, parseFilter(filter), columns, scene),
    [within, filter, columns, scene],
  );
  const sorter = useRef(new SortedRows<AnyObject>());
  const rows = useMemo(() => {
    const column = columns.find(({ id }) => id === sort.id) ?? columns[0];
    return column ? sorter.current.update(matching, { sort, column, scene }) : matching;
  }, [matching, sort, columns, scene]);
  return { within, rows };
}

/** The lists that the view's cells look into. */
function useScene(view: ResourceView, context: string): Scene {
  const lists = useLists(context, view.needs);
  const exposed = useStore(clusters).find((cluster) => cluster.context === context)?.exposed ?? none;
  const related = useMemo(() => relatedLists(view.needs, lists), [view, lists]);
  return useMemo(() => ({ context, related, exposed }), [context, related, exposed]);
}
