/** What the aggregation of APIs works with. */
import type { KindRegistry } from '../../api/registry.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { State } from '../state/state.ts';
import type { Turns } from '../turns.ts';
import type { Address } from '../webhooks/service-address.ts';

/** PEM: how this server shows others that a request comes from it, and who may check that. */
export interface FrontProxy {
  /** The authority of `certificate`. */
  ca: string;
  certificate: string;
  key: string;
}

export interface AggregationOptions {
  state: State;
  kinds: KindRegistry;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  turns: Turns;
  frontProxy: FrontProxy | undefined;
  /** Where the endpoint of a service really is. Throws where this process reaches no pods. */
  reach: (endpoint: Address) => Address;
}
