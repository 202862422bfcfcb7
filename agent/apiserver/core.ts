/** What every part of the pipeline works with. */
import type { Kind } from '../api/kind.ts';
import type { KindRegistry } from '../api/registry.ts';
import type { Definitions } from '../api/schema/schema.ts';
import type { AnyObject } from '../api/types.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { ServiceAccountTokens } from './authentication/service-account-tokens.ts';
import type { Authorizer } from './authorization/authorizer.ts';
import type { FieldChecker } from './fields.ts';
import type { State } from './state/state.ts';
import type { Storage } from './storage.ts';
import type { UserInfo } from './user.ts';

export type { Served } from '../api/registry.ts';

export interface ClusterSettings {
  clusterDomain: string;
  serviceCIDR: string;
  /** Of the `kubernetes` service; the first of the service range. */
  serviceIP: string;
  dnsIP: string;
  /** Inclusive. */
  nodePorts: { first: number; last: number };
}

export interface Core {
  kinds: KindRegistry;
  state: State;
  storage: Storage;
  clock: Clock;
  log: Logger;
  settings: ClusterSettings;
  tokens: ServiceAccountTokens;
  authorizer: Authorizer;
  fields: FieldChecker;
  definitions: Definitions;
}

/** A write on its way in. */
export interface Write {
  kind: Kind;
  /** In the stored representation; admission may modify it. */
  object: AnyObject;
  /** What is stored now; undefined on creation. */
  old: AnyObject | undefined;
  /** '' for the object itself. */
  subresource: string;
  user: UserInfo;
  dryRun: boolean;
  warnings: string[];
}
