/** The list's shape while its first rows are on their way: the same columns, where they will be. */
import { type CSSProperties, useRef } from 'react';
import { templateOf, useFittingColumns } from './fit-columns.ts';
import type { Column } from './view.ts';

const rows = Array.from({ length: 8 }, (_, index) => index);

/** Percent of the column's width. */
const lengthOf = (row: number, column: number): number => 40 + ((row * 13 + column * 29) % 45);

export function TableSkeleton({ columns: all, doesFit }: { columns: readonly Column[]; doesFit: boolean }) {
  const scroller = useRef<HTMLDivElement>(null);
  const { columns, width } = useFittingColumns(all, doesFit, scroller);
  return (
    <div ref={scroller} className="table" aria-busy="true" role="status" aria-label="Loading">
      <div aria-hidden style={{ '--columns': templateOf(columns, width) } as CSSProperties}>
        <div className="table-head">
          <span />
          {columns.map(({ id, title, align }) => (
            <span key={id} className={`cell truncate ${align ?? ''}`}>
              {title}
            </span>
          ))}
        </div>
        {rows.map((row) => (
          <div key={row} className="skeleton-row">
            <span />
            {columns.map(({ id, align }, at) => (
              <span key={id} className={`skeleton ${align ?? ''}`} style={{ width: `${lengthOf(row, at)}%` }} />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
