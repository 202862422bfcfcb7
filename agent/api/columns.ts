/**
 * What the printer columns of several kinds share.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/printers/internalversion/printers.go
 */
import { humanDuration } from './duration.ts';
import type { PrinterColumn } from './kind.ts';
import type { KubeObject } from './types.ts';

const creation =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed ' +
  'to be set in happens-before order across separate operations. Clients may not set this value. It is represented in ' +
  'RFC3339 form and is in UTC.';

/** Time since a timestamp the way kubectl shows it: `5m12s`; `<unknown>` where there is none. */
export function age(timestamp: string | undefined, now: number): string {
  if (!timestamp) return '<unknown>';
  return humanDuration(now - Date.parse(timestamp));
}

type Cell<T extends KubeObject> = PrinterColumn<T>['value'];

interface ColumnOptions {
  type?: PrinterColumn['type'];
  format?: string;
  /** Only with `-o wide`. */
  wide?: boolean;
}

/** A column by its header. */
export const column = <T extends KubeObject>(
  name: string,
  description: string,
  value: Cell<T>,
  { type = 'string', wide = false, format }: ColumnOptions = {},
): PrinterColumn<T> => ({ name, type, ...(format ? { format } : {}), description, priority: wide ? 1 : 0, value });

const none = '<none>';

export const orNone = (text: string | undefined): string => text || none;

/** Labels or a plain selector as `a=1,b=2`. */
export const formatLabels = (labels: Readonly<Record<string, string>> | undefined): string =>
  orNone(
    Object.entries(labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(','),
  );

/** The first three, and how many there are beyond. */
export function firstThree(items: readonly string[], empty: string): string {
  if (items.length === 0) return empty;
  const shown = items.slice(0, 3).join(',');
  return items.length > 3 ? `${shown} + ${items.length - 3} more...` : shown;
}

export const nameColumn: PrinterColumn<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  priority: 0,
  value: (object) => object.metadata.name,
};

export const ageColumn: PrinterColumn<KubeObject> = {
  name: 'Age',
  type: 'string',
  description: creation,
  priority: 0,
  value: (object, now) => age(object.metadata.creationTimestamp, now),
};

/** Of kinds that upstream prints no columns of. */
export const createdAtColumn: PrinterColumn<KubeObject> = {
  name: 'Created At',
  type: 'date',
  description: creation,
  priority: 0,
  value: ({ metadata }) => metadata.creationTimestamp,
};
