/** One rule of admission: a file per rule, declared as data. */
import type { KindRegistry } from '../../api/registry.ts';
import type { SchemaProvider } from '../../api/schema/provider.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import type { RoleSource } from '../authorization/roles.ts';
import type { ClusterSettings } from '../cluster-settings.ts';
import type { Converter } from '../conversion/converter.ts';
import type { FieldChecker } from '../fields.ts';
import type { State } from '../state/state.ts';
import type { Storage } from '../storage.ts';
import type { Turns } from '../turns.ts';
import type { WebhookClient } from '../webhooks/client.ts';
import type { Attributes, Operation } from './attributes.ts';

/** What a step may look at beside the write itself. */
export interface Cluster {
  kinds: KindRegistry;
  state: State;
  storage: Storage;
  settings: ClusterSettings;
  clock: Clock;
  authorizer: Authorizer;
  roles: RoleSource;
  /** Decodes what a step gets from outside. */
  fields: FieldChecker;
  schemas: SchemaProvider;
  turns: Turns;
  converter: Converter;
  webhooks: WebhookClient;
  log: Logger;
}

/** Lets go of what was reserved. */
export type Release = () => void;

/** What a step asks for that calls others, who may want to see what later ones have changed. */
export interface Again {
  /** It has changed the object, so that all steps run a second time. */
  needed: boolean;
  /** Takes the place of `mutate` then. */
  run(): Promise<void>;
}

type Waiting<Result> = Result | Promise<Result>;

/** Each member throws `ApiError` to refuse the write. */
export interface AdmissionStep {
  /** Upstream's name of the plugin, where it is one. */
  name: string;
  operations: readonly Operation[];
  /** `pods`, `pods/status`, `deployments.apps`; `pods/*`: with every subresource; `*`: everything. */
  resources: readonly string[];
  /** Asked of each write that matches; false: the step is left out. Cheap. */
  applies?(attributes: Attributes, cluster: Cluster): boolean;
  /** Refuses early, at its place among the mutating steps, and changes nothing. */
  check?(attributes: Attributes, cluster: Cluster): void | Promise<void>;
  /**
   * May change `attributes.object`. May wait for something outside; nobody else is held up, as long as it calls
   * `attributes.letOthersGo` first.
   */
  mutate?(attributes: Attributes, cluster: Cluster): Waiting<void> | Waiting<Again>;
  /**
   * Takes what only one may have, such as an address, and writes it into the object. Synchronous, so that nobody else
   * can take it in between; it is released once the write has been stored or has failed.
   */
  reserve?(attributes: Attributes, cluster: Cluster): Release | undefined;
  /** Sees the object as it will be stored. May wait, as `mutate`. */
  validate?(attributes: Attributes, cluster: Cluster): void | Promise<void>;
}
