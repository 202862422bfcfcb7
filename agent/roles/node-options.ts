/** The options that every role of a node's process gets. */
import type { Clock } from '../clock.ts';
import type { ComponentLogs } from '../kubelet/mirror/component-logs.ts';
import type { Logger } from '../log.ts';
import type { NodeFiles } from './files.ts';

export interface NodeOptions {
  files: NodeFiles;
  dataFolder: string;
  clock: Clock;
  logFor(component: string): Logger;
  logs: ComponentLogs;
  /** When the process started, in milliseconds since the epoch. */
  startedAt: number;
  signal: AbortSignal;
}
