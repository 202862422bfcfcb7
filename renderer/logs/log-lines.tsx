/** The visible part of a log. Scrolling up stops following, scrolling to the end follows again. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { Notice } from '../ui/notices.tsx';
import { indicesOf, useWindowOfRows } from '../ui/window-of-rows.ts';
import type { LogBuffer } from './log-buffer.ts';
import { type LogLine, levelOf } from './log-line.ts';
import type { LogOptions } from './log-toolbar.tsx';
import { splitMatches } from './search.ts';

interface LogLinesProps {
  buffer: LogBuffer;
  count: number;
  version: number;
  options: LogOptions;
  pattern: RegExp | undefined;
  /** Index of the match that is looked at. */
  focus: number | undefined;
  onFollow(follow: boolean): void;
}

const lineHeight = 18;
const atEnd = 24;
const colours = 6;

export function LogLines(props: LogLinesProps) {
  const { buffer, count, options, onFollow } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const Sheet = options.wrap ? WrappedSheet : FlatSheet;
  if (count === 0) return <LogNotice buffer={buffer} />;
  return (
    <div
      ref={scroller}
      className={`log-lines ${options.wrap ? 'wrap' : ''}`}
      role="log"
      aria-live="off"
      aria-label="Log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
      tabIndex={0}
      onWheel={(event) => {
        if (event.deltaY < 0) onFollow(false);
      }}
      onKeyDown={({ key }) => {
        if (key === 'ArrowUp' || key === 'PageUp' || key === 'Home') onFollow(false);
      }}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        if (scrollTop + clientHeight >= scrollHeight - atEnd) onFollow(true);
      }}
    >
      <Sheet {...props} scroller={scroller} />
    </div>
  );
}

type SheetProps = LogLinesProps & { scroller: RefObject<HTMLDivElement | null> };

/** Keeps the end in sight while following, and the match that is looked at otherwise. */
function useScrolling({ version, count, options, focus }: LogLinesProps, scrollTo: (at: number, end: boolean) => void) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new version of the buffer scrolls
  useEffect(() => {
    if (options.follow && !options.paused && count > 0) scrollTo(count - 1, true);
  }, [version, count, options.follow, options.paused]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: how it scrolls is the same for good
  useEffect(() => {
    if (focus !== undefined && !options.follow) scrollTo(focus, false);
  }, [focus, options.follow]);
}

/** Every line is as high as any other. */
function FlatSheet(props: SheetProps) {
  const { scroller, count } = props;
  const sight = useWindowOfRows({ scroller, count, rowHeight: lineHeight });
  useScrolling(props, (at, end) => sight.scrollTo(at, end ? 'end' : 'center'));
  return (
    <div className="log-sheet" style={{ height: count * lineHeight, minWidth: 'max-content' }}>
      {indicesOf(sight).map((index) => (
        <Line key={index} {...props} index={index} start={index * lineHeight} />
      ))}
    </div>
  );
}

/** A wrapped line is as high as it turns out to be. */
function WrappedSheet(props: SheetProps) {
  const { scroller, count } = props;
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 30,
  });
  useScrolling(props, (at, end) => virtual.scrollToIndex(at, { align: end ? 'end' : 'center' }));
  return (
    <div className="log-sheet" style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map(({ index, start, key }) => (
        <Line key={key} {...props} index={index} start={start} measure={virtual.measureElement} />
      ))}
    </div>
  );
}

interface LineProps extends LogLinesProps {
  index: number;
  start: number;
  measure?: (element: HTMLDivElement | null) => void;
}

function Line({ buffer, index, start, measure, options, pattern, focus }: LineProps) {
  const line = buffer.lines[index];
  if (!line) return null;
  return (
    <div
      data-index={index}
      ref={measure}
      className={`log-line ${levelOf(line.text)} ${index === focus ? 'focus' : ''}`}
      style={{ transform: `translateY(${start}px)` }}
    >
      {line.pod ? (
        <span className={`log-pod colour-${buffer.pods.indexOf(line.pod) % colours}`} title={line.pod}>
          {line.pod.split('-').at(-1)}
        </span>
      ) : null}
      {options.timestamps ? <time>{shortStamp(line)}</time> : null}
      <span>{marked(line.text, pattern)}</span>
    </div>
  );
}

const shortStamp = ({ stamp }: LogLine): string => stamp.slice(0, 23).replace('T', ' ');

function marked(text: string, pattern: RegExp | undefined): ReactNode {
  if (!pattern) return text || ' ';
  const pieces = splitMatches(text, pattern);
  if (pieces.length === 1) return text || ' ';
  // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one line never change places
  return pieces.map((piece, at) => (at % 2 ? <mark key={at}>{piece}</mark> : piece));
}

function LogNotice({ buffer }: { buffer: LogBuffer }) {
  if (buffer.error)
    return (
      <Notice title={buffer.error.message}>
        {buffer.error.hint ?? (buffer.ended ? '' : 'Trying again by itself.')}
      </Notice>
    );
  return (
    <Notice title={buffer.ended ? 'The log is empty' : 'Nothing logged yet'}>
      {buffer.ended ? '' : 'New lines appear here as they come.'}
    </Notice>
  );
}
