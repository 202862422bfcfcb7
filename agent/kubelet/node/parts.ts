import type { Client } from '../../client/client.ts';
import type { Clock } from '../../clock.ts';

/** The parts that write the node's object and its lease. */
export interface NodeParts {
  client: Client;
  clock: Clock;
  /** Aborts when the kubelet stops. */
  signal: AbortSignal;
}
