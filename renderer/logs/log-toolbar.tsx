/** What one can do with a log. */

import {
  ArrowDownToLine,
  ChevronDown,
  ChevronUp,
  ClipboardCopy,
  Clock,
  Download,
  Eraser,
  History,
  Pause,
  Play,
  Regex,
  WrapText,
} from 'lucide-react';
import { copyText } from '../data/copy-text.ts';
import { formatCount } from '../data/quantity.ts';
import { IconButton, SearchField } from '../ui/controls.tsx';
import type { LogBuffer } from './log-buffer.ts';

export interface LogOptions {
  follow: boolean;
  paused: boolean;
  /** Of the container before its last restart. */
  previous: boolean;
  timestamps: boolean;
  wrap: boolean;
  regex: boolean;
  search: string;
  sinceSeconds?: number;
}

interface LogToolbarProps {
  name: string;
  buffer: LogBuffer;
  options: LogOptions;
  onChange(options: Partial<LogOptions>): void;
  containers: readonly string[];
  container: string;
  onContainer(container: string): void;
  invalid: boolean;
  matches: number;
  /** Not every line has been looked at yet. */
  isSearching: boolean;
  current: number | undefined;
  onStep(by: number): void;
}

const periods = [
  { seconds: 0, title: '5,000 lines' },
  { seconds: 60, title: 'Last minute' },
  { seconds: 300, title: 'Last 5 minutes' },
  { seconds: 3_600, title: 'Last hour' },
  { seconds: 86_400, title: 'Last day' },
];

const asText = ({ lines, isMerged }: LogBuffer, timestamps: boolean): string =>
  lines.map(({ stamp, text, pod }) => `${isMerged ? `${pod} ` : ''}${timestamps ? `${stamp} ` : ''}${text}\n`).join('');

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}.log`;
  link.click();
  URL.revokeObjectURL(url);
}

export function LogToolbar(props: LogToolbarProps) {
  const { buffer, options, onChange, containers, container, onContainer } = props;
  return (
    <div className="tab-bar">
      {containers.length > 1 ? (
        <select
          className="input"
          aria-label="Container"
          value={container}
          onChange={(event) => onContainer(event.target.value)}
        >
          {containers.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      ) : null}
      <select
        className="input"
        aria-label="Since"
        value={options.sinceSeconds ?? 0}
        onChange={(event) => onChange({ sinceSeconds: Number(event.target.value) || undefined })}
      >
        {periods.map(({ seconds, title }) => (
          <option key={seconds} value={seconds}>
            {title}
          </option>
        ))}
      </select>
      <LogSearch {...props} />
      <span className="spacer" />
      <StreamState buffer={buffer} />
      <span className="muted log-count">{`${formatCount(buffer.lines.length)} ${lineNoun(buffer.lines.length)}`}</span>
      <Toggle on={options.follow} label="Follow" onPress={() => onChange({ follow: !options.follow })}>
        <ArrowDownToLine size={14} />
      </Toggle>
      <Toggle
        on={options.paused}
        label={options.paused ? 'Go on' : 'Pause'}
        onPress={() => onChange({ paused: !options.paused })}
      >
        {options.paused ? <Play size={14} /> : <Pause size={14} />}
      </Toggle>
      <Toggle on={options.timestamps} label="Timestamps" onPress={() => onChange({ timestamps: !options.timestamps })}>
        <Clock size={14} />
      </Toggle>
      <Toggle on={options.wrap} label="Wrap lines" onPress={() => onChange({ wrap: !options.wrap })}>
        <WrapText size={14} />
      </Toggle>
      <Toggle
        on={options.previous}
        label="Previous container"
        onPress={() => onChange({ previous: !options.previous })}
      >
        <History size={14} />
      </Toggle>
      <IconButton size="small" label="Clear" onClick={() => buffer.clear()}>
        <Eraser size={14} />
      </IconButton>
      <IconButton size="small" label="Copy" onClick={() => copyText(asText(buffer, options.timestamps), 'Log')}>
        <ClipboardCopy size={14} />
      </IconButton>
      <IconButton size="small" label="Download" onClick={() => download(props.name, asText(buffer, true))}>
        <Download size={14} />
      </IconButton>
    </div>
  );
}

/** That nothing more will come, or not now: lines that stand still look the same. */
function StreamState({ buffer }: { buffer: LogBuffer }) {
  const { error, ended } = buffer;
  return (
    <span className={`log-state ${error ? 'tone-warn' : 'muted'}`} role="status" title={error?.message}>
      {ended ? 'ended' : error ? 'interrupted' : ''}
    </span>
  );
}

const lineNoun = (count: number): string => (count === 1 ? 'line' : 'lines');

function describeMatches({
  invalid,
  matches,
  isSearching,
  current,
}: Pick<LogToolbarProps, 'invalid' | 'matches' | 'isSearching' | 'current'>): string {
  if (invalid) return 'not an expression';
  if (matches === 0) return isSearching ? 'searching' : 'no match';
  const count = `${formatCount(matches)}${isSearching ? '+' : ''}`;
  if (current === undefined) return `${count} ${lineNoun(matches)}`;
  return `${formatCount(current + 1)} of ${count}`;
}

function LogSearch({ options, onChange, onStep, ...found }: LogToolbarProps) {
  const { invalid } = found;
  return (
    <span className="log-search">
      <SearchField
        aria-label="Search the log"
        placeholder="Search"
        value={options.search}
        aria-invalid={invalid}
        onChange={(event) => onChange({ search: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') onChange({ search: '' });
        }}
      />
      <Toggle on={options.regex} label="Regular expression" onPress={() => onChange({ regex: !options.regex })}>
        <Regex size={14} />
      </Toggle>
      {options.search ? (
        <>
          <span className="muted log-count" role="status">
            {describeMatches(found)}
          </span>
          <IconButton size="small" label="Previous match" onClick={() => onStep(-1)}>
            <ChevronUp size={14} />
          </IconButton>
          <IconButton size="small" label="Next match" onClick={() => onStep(1)}>
            <ChevronDown size={14} />
          </IconButton>
        </>
      ) : null}
    </span>
  );
}

interface ToggleProps {
  on: boolean;
  label: string;
  onPress(): void;
  children: React.ReactNode;
}

function Toggle({ on, label, onPress, children }: ToggleProps) {
  return (
    <IconButton size="small" label={label} aria-pressed={on} onClick={onPress}>
      {children}
    </IconButton>
  );
}
