/** Titles that sort, and the box that selects everything. */
import { ArrowDown, ArrowUp } from 'lucide-react';
import { memo } from 'react';
import type { AnyObject } from '../../agent/api/types.ts';
import { objectKey } from '../data/resources.ts';
import type { Sort } from './filter.ts';
import type { Column } from './view.ts';

export interface TableHeadProps {
  rows: readonly AnyObject[];
  columns: readonly Column[];
  sort: Sort;
  onSort(sort: Sort): void;
  selected: ReadonlySet<string>;
  onSelect(keys: ReadonlySet<string>): void;
}

/** Scrolling draws the table anew, and its head not: with everything selected that would be a walk over all rows. */
const sameHead = (a: TableHeadProps, b: TableHeadProps): boolean =>
  a.rows === b.rows && a.columns === b.columns && a.sort === b.sort && a.selected === b.selected;

export const TableHead = memo(function TableHead({ columns, rows, sort, onSort, selected, onSelect }: TableHeadProps) {
  const all = selected.size >= rows.length && rows.length > 0 && rows.every((row) => selected.has(objectKey(row)));
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid above
    // biome-ignore lint/a11y/useFocusableInteractive: its buttons are focusable
    <div className="table-head" role="row">
      {/* biome-ignore lint/a11y/useSemanticElements: see the grid above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: its box is focusable */}
      <div role="columnheader" className="cell check">
        <input
          type="checkbox"
          className="checkbox"
          aria-label="Select all"
          checked={all}
          ref={(box) => {
            if (box) box.indeterminate = !all && selected.size > 0;
          }}
          onChange={() => onSelect(all ? new Set() : new Set(rows.map(objectKey)))}
        />
      </div>
      {columns.map(({ id, title, align, about }) => {
        const sorted = sort.id === id;
        return (
          // biome-ignore lint/a11y/useSemanticElements: see the grid above
          // biome-ignore lint/a11y/useFocusableInteractive: its button is focusable
          <div
            key={id}
            className={`cell ${align ?? ''}`}
            role="columnheader"
            aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
          >
            <button
              type="button"
              className={`table-sort ${sorted ? 'sorted' : ''}`}
              title={about}
              onClick={() => onSort({ id, descending: sorted ? !sort.descending : false })}
            >
              <span className="truncate">{title}</span>
              {sorted ? sort.descending ? <ArrowDown size={12} /> : <ArrowUp size={12} /> : null}
            </button>
          </div>
        );
      })}
      <span />
    </div>
  );
}, sameHead);
