/**
 * An object as plain text, in the layout of `kubectl describe` for kinds that have no describer of their own:
 * https://github.com/kubernetes/kubectl/blob/master/pkg/describe/describe.go (genericDescriber)
 */
import { isObject } from '../../agent/api/json/value.ts';
import type { AnyObject } from '../../agent/api/types.ts';

const hidden = new Set(['managedFields', 'name', 'namespace', 'labels', 'annotations', 'uid', 'resourceVersion']);
const hiddenAnnotations = new Set(['kubectl.kubernetes.io/last-applied-configuration']);

/** `podCIDR` -> `Pod CIDR`, `hostIP` -> `Host IP` */
export function titleOf(field: string): string {
  const words = field
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/(?<=[A-Z])[A-Z](?!s\b)[a-z]/g, ' $&')
    .replace(/^(uid|api)\b/i, (word) => word.toUpperCase())
    .split(' ');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

function pairs(title: string, values: Record<string, string> | undefined, separator: string): string[] {
  const entries = Object.entries(values ?? {}).filter(([key]) => !hiddenAnnotations.has(key));
  const label = `${title}:`.padEnd(14);
  if (entries.length === 0) return [`${label}<none>`];
  return entries.sort().map(([key, value], at) => `${at ? ' '.repeat(14) : label}${key}${separator}${value}`);
}

/** Fields in alphabetical order, nested ones indented by two, as upstream's generic describer prints them. */
function fields(value: Record<string, unknown>, indent: string): string[] {
  return Object.entries(value)
    .filter(([key, field]) => field !== undefined && field !== null && !(indent === '  ' && hidden.has(key)))
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([key, field]) => fieldLines(titleOf(key), field, indent));
}

function fieldLines(title: string, field: unknown, indent: string): string[] {
  if (isObject(field)) return [`${indent}${title}:`, ...fields(field, `${indent}  `)];
  if (!Array.isArray(field)) return [`${indent}${title}:  ${String(field)}`];
  return [
    `${indent}${title}:`,
    ...field.flatMap((item) => (isObject(item) ? fields(item, `${indent}  `) : [`${indent}  ${String(item)}`])),
  ];
}

/** `5s`, `3m`, `2h`, `4d`: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/duration/duration.go */
export function shortAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

function eventLines(events: readonly AnyObject[], now: number): string[] {
  if (events.length === 0) return ['Events:       <none>'];
  const rows = events.map((event) => {
    const source = isObject(event.source) ? String(event.source.component ?? '') : '';
    const last = String(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp);
    const component = source || String(event.reportingComponent ?? '');
    return [event.type, event.reason, shortAge(now - Date.parse(last)), component, event.message].map(
      (v) => `${v ?? ''}`,
    );
  });
  const table = [['Type', 'Reason', 'Age', 'From', 'Message'], ['----', '------', '----', '----', '-------'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return [
    'Events:',
    ...table.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd()),
  ];
}

interface DescribeOptions {
  events: readonly AnyObject[];
  /** Milliseconds since the epoch. */
  now: number;
  /** Fields of the object whose base64 values are shown as their size only. */
  concealed?: readonly string[];
}

export function describeObject(object: AnyObject, { events, now, concealed = [] }: DescribeOptions): string {
  const { apiVersion, kind, metadata, ...rest } = object;
  const lines = [`Name:         ${metadata.name}`];
  if (metadata.namespace) lines.push(`Namespace:    ${metadata.namespace}`);
  lines.push(...pairs('Labels', metadata.labels, '='), ...pairs('Annotations', metadata.annotations, ': '));
  lines.push(`API Version:  ${apiVersion}`, `Kind:         ${kind}`, 'Metadata:');
  lines.push(...fields({ ...metadata, UID: metadata.uid }, '  '));
  for (const [key, value] of Object.entries(withSizes(rest, concealed)))
    lines.push(...fieldLines(titleOf(key), value, ''));
  return `${[...lines, ...eventLines(events, now)].join('\n')}\n`;
}

/** Shows sizes in place of values, as upstream does for a Secret. */
function withSizes(fields: Record<string, unknown>, concealed: readonly string[]): Record<string, unknown> {
  const sizesOf = (values: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, `${atob(String(value)).length} bytes`]));
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      concealed.includes(field) && isObject(value) ? sizesOf(value) : value,
    ]),
  );
}
