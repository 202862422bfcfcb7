/** The visible part of a log. Scrolling up stops following, scrolling to the end follows again. */
import { memo, type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { Notice } from '../ui/notices.tsx';
import { indicesOf } from '../ui/window-of-rows.ts';
import type { LogBuffer } from './log-buffer.ts';
import { type LogLine, levelOf } from './log-line.ts';
import type { LogOptions } from './log-toolbar.tsx';
import { flatRows, type Rows, WrappedRows } from './rows.ts';
import { splitMatches } from './search.ts';
import { lineHeight, useLogScroll } from './use-log-scroll.ts';

interface LogLinesProps {
  buffer: LogBuffer;
  count: number;
  options: LogOptions;
  pattern: RegExp | undefined;
  /** Number of the line whose match is looked at. */
  focus: number | undefined;
  onFollow(follow: boolean): void;
}

const atEnd = 24;
const colours = 6;
const stampLength = 23;

export function LogLines(props: LogLinesProps) {
  const { buffer, count, options, onFollow } = props;
  const scroller = useRef<HTMLDivElement>(null);
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

function Sheet({ scroller, ...props }: LogLinesProps & { scroller: RefObject<HTMLDivElement | null> }) {
  const { buffer, count, options, pattern, focus } = props;
  const podCells = buffer.isMerged ? Math.max(...buffer.pods.map((pod) => shortName(pod).length)) : 0;
  const prefixes = [podCells, options.timestamps ? stampLength : 0].filter((cells) => cells > 0);
  const { probe, columns } = useColumns(scroller, prefixes);
  const wrapped = useMemo(() => new WrappedRows(buffer, columns), [buffer, columns]);
  const rows: Rows = options.wrap ? wrapped.now(count) : flatRows(count);
  const sight = useLogScroll({
    scroller,
    rows,
    dropped: buffer.dropped,
    count,
    follow: options.follow && !options.paused,
  });
  const { scrollTo } = sight;

  // biome-ignore lint/correctness/useExhaustiveDependencies: lines that are dropped meanwhile do not scroll
  useEffect(() => {
    if (focus !== undefined) scrollTo(focus - buffer.dropped);
  }, [focus, scrollTo]);

  return (
    <div className="log-sheet" style={{ height: sight.height }}>
      <span ref={probe} className="log-probe" aria-hidden="true">
        {'0'.repeat(probeCells)}
      </span>
      <div className="log-sight" style={{ transform: `translateY(${sight.start}px)` }}>
        {indicesOf(sight).map((index) => {
          const line = buffer.lines[index];
          return line ? (
            <Line
              key={index + buffer.dropped}
              line={line}
              rows={rows.height(index)}
              podCells={podCells}
              colour={line.pod === undefined ? 0 : buffer.pods.indexOf(line.pod) % colours}
              timestamps={options.timestamps}
              pattern={pattern}
              isFocus={index + buffer.dropped === focus}
            />
          ) : null;
        })}
      </div>
    </div>
  );
}

const probeCells = 100;
/** As in the style sheet: of a line on both sides, and after each column in front of the text. */
const linePadding = 24;
const gap = 12;

/** How many characters fit beside the columns that come first. */
function useColumns(scroller: RefObject<HTMLElement | null>, prefixes: readonly number[]) {
  const probe = useRef<HTMLSpanElement>(null);
  const [room, setRoom] = useState({ width: 800, cell: 7.2 });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const cell = (probe.current?.getBoundingClientRect().width ?? 0) / probeCells;
      if (cell > 0) setRoom({ width: element.clientWidth, cell });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  const taken = prefixes.reduce((sum, cells) => sum + Math.ceil(cells * room.cell) + gap, linePadding);
  return { probe, columns: Math.max(10, Math.floor((room.width - taken) / room.cell)) };
}

interface LineProps {
  line: LogLine;
  rows: number;
  podCells: number;
  colour: number;
  timestamps: boolean;
  pattern: RegExp | undefined;
  isFocus: boolean;
}

const Line = memo(function Line({ line, rows, podCells, colour, timestamps, pattern, isFocus }: LineProps) {
  return (
    <div className={`log-line ${levelOf(line.text)} ${isFocus ? 'focus' : ''}`} style={{ height: rows * lineHeight }}>
      {podCells > 0 ? (
        <span className={`log-pod colour-${colour}`} title={line.pod} style={{ width: `${podCells}ch` }}>
          {line.pod ? shortName(line.pod) : ''}
        </span>
      ) : null}
      {timestamps ? <time>{line.stamp.slice(0, stampLength).replace('T', ' ')}</time> : null}
      <span className="log-text">{marked(line.text, pattern)}</span>
    </div>
  );
});

/** What tells pods of one workload apart. */
const shortName = (pod: string): string => pod.slice(pod.lastIndexOf('-') + 1);

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
