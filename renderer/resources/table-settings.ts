/** Which columns a list shows and how it is sorted, remembered per resource. */
import { useMemo } from 'react';
import type { ResourceRef } from '../../main/contract/resources.ts';
import { preferences, savePreferences } from '../data/app-state.ts';
import { resourceName } from '../data/refs.ts';
import { useStore } from '../data/store.ts';
import type { Sort } from './filter.ts';
import type { Column } from './view.ts';

export interface TableSettings {
  /** Ids of the columns shown, in the view's order. */
  columns: readonly string[];
  sort: Sort;
}

const defaults = (columns: readonly Column[]): TableSettings => ({
  columns: columns.filter(({ hidden }) => !hidden).map(({ id }) => id),
  sort: { id: columns[0]?.id ?? 'name', descending: false },
});

function isSettings(value: unknown): value is TableSettings {
  return (
    typeof value === 'object' && value !== null && 'columns' in value && Array.isArray(value.columns) && 'sort' in value
  );
}

/** `single`: only one namespace is on screen, so that its column would say nothing. */
export function useTableSettings(resource: ResourceRef, all: readonly Column[], single: boolean) {
  const key = `table.${resourceName(resource)}` as const;
  const stored = useStore(preferences);
  // Before the group was part of its name.
  const saved = stored?.[key] ?? stored?.[`table.${resource.plural}`];
  const settings = useMemo(() => (isSettings(saved) ? saved : defaults(all)), [saved, all]);
  const columns = useMemo(
    (): readonly Column[] => all.filter(({ id }) => settings.columns.includes(id) && !(single && id === 'namespace')),
    [all, settings, single],
  );
  const save = (next: TableSettings) => savePreferences({ [key]: next });
  /** Columns that the user has chosen stay, even where one has to scroll to them. */
  const isChosen = settings.columns.join() !== defaults(all).columns.join();
  return { columns, isChosen, settings, save };
}
