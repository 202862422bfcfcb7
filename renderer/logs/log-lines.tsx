/** The visible part of a log. Scrolling up stops following, scrolling to the end follows again. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import { Notice } from '../ui/notices.tsx';
import { type LogBuffer, type LogLine, levelOf } from './log-buffer.ts';
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

export function LogLines({ buffer, count, version, options, pattern, focus, onFollow }: LogLinesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 30,
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: every new version of the buffer scrolls
  useEffect(() => {
    if (options.follow && !options.paused && count > 0) virtual.scrollToIndex(count - 1, { align: 'end' });
  }, [version, count, options.follow, options.paused]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the virtualizer is the same for good
  useEffect(() => {
    if (focus !== undefined && !options.follow) virtual.scrollToIndex(focus, { align: 'center' });
  }, [focus, options.follow]);

  if (count === 0) return <LogNotice buffer={buffer} />;
  return (
    <div
      ref={scroller}
      className={`log-lines ${options.wrap ? 'wrap' : ''}`}
      role="log"
      aria-live="off"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
      tabIndex={0}
      onWheel={(event) => {
        if (event.deltaY < 0) onFollow(false);
      }}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        if (scrollTop + clientHeight >= scrollHeight - atEnd) onFollow(true);
      }}
    >
      <div
        style={{
          height: virtual.getTotalSize(),
          position: 'relative',
          minWidth: options.wrap ? undefined : 'max-content',
        }}
        className="log-sheet"
      >
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const line = buffer.lines[index];
          return line ? (
            <div
              key={key}
              data-index={index}
              ref={options.wrap ? virtual.measureElement : undefined}
              className={`log-line ${levelOf(line.text)} ${index === focus ? 'focus' : ''}`}
              style={{ transform: `translateY(${start}px)` }}
            >
              {options.timestamps ? <time>{shortStamp(line)}</time> : null}
              <span>{marked(line.text, pattern)}</span>
            </div>
          ) : null;
        })}
      </div>
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
