/**
 * What the descriptions of several kinds have in common, word for word as kubectl 1.33 prints it.
 * https://github.com/kubernetes/kubectl/blob/release-1.33/pkg/describe/describe.go
 */
import { humanDuration } from '../../../agent/api/duration.ts';
import type { AnyObject, core, Event, KubeObject } from '../../../agent/api/types.ts';
import { TabWriter } from './tab-writer.ts';

/** What a description looks into besides its object, by the name of the resource, and the object's own events. */
export interface DescribeScene {
  related: Readonly<Record<string, readonly AnyObject[]>>;
  events: readonly Event[];
  /** Milliseconds since the epoch. */
  now: number;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** Go's RFC1123Z, in the zone of who looks: `Mon, 02 Jan 2006 15:04:05 -0700` */
export function longTime(at: string | undefined): string {
  if (!at) return '<unset>';
  const date = new Date(at);
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  const day = `${days[date.getDay()]}, ${two(date.getDate())} ${months[date.getMonth()]} ${date.getFullYear()}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${zone}`;
}

export const printBool = (value: boolean | undefined): string => (value ? 'True' : 'False');

const sorted = (map: Readonly<Record<string, string>> | undefined): [string, string][] =>
  Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));

export const formatLabels = (labels: Readonly<Record<string, string>> | undefined): string =>
  sorted(labels)
    .map((pair) => pair.join('='))
    .join(',') || '<none>';

export function writeLines(out: TabWriter, title: string, lines: readonly string[]): void {
  const [first = '<none>', ...rest] = lines;
  out.line(0, `${title}:`, first);
  for (const line of rest) out.line(0, '', line);
}

export const writeLabels = (out: TabWriter, title: string, labels: Readonly<Record<string, string>> | undefined) =>
  writeLines(
    out,
    title,
    sorted(labels).map((pair) => pair.join('=')),
  );

const longest = 140;
const shorten = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}...` : text);

export function writeAnnotations(out: TabWriter, title: string, all: Readonly<Record<string, string>> | undefined) {
  const shown = sorted(all).filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration');
  const lines = shown.flatMap(([key, raw]) => {
    const value = raw.replace(/\n$/, '');
    if (key.length + value.length + 2 <= longest && !value.includes('\n')) return [`${key}: ${value}`];
    return [`${key}:`, ...value.split('\n').map((line) => `  ${shorten(line, longest - 2)}`)];
  });
  writeLines(out, title, lines);
}

export function writeSelector(out: TabWriter, selector: { matchLabels?: Record<string, string> } | undefined): void {
  out.line(0, 'Selector:', formatLabels(selector?.matchLabels));
}

export const controllerOf = ({ metadata }: KubeObject): string => {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  return owner ? `${owner.kind}/${owner.name}` : '';
};

interface ShortCondition {
  type: string;
  status: string;
  reason?: string;
}

/** Of workloads. */
export function writeConditions(out: TabWriter, conditions: readonly ShortCondition[] | undefined): void {
  if (!conditions?.length) return;
  out.write(0, 'Conditions:\n  Type\tStatus\tReason\n');
  out.line(1, '----', '------', '------');
  for (const { type, status, reason = '' } of conditions) out.line(1, `${type} `, status, reason);
}

function eventAge({ series, count = 0, firstTimestamp, lastTimestamp, eventTime }: Event, now: number): string {
  const since = (at: string | undefined) => (at ? humanDuration(Math.max(0, now - Date.parse(at))) : '<unknown>');
  if (series) return `${since(series.lastObservedTime)} (x${series.count} over ${since(eventTime)})`;
  if (count > 1) return `${since(lastTimestamp)} (x${count} over ${since(firstTimestamp)})`;
  return since(firstTimestamp ?? eventTime);
}

export function writeEvents(out: TabWriter, { events, now }: DescribeScene): void {
  if (events.length === 0) {
    out.line(0, 'Events:', '<none>');
    return;
  }
  out.flush();
  out.write(0, 'Events:\n  Type\tReason\tAge\tFrom\tMessage\n');
  out.line(1, '----', '------', '----', '----', '-------');
  const last = ({ lastTimestamp, eventTime }: Event) => Date.parse(lastTimestamp ?? eventTime ?? '') || 0;
  for (const event of [...events].sort((a, b) => last(a) - last(b))) {
    const from = event.source?.component || event.reportingComponent || '';
    const { type = '', reason = '', message = '' } = event;
    out.line(1, type, reason, eventAge(event, now), from, message.trim());
  }
}

/**
 * https://github.com/kubernetes/kubectl/blob/release-1.33/pkg/describe/describe.go
 * (printTolerationsMultilineWithIndent)
 */
export function writeTolerations(out: TabWriter, title: string, tolerations: readonly core.Toleration[] = []): void {
  const ordered = [...tolerations].sort((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : 1));
  const text = ({ key = '', value, effect = '', operator, tolerationSeconds }: core.Toleration) => {
    const what = `${key}${value ? `=${value}` : ''}${effect ? `:${effect}` : ''}`;
    const exists = operator === 'Exists' && !value ? (what ? ' op=Exists' : 'op=Exists') : '';
    return `${what}${exists}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`}`;
  };
  writeLines(out, title, ordered.map(text));
}

/** Runs a description and gives back its text. */
export function described(write: (out: TabWriter) => void): string {
  const out = new TabWriter();
  write(out);
  return out.toString();
}
