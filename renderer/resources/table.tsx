/** The one list: virtual, sortable, selectable, driven by keyboard. It knows columns and rows, nothing of kinds. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, Ellipsis } from 'lucide-react';
import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { AnyObject } from '../../agent/api/types.ts';
import { objectKey } from '../data/resources.ts';
import type { Anchor } from '../ui/overlays.tsx';
import type { Sort } from './filter.ts';
import type { Column, Scene } from './view.ts';

export interface TableProps {
  label: string;
  rows: readonly AnyObject[];
  columns: readonly Column[];
  scene: Scene;
  sort: Sort;
  onSort(sort: Sort): void;
  selected: ReadonlySet<string>;
  onSelect(keys: ReadonlySet<string>): void;
  /** Key of the object whose details are open. */
  open?: string;
  onOpen(object: AnyObject): void;
  onMenu(object: AnyObject, anchor: Anchor): void;
  /** A letter pressed on the active row. */
  onKey(key: string, object: AnyObject): void;
  faded(object: AnyObject): boolean;
  /** Something stands beside the list: columns that do not fit are left out, rather than scrolled to. */
  isNarrow: boolean;
}

const rowHeight = 34;
const gap = 12;
const fixedWidth = 36 + 36 + gap;

const templateOf = (columns: readonly Column[]): string =>
  `36px ${columns.map(({ width, grow }) => (grow ? `minmax(${width}px, ${grow}fr)` : `${width}px`)).join(' ')} 36px`;

/** These go last. */
const essential = new Set(['name', 'status', 'ready', 'url', 'age', 'message']);

export function fitColumns(columns: readonly Column[], width: number): readonly Column[] {
  const kept = [...columns];
  const total = () => fixedWidth + kept.reduce((sum, column) => sum + column.width + gap, 0);
  for (let at = kept.length - 1; at > 0 && total() > width; at--)
    if (!essential.has(kept[at]?.id ?? '')) kept.splice(at, 1);
  return kept;
}

/** Columns stay the same objects as long as the same ones fit, so that rows need not be drawn again. */
function useFittingColumns(all: readonly Column[], isNarrow: boolean, scroller: RefObject<HTMLDivElement | null>) {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  const fitting = isNarrow && width > 0 ? fitColumns(all, width) : all;
  const ids = fitting.map(({ id }) => id).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ids say everything about what fits
  return useMemo(() => fitting, [ids, all]);
}

export function ResourceTable(all: TableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const props = { ...all, columns: useFittingColumns(all.columns, all.isNarrow, scroller) };
  const { rows, columns, selected, onSelect, onOpen, onKey } = props;
  const [active, setActive] = useState(-1);
  const anchorRow = useRef(-1);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const minWidth = fixedWidth + columns.reduce((sum, { width }) => sum + width, 0) + columns.length * gap;
  const style = { '--columns': templateOf(columns), minWidth } as React.CSSProperties;

  useEffect(() => {
    if (active >= rows.length) setActive(rows.length - 1);
  }, [active, rows.length]);

  const toggle = (index: number, extend: boolean) => {
    const next = new Set(selected);
    const [from, to] = extend && anchorRow.current >= 0 ? [anchorRow.current, index] : [index, index];
    const on = !selected.has(keyAt(rows, index));
    for (let at = Math.min(from, to); at <= Math.max(from, to); at++) {
      if (on) next.add(keyAt(rows, at));
      else next.delete(keyAt(rows, at));
    }
    anchorRow.current = index;
    onSelect(next);
  };

  const move = (to: number) => {
    const bounded = Math.max(0, Math.min(rows.length - 1, to));
    setActive(bounded);
    virtual.scrollToIndex(bounded);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 2;
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      j: active + 1,
      k: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows.length - 1,
    };
    const to = moves[event.key];
    const row = rows[active];
    if (to !== undefined) move(to);
    else if (!row) return;
    else if (event.key === 'Enter') onOpen(row);
    else if (event.key === ' ') toggle(active, event.shiftKey);
    else return onKey(event.key, row);
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual list cannot be a table element
    <div
      ref={scroller}
      className="table"
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      aria-multiselectable
      aria-activedescendant={active >= 0 ? `row-${active}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div style={style}>
        <TableHead {...props} />
        <div className="table-body" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const object = rows[index];
            if (!object) return null;
            const key = objectKey(object);
            return (
              <TableRow
                key={key}
                index={index}
                start={start}
                object={object}
                columns={columns}
                scene={props.scene}
                state={`${index === active ? 'active ' : ''}${key === props.open ? 'open ' : ''}${selected.has(key) ? 'selected ' : ''}${props.faded(object) ? 'faded' : ''}`}
                onPress={(event) => {
                  setActive(index);
                  if (event.ctrlKey || event.metaKey || event.shiftKey) toggle(index, event.shiftKey);
                  else onOpen(object);
                }}
                onToggle={(extend) => toggle(index, extend)}
                onMenu={(anchor) => props.onMenu(object, anchor)}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

const keyAt = (rows: readonly AnyObject[], index: number): string => {
  const row = rows[index];
  return row ? objectKey(row) : '';
};

function TableHead({ columns, rows, sort, onSort, selected, onSelect }: TableProps) {
  const all = rows.length > 0 && rows.every((row) => selected.has(objectKey(row)));
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid above
    // biome-ignore lint/a11y/useFocusableInteractive: its buttons are focusable
    <div className="table-head" role="row">
      <label className="cell check">
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
      </label>
      {columns.map(({ id, title, align }) => {
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
}

interface RowProps {
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

const TableRow = memo(function TableRow({ index, start, object, columns, scene, state, ...on }: RowProps) {
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
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the box inside takes the keys */}
      <label className="cell check" onClick={(event) => event.stopPropagation()}>
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
      </label>
      {columns.map((column) => (
        // biome-ignore lint/a11y/useSemanticElements: see the grid above
        // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
        <div key={column.id} role="gridcell" className={`cell ${column.align ?? ''} ${column.mono ? 'mono' : ''}`}>
          {column.cell ? column.cell(object, scene) : <CellText value={column.value(object, scene)} />}
        </div>
      ))}
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
