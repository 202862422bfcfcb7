/** The list's shape while its first rows are on their way. */
import type { Column } from './view.ts';

const rows = Array.from({ length: 8 }, (_, index) => index);

export function TableSkeleton({ columns }: { columns: readonly Column[] }) {
  const shown = columns.slice(0, 6);
  return (
    <div className="table" aria-busy="true" role="status" aria-label="Loading">
      {rows.map((row) => (
        <div key={row} className="skeleton-row">
          {shown.map(({ id }, at) => (
            <span key={id} className="skeleton" style={{ width: `${at === 0 ? 18 : 8 + ((row * 3 + at * 5) % 6)}%` }} />
          ))}
        </div>
      ))}
    </div>
  );
}
