/** Which columns of a list fit beside one another. */
import { type RefObject, useLayoutEffect, useMemo, useState } from 'react';
import type { Column } from './view.ts';

/** Between columns, in pixels, as `.table-row` has it. */
const gap = 12;
/** The boxes for selecting on the left, the menus on the right. */
const fixedWidth = 36 + 36 + gap;

export const templateOf = (columns: readonly Column[]): string =>
  `36px ${columns.map(({ width, grow }) => (grow ? `minmax(${width}px, ${grow}fr)` : `${width}px`)).join(' ')} 36px`;

/** These go last. */
const essential = new Set(['name', 'status', 'ready', 'url', 'age', 'message']);

export const widthOf = (columns: readonly Column[]): number =>
  fixedWidth + columns.reduce((sum, column) => sum + column.width + gap, 0);

export function fitColumns(columns: readonly Column[], width: number): readonly Column[] {
  const kept = [...columns];
  for (let at = kept.length - 1; at > 0 && widthOf(kept) > width; at--)
    if (!essential.has(kept[at]?.id ?? '')) kept.splice(at, 1);
  return kept;
}

/** Columns stay the same objects as long as the same ones fit, so that rows need not be drawn again. */
export function useFittingColumns(
  all: readonly Column[],
  doesFit: boolean,
  scroller: RefObject<HTMLDivElement | null>,
): readonly Column[] {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  const fitting = doesFit && width > 0 ? fitColumns(all, width) : all;
  const ids = fitting.map(({ id }) => id).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ids say everything about what fits
  return useMemo(() => fitting, [ids, all]);
}
