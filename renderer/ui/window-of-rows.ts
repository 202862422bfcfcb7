/**
 * Which rows of equal height are in sight. Nothing is kept per row, so that a million of them that grow by the second
 * cost as much as a hundred.
 */
import { type RefObject, useCallback, useEffect, useState } from 'react';

export interface RowWindow {
  /** Indices, the end excluded; with some rows to spare on both sides. */
  from: number;
  to: number;
  scrollTo(index: number, align?: 'nearest' | 'center' | 'end'): void;
}

interface RowWindowOptions {
  scroller: RefObject<HTMLElement | null>;
  count: number;
  rowHeight: number;
  /** What stays on top of the rows while they scroll. */
  headHeight?: number;
}

const spare = 12;

/** In steps, so that not every pixel of a scroll draws anew. */
export function rowsInSight(top: number, height: number, rowHeight: number): { from: number; to: number } {
  const step = spare / 2;
  const first = Math.floor(top / rowHeight / step) * step;
  return { from: Math.max(0, first - step), to: first + Math.ceil(height / rowHeight) + spare };
}

const placeOf = { nearest: 0, center: 0.5, end: 1 };

export function useWindowOfRows({ scroller, count, rowHeight, headHeight = 0 }: RowWindowOptions): RowWindow {
  const [sight, setSight] = useState({ from: 0, to: 60 });

  // Not a layout effect: the scroller may be the parent's, whose reference is set after those of its children.
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      const next = rowsInSight(element.scrollTop, element.clientHeight, rowHeight);
      setSight((now) => (now.from === next.from && now.to === next.to ? now : next));
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [scroller, rowHeight]);

  const scrollTo = useCallback<RowWindow['scrollTo']>(
    (index, align = 'nearest') => {
      const element = scroller.current;
      if (!element) return;
      const room = element.clientHeight - headHeight - rowHeight;
      const top = index * rowHeight;
      const isInSight = top >= element.scrollTop && top <= element.scrollTop + room;
      if (align === 'nearest' && isInSight) return;
      const below = align === 'nearest' ? (top > element.scrollTop ? room : 0) : room * placeOf[align];
      element.scrollTop = top - below;
    },
    [scroller, rowHeight, headHeight],
  );

  const to = Math.min(sight.to, count);
  return { from: Math.min(sight.from, to), to, scrollTo };
}

export const indicesOf = ({ from, to }: Pick<RowWindow, 'from' | 'to'>): number[] =>
  Array.from({ length: to - from }, (_, at) => from + at);
