/** Which columns a list shows and how it is sorted, remembered per resource. */
import { useMemo } from 'react';
import { preferences, savePreferences } from '../data/app-state.ts';
import { useStore } from '../data/store.ts';
import type { Sort } from './filter.ts';
import type { Column, ResourceView } from './view.ts';

export interface TableSettings {
  /** Ids of the columns shown, in the view's order. */
  columns: readonly string[];
  sort: Sort;
}

const defaults = (view: ResourceView): TableSettings => ({
  columns: view.columns.filter(({ hidden }) => !hidden).map(({ id }) => id),
  sort: { id: view.columns[0]?.id ?? 'name', descending: false },
});

function isSettings(value: unknown): value is TableSettings {
  return (
    typeof value === 'object' && value !== null && 'columns' in value && Array.isArray(value.columns) && 'sort' in value
  );
}

/** `single`: only one namespace is on screen, so that its column would say nothing. */
export function useTableSettings(view: ResourceView, single: boolean) {
  const key = `table.${view.ref.plural}` as const;
  const saved = useStore(preferences)?.[key];
  const settings = useMemo(() => (isSettings(saved) ? saved : defaults(view)), [saved, view]);
  const columns = useMemo(
    (): readonly Column[] =>
      view.columns.filter(({ id }) => settings.columns.includes(id) && !(single && id === 'namespace')),
    [view, settings, single],
  );
  const save = (next: TableSettings) => savePreferences({ [key]: next });
  /** Columns that the user has chosen stay, even where one has to scroll to them. */
  const isChosen = settings.columns.join() !== defaults(view).columns.join();
  return { columns, isChosen, settings, save };
}
