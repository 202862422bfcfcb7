/**
 * What the printer columns of several kinds share.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/printers/internalversion/printers.go
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
