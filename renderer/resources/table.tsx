/** The one list: virtual, sortable, selectable, driven by keyboard. It knows columns and rows, nothing of kinds. */
import { type CSSProperties, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { AnyObject } from '../../agent/api/types.ts';
import { objectKey } from '../data/resources.ts';
import type { Anchor } from '../ui/overlays.tsx';
import { indicesOf, useWindowOfRows } from '../ui/window-of-rows.ts';
import type { Sort } from './filter.ts';
import { templateOf, useFittingColumns, widthOf } from './fit-columns.ts';
import { TableHead } from './table-head.tsx';
import { TableRow } from './table-row.tsx';
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
  const props = { ...all, columns: useFittingColumns(all.columns, all.doesFit, scroller) };
  const { rows, columns, selected, onSelect, onOpen, onKey } = props;
  const [active, setActive] = useState(-1);
  const anchorRow = useRef(-1);
  const sight = useWindowOfRows({ scroller, count: rows.length, rowHeight, headHeight });
  const style = { '--columns': templateOf(columns), minWidth: widthOf(columns) } as CSSProperties;

  useEffect(() => {
    if (active >= rows.length) setActive(rows.length - 1);
  }, [active, rows.length]);

  // Arrows work at once on a page that nothing has the focus of.
  useEffect(() => {
    const take = ({ target, key }: globalThis.KeyboardEvent) => {
      if (target === document.body && (key === 'ArrowDown' || key === 'ArrowUp')) scroller.current?.focus();
    };
    window.addEventListener('keydown', take);
    return () => window.removeEventListener('keydown', take);
  }, []);

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
    sight.scrollTo(bounded);
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
      onFocus={({ target, currentTarget }) => {
        if (target === currentTarget && active < 0) setActive(0);
      }}
    >
      <div style={style}>
        <TableHead {...props} />
        <div className="table-body" style={{ height: rows.length * rowHeight }}>
          {indicesOf(sight).map((index) => {
            const object = rows[index];
            if (!object) return null;
            const key = objectKey(object);
            return (
              <TableRow
                key={key}
                index={index}
                start={index * rowHeight}
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
