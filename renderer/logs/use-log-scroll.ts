/** What of a log is in sight, and how it stays there while lines come and go. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useReducer, useRef } from 'react';
import type { Rows } from './rows.ts';
import { afterScroll, type Place, realFor, tallest } from './tall-scroll.ts';

export const lineHeight = 18;
const spareRows = 24;
const settleMilliseconds = 150;

interface LogScrollOptions {
  scroller: RefObject<HTMLElement | null>;
  rows: Rows;
  /** Number of the first line that is there. */
  dropped: number;
  count: number;
  /** Keeps to the end. */
  follow: boolean;
}

export interface LogSight {
  /** Indexes, the end excluded. */
  from: number;
  to: number;
  /** Of the sheet, and of the first line on it, in pixels. */
  height: number;
  start: number;
  scrollTo(index: number): void;
}

interface State extends Place {
  height: number;
  /** The line at the top, by its number, and how far it is scrolled out: what must not move. */
  anchor: { number: number; rest: number };
}

export function useLogScroll(options: LogScrollOptions): LogSight {
  const { scroller, rows, dropped, count, follow } = options;
  const state = useRef<State>({ real: 0, top: 0, height: 600, anchor: { number: 0, rest: 0 } });
  const latest = useRef(options);
  latest.current = options;
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  const total = rows.total * lineHeight;

  const moveTo = useCallback((top: number) => {
    const element = latest.current.scroller.current;
    if (!element) return;
    const now = state.current;
    const whole = latest.current.rows.total * lineHeight;
    now.top = Math.max(0, Math.min(top, whole - now.height));
    element.scrollTop = realFor(now.top, whole, now.height);
    now.real = element.scrollTop;
  }, []);

  useEffect(() => watchScroller(latest, state, redraw), []);

  // After every draw: the end stays in sight while following, else what was at the top stays there.
  useLayoutEffect(() => {
    const { anchor, top } = state.current;
    const kept = rows.rowOf(Math.max(0, Math.min(anchor.number - dropped, count))) * lineHeight + anchor.rest;
    const wanted = follow ? total - state.current.height : kept;
    if (Math.abs(wanted - top) < 1 && scroller.current?.scrollTop === state.current.real) return;
    moveTo(wanted);
    if (!follow) redraw();
  });

  const top = follow ? Math.max(0, total - state.current.height) : state.current.top;
  const real = follow ? realFor(top, total, state.current.height) : state.current.real;
  const firstRow = Math.max(0, Math.floor(top / lineHeight) - spareRows);
  const from = count === 0 ? 0 : rows.indexAt(firstRow);
  const lastRow = Math.ceil((top + state.current.height) / lineHeight) + spareRows;
  const to = count === 0 ? 0 : Math.min(count, rows.indexAt(lastRow) + 1);

  const scrollTo = useCallback(
    (index: number) => {
      const { rows: now, dropped: gone } = latest.current;
      moveTo(now.rowOf(index) * lineHeight - state.current.height / 2);
      remember(state.current, now, gone);
      redraw();
    },
    [moveTo],
  );

  return {
    from,
    to,
    height: Math.min(total, tallest),
    start: real - top + rows.rowOf(from) * lineHeight,
    scrollTo,
  };
}

function remember(state: State, rows: Rows, dropped: number): void {
  const index = rows.indexAt(Math.floor(state.top / lineHeight));
  state.anchor = { number: index + dropped, rest: state.top - rows.rowOf(index) * lineHeight };
}

function watchScroller(latest: RefObject<LogScrollOptions>, { current: state }: RefObject<State>, redraw: () => void) {
  const element = latest.current.scroller.current;
  if (!element) return;
  let settle: ReturnType<typeof setTimeout> | undefined;
  let drawn = -1;
  const total = () => latest.current.rows.total * lineHeight;
  const onScroll = () => {
    if (element.scrollTop === state.real) return;
    Object.assign(state, afterScroll(state, element.scrollTop, total(), state.height));
    remember(state, latest.current.rows, latest.current.dropped);
    // In steps: what is drawn reaches a little further than what is in sight.
    const step = Math.floor(state.top / lineHeight / (spareRows / 2));
    if (step !== drawn || total() > tallest) redraw();
    drawn = step;
    clearTimeout(settle);
    if (total() > tallest) settle = setTimeout(putBack, settleMilliseconds);
  };
  const putBack = () => {
    element.scrollTop = realFor(state.top, total(), state.height);
    state.real = element.scrollTop;
    redraw();
  };
  const observer = new ResizeObserver(() => {
    state.height = element.clientHeight;
    redraw();
  });
  observer.observe(element);
  element.addEventListener('scroll', onScroll, { passive: true });
  return () => {
    clearTimeout(settle);
    observer.disconnect();
    element.removeEventListener('scroll', onScroll);
  };
}
