/** What main sends to the window over time: live lists, served resources, logs. */
import type { AnyObject, WatchEvent } from '../../agent/api/types.ts';
import type { CallError } from './reply.ts';
import type { ServedResources, TableCell, TableColumn } from './resources.ts';

/** How far a log was read: `count` lines since `since`, the beginning of the newest second. */
export interface LogPosition {
  since: string;
  count: number;
  /** Timestamp of the newest line. */
  stamp: string;
}

/** `resync` replaces all objects under the id; `synced` says that the initial list is complete. */
export interface ResourceChanges {
  id: string;
  resync?: AnyObject[];
  events: WatchEvent[];
  synced: boolean;
  /** For a table: its columns, and the cells of each object of `resync`, then of `events`, in their order. */
  table?: { columns: readonly TableColumn[]; cells: readonly (readonly TableCell[])[] };
  /** Milliseconds that the last request took; for the footer. */
  latency?: number;
  error?: CallError;
  /**
   * The user may not list all namespaces, as `error` says. From now on each change is about one of these namespaces.
   */
  confined?: readonly string[];
  /** For a confined list: the namespace whose objects `resync` replaces, or that `error` is about. */
  namespace?: string;
}

/** `served` when it has changed; `error` when Skiff could not ask the server. */
export interface ContextResources {
  id: string;
  served?: ServedResources;
  error?: CallError;
}
