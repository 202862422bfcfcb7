/** Which columns of a list fit beside one another, and how wide each is. */
import { type RefObject, useLayoutEffect, useMemo, useState } from 'react';
import type { Column } from './view.ts';

/** Between columns, in pixels, as `.table-row` has it. */
const gap = 12;
/** The boxes for selecting on the left, the menus on the right. */
const edge = 36;
const fixedWidth = edge + edge + gap;

/** These go last. */
const essential = new Set(['name', 'status', 'phase', 'state', 'ready', 'url', 'age', 'message']);
/** Of them, in a list beside details, which say these as well. */
const lastToGo = ['age', 'ready'];

export const widthOf = (columns: readonly Column[]): number =>
  fixedWidth + columns.reduce((sum, column) => sum + column.width + gap, 0);

export function fitColumns(columns: readonly Column[], width: number): readonly Column[] {
  const kept = [...columns];
  for (let at = kept.length - 1; at > 0 && widthOf(kept) > width; at--)
    if (!essential.has(kept[at]?.id ?? '')) kept.splice(at, 1);
  for (const id of lastToGo) {
    const at = kept.findIndex((column) => column.id === id);
    if (at > 0 && widthOf(kept) > width) kept.splice(at, 1);
  }
  return kept;
}

/** Whole pixels: the browser need not look at what is in the cells to know how wide they are. */
export function widthsOf(columns: readonly Column[], width: number): number[] {
  const growth = columns.reduce((sum, { grow = 0 }) => sum + grow, 0);
  const room = Math.max(0, width - widthOf(columns));
  return columns.map((column) => column.width + (growth ? Math.floor((room * (column.grow ?? 0)) / growth) : 0));
}

export const templateOf = (columns: readonly Column[], width: number): string =>
  `${edge}px ${widthsOf(columns, width)
    .map((each) => `${each}px`)
    .join(' ')} ${edge}px`;

/** Columns stay the same objects as long as the same ones fit, so that rows need not be drawn again. */
export function useFittingColumns(
  all: readonly Column[],
  doesFit: boolean,
  scroller: RefObject<HTMLDivElement | null>,
): { columns: readonly Column[]; width: number } {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  const fitting = doesFit && width > 0 ? fitColumns(all, width) : all;
  const ids = fitting.map(({ id }) => id).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ids say everything about what fits
  const columns = useMemo(() => fitting, [ids, all]);
  return { columns, width };
}
