/** What every part of the pipeline works with. */
import type { KindRegistry } from '../api/registry.ts';
import type { SchemaProvider } from '../api/schema/provider.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Admission } from './admission/admission.ts';
import type { ServiceAccountTokens } from './authentication/service-account-tokens.ts';
import type { Authorizer } from './authorization/authorizer.ts';
import type { CatchUp } from './catch-up.ts';
import type { ClusterSettings } from './cluster-settings.ts';
import type { Converter } from './conversion/converter.ts';
import type { FieldChecker } from './fields.ts';
import type { MetricsObjects } from './resource-metrics/metrics-objects.ts';
import type { State } from './state/state.ts';
import type { Storage } from './storage.ts';
import type { CheckStore } from './store-check.ts';
import type { Turns } from './turns.ts';

export type { Served } from '../api/registry.ts';

export interface Core {
  kinds: KindRegistry;
  state: State;
  storage: Storage;
  clock: Clock;
  log: Logger;
  settings: ClusterSettings;
  tokens: ServiceAccountTokens;
  authorizer: Authorizer;
  admission: Admission;
  fields: FieldChecker;
  schemas: SchemaProvider;
  /** Of what writes. */
  turns: Turns;
  /** Of what only reads, so that it never waits behind writes: these bound their own part of a turn. */
  readTurns: Turns;
  checkStore: CheckStore;
  /** Before a request is authenticated: what it asks for, and who asks, may have come through another server. */
  catchUp: CatchUp;
  converter: Converter;
  /** What nodes and pods use; only for a server that reaches kubelets. */
  metrics(): Promise<MetricsObjects>;
}
