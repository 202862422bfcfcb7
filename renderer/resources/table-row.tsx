/**
 * One row of a list. Scrolling past 20,000 of them depends on how little there is to it: no handlers of its own (the
 * table has them), few elements, no layout that asks for the size of a text.
 */
import { memo } from 'react';
import type { AnyObject } from '../../agent/api/types.ts';
import type { Column, Scene } from './view.ts';

export interface RowProps {
  index: number;
  /** Pixels from the top. */
  start: number;
  object: AnyObject;
  columns: readonly Column[];
  scene: Scene;
  active: boolean;
  open: boolean;
  selected: boolean;
  faded: boolean;
}

export const rowId = (index: number): string => `row-${index}`;

export const TableRow = memo(function TableRow({ index, start, object, columns, scene, ...is }: RowProps) {
  const state = `${is.active ? ' active' : ''}${is.open ? ' open' : ''}${is.selected ? ' selected' : ''}${is.faded ? ' faded' : ''}`;
  const { name } = object.metadata;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual list cannot be a table element
    // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
    <div
      id={rowId(index)}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={is.selected}
      className={`table-row${state}`}
      style={{ top: start }}
      data-index={index}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus */}
      <div role="gridcell" className="cell check" data-part="check">
        {/* biome-ignore lint/a11y/useSemanticElements: a native box costs more than the rest of the row */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus, and the space bar presses it */}
        <span role="checkbox" className="tick" aria-checked={is.selected} aria-label={`Select ${name}`} />
      </div>
      {columns.map((column) => (
        <Cell key={column.id} column={column} object={object} scene={scene} />
      ))}
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus */}
      <div role="gridcell" className="cell" data-part="menu">
        <button type="button" className="row-menu" tabIndex={-1} aria-label={`Actions for ${name}`}>
          ⋯
        </button>
      </div>
    </div>
  );
});

function Cell({ column, object, scene }: { column: Column; object: AnyObject; scene: Scene }) {
  const style = `cell${column.align ? ` ${column.align}` : ''}${column.mono ? ' mono' : ''}${column.strong ? ' strong' : ''}`;
  const drawn = column.cell?.(object, scene);
  const text = drawn === undefined ? String(column.value(object, scene)) : undefined;
  const isEmpty = text === '' || text === '<none>';
  return (
    // biome-ignore lint/a11y/useSemanticElements: see above
    // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
    <div
      role="gridcell"
      className={isEmpty ? `${style} muted` : drawn === undefined ? style : `${style} drawn`}
      title={isEmpty ? undefined : text}
    >
      {isEmpty ? '–' : (drawn ?? text)}
    </div>
  );
}
