/** What every controller is given. A controller is started with this and stops when `signal` aborts. */
import type { KindRegistry } from '../../api/registry.ts';
import type { Client } from '../../client/client.ts';
import type { Informers } from '../../client/informer.ts';
import type { Recorder } from '../../client/recorder.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';

export interface ControllerDeps {
  client: Client;
  informers: Informers;
  /** For those that treat every kind alike; kinds come and go. */
  kinds: KindRegistry;
  clock: Clock;
  log: Logger;
  /** An event recorder that signs with this component's name, e.g. `deployment-controller`. */
  recorderFor(component: string): Recorder;
  signal: AbortSignal;
}
