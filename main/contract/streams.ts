/** What comes to the window bit by bit: live lists, what a context serves, logs. */
import type { AnyObject, WatchEvent } from '../../agent/api/types.ts';
import type { CallError } from './reply.ts';
import type { ServedResources, TableCell, TableColumn } from './resources.ts';

/** How far a log was read: since the beginning of its newest second (`since`), `count` lines were seen. */
export interface LogPosition {
  since: string;
  count: number;
  /** The newest stamp. */
  stamp: string;
}

/** `resync` replaces everything that is known under the id; `synced` tells that the initial list has been delivered. */
export interface ResourceChanges {
  id: string;
  resync?: AnyObject[];
  events: WatchEvent[];
  synced: boolean;
  /** Of a table: its columns, and the cells of each object of `resync`, then of `events`, in their order. */
  table?: { columns: readonly TableColumn[]; cells: readonly (readonly TableCell[])[] };
  /** Milliseconds of the last request; for the footer. */
  latency?: number;
  error?: CallError;
  /** The user may not list it in all namespaces, as `error` says: from now on changes are of these, one at a time. */
  confined?: readonly string[];
  /** Of a confined list: whose objects `resync` replaces, and whose `error` it is. */
  namespace?: string;
}

/** `served` where it has changed, `error` where the server could not be asked. */
export interface ContextResources {
  id: string;
  served?: ServedResources;
  error?: CallError;
}
