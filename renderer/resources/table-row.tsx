/** One row of a list. Drawn anew only where what it shows has changed: scrolling past 20,000 of them depends on it. */
import { Ellipsis } from 'lucide-react';
import { type MouseEvent, memo } from 'react';
import type { AnyObject } from '../../agent/api/types.ts';
import type { Anchor } from '../ui/overlays.tsx';
import type { Column, Scene } from './view.ts';

export interface RowProps {
  index: number;
  start: number;
  object: AnyObject;
  columns: readonly Column[];
  scene: Scene;
  /** Class names. */
  state: string;
  onPress(event: MouseEvent): void;
  onToggle(extend: boolean): void;
  onMenu(anchor: Anchor): void;
}

const sameRow = (a: RowProps, b: RowProps): boolean =>
  a.object === b.object &&
  a.index === b.index &&
  a.start === b.start &&
  a.columns === b.columns &&
  a.scene === b.scene &&
  a.state === b.state;

export const TableRow = memo(function TableRow({ index, start, object, columns, scene, state, ...on }: RowProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid above
    // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys
    <div
      id={`row-${index}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={state.includes('selected')}
      className={`table-row ${state}`}
      style={{ transform: `translateY(${start}px)` }}
      onClick={on.onPress}
      onContextMenu={(event) => {
        event.preventDefault();
        const { clientX: left, clientY: top } = event;
        on.onMenu({ left, right: left, top, bottom: top });
      }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: see the grid above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the box inside takes the keys */}
      <div role="gridcell" className="cell check" onClick={(event) => event.stopPropagation()}>
        <input
          type="checkbox"
          className="checkbox"
          tabIndex={-1}
          aria-label={`Select ${object.metadata.name}`}
          checked={state.includes('selected')}
          onChange={(event) =>
            on.onToggle(event.nativeEvent instanceof globalThis.MouseEvent && event.nativeEvent.shiftKey)
          }
        />
      </div>
      {columns.map((column) => (
        // biome-ignore lint/a11y/useSemanticElements: see the grid above
        // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
        <div key={column.id} role="gridcell" className={`cell ${column.align ?? ''} ${column.mono ? 'mono' : ''}`}>
          {column.cell ? column.cell(object, scene) : <CellText value={column.value(object, scene)} />}
        </div>
      ))}
      {/* biome-ignore lint/a11y/useSemanticElements: see the grid above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus */}
      <div role="gridcell">
        <button
          type="button"
          className="button quiet small icon row-menu"
          tabIndex={-1}
          aria-label={`Actions for ${object.metadata.name}`}
          onClick={(event) => {
            event.stopPropagation();
            on.onMenu(event.currentTarget.getBoundingClientRect());
          }}
        >
          <Ellipsis size={14} />
        </button>
      </div>
    </div>
  );
}, sameRow);

function CellText({ value }: { value: string | number }) {
  const text = String(value);
  if (text === '' || text === '<none>') return <span className="muted">–</span>;
  return (
    <span className="truncate" title={text}>
      {text}
    </span>
  );
}
