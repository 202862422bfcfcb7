/** The one list: virtual, sortable, selectable, driven by keyboard. It knows columns and rows, nothing of kinds. */
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react';
import type { AnyObject } from '../../agent/api/types.ts';
import { objectKey } from '../data/resources.ts';
import type { Anchor } from '../ui/overlays.tsx';
import { indicesOf, useWindowOfRows } from '../ui/window-of-rows.ts';
import type { Sort } from './filter.ts';
import { templateOf, useFittingColumns, widthOf } from './fit-columns.ts';
import { TableHead } from './table-head.tsx';
import { commandOf } from './table-keys.ts';
import { rowId, TableRow } from './table-row.tsx';
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
  /** Columns that do not fit are left out, rather than scrolled to. */
  doesFit: boolean;
}

/** Pixels, as the styles have them. */
const rowHeight = 34;
const headHeight = 32;

export function ResourceTable(all: TableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { columns, width } = useFittingColumns(all.columns, all.doesFit, scroller);
  const props = { ...all, columns };
  const { rows, selected, onOpen, onKey, onMenu } = props;
  const [active, setActive] = useState(-1);
  const sight = useWindowOfRows({ scroller, count: rows.length, rowHeight, headHeight });
  const toggle = useToggle(props);
  const style = { '--columns': templateOf(columns, width), minWidth: widthOf(columns) } as CSSProperties;

  useEffect(() => {
    if (active >= rows.length) setActive(rows.length - 1);
  }, [active, rows.length]);
  useArrowsFromNowhere(scroller);

  const move = (to: number) => {
    const bounded = Math.max(0, Math.min(rows.length - 1, to));
    setActive(bounded);
    sight.scrollTo(bounded);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.altKey) return;
    const page = Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 2;
    const command = commandOf(event, { active, page, last: rows.length - 1 });
    const row = rows[active];
    if (command === undefined || (command.row && !row)) return;
    if (command.to !== undefined) move(command.to);
    else if (command.all) props.onSelect(new Set(rows.map(objectKey)));
    else if (command.clear) {
      if (selected.size === 0) return;
      event.stopPropagation();
      props.onSelect(new Set());
    } else if (!row) return;
    else if (command.open) onOpen(row);
    else if (command.toggle) toggle(active, event.shiftKey);
    else if (command.menu) onMenu(row, placeOf(document.getElementById(rowId(active))));
    else return onKey(event.key, row);
    event.preventDefault();
  };

  const onPress = (event: MouseEvent) => {
    const pressed = partOf(event, rows);
    if (!pressed) return;
    setActive(pressed.index);
    if (pressed.part === 'menu') onMenu(pressed.row, placeOf(event.target as Element));
    else if (pressed.part === 'check' || event.ctrlKey || event.metaKey || event.shiftKey)
      toggle(pressed.index, event.shiftKey);
    else onOpen(pressed.row);
  };

  const onContextMenu = (event: MouseEvent) => {
    const pressed = partOf(event, rows);
    if (!pressed) return;
    event.preventDefault();
    const { clientX: left, clientY: top } = event;
    onMenu(pressed.row, { left, right: left, top, bottom: top });
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
      aria-activedescendant={active >= sight.from && active < sight.to ? rowId(active) : undefined}
      onKeyDown={onKeyDown}
      onFocus={({ target, currentTarget }) => {
        if (target === currentTarget && active < 0) setActive(0);
      }}
    >
      <div style={style}>
        <TableHead {...props} />
        {/* biome-ignore lint/a11y/noStaticElementInteractions: presses on rows; the grid takes the keys */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys */}
        <div
          className="table-body"
          style={{ height: rows.length * rowHeight }}
          onClick={onPress}
          onContextMenu={onContextMenu}
        >
          <Rows {...props} {...sight} active={active} />
        </div>
      </div>
    </div>
  );
}

interface RowsProps extends TableProps {
  from: number;
  to: number;
  active: number;
}

/** Rows that leave on one side come back on the other with another object: elements are made once, not per row. */
function Rows({ rows, columns, scene, selected, open, faded, from, to, active }: RowsProps) {
  const slots = useRef(0);
  slots.current = Math.max(slots.current, to - from);
  return indicesOf({ from, to }).map((index) => {
    const object = rows[index];
    if (!object) return null;
    const key = open !== undefined || selected.size > 0 ? objectKey(object) : '';
    return (
      <TableRow
        key={index % slots.current}
        index={index}
        start={index * rowHeight}
        object={object}
        columns={columns}
        scene={scene}
        active={index === active}
        open={open !== undefined && key === open}
        selected={selected.size > 0 && selected.has(key)}
        faded={faded(object)}
      />
    );
  });
}

/** Selects or deselects a row, or all from the last one that was pressed. */
function useToggle({ rows, selected, onSelect }: TableProps): (index: number, extend: boolean) => void {
  const last = useRef(-1);
  return (index, extend) => {
    const next = new Set(selected);
    const [from, to] = extend && last.current >= 0 ? [last.current, index] : [index, index];
    const on = !selected.has(keyAt(rows, index));
    for (let at = Math.min(from, to); at <= Math.max(from, to); at++) {
      if (on) next.add(keyAt(rows, at));
      else next.delete(keyAt(rows, at));
    }
    last.current = index;
    onSelect(next);
  };
}

/** Arrows work at once on a page that nothing has the focus of. */
function useArrowsFromNowhere(scroller: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const take = ({ target, key }: globalThis.KeyboardEvent) => {
      const goes = key === 'ArrowDown' || key === 'ArrowUp' || key === 'j' || key === 'k';
      if (target === document.body && goes) scroller.current?.focus();
    };
    window.addEventListener('keydown', take);
    return () => window.removeEventListener('keydown', take);
  }, [scroller]);
}

function placeOf(element: Element | null): Anchor {
  const { left, right, top, bottom } = (element ?? document.body).getBoundingClientRect();
  return { left, right, top, bottom };
}

function partOf({ target }: MouseEvent, rows: readonly AnyObject[]) {
  if (!(target instanceof Element)) return undefined;
  const index = Number(target.closest<HTMLElement>('[data-index]')?.dataset.index ?? -1);
  const part = target.closest<HTMLElement>('[data-part]')?.dataset.part;
  const row = rows[index];
  return row ? { index, row, part } : undefined;
}

const keyAt = (rows: readonly AnyObject[], index: number): string => {
  const row = rows[index];
  return row ? objectKey(row) : '';
};
