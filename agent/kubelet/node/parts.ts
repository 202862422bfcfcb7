import type { Client } from '../../client/client.ts';
import type { Clock } from '../../clock.ts';

/** What the node's object and its lease are kept with. */
export interface NodeParts {
  client: Client;
  clock: Clock;
  /** The kubelet's life. */
  signal: AbortSignal;
}
