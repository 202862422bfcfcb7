/**
 * Registers API services for what the server serves by itself: for its own groups and versions once at its start, for
 * those of custom resources as long as they are defined.
 * https://github.com/kubernetes/kube-aggregator/blob/release-1.36/pkg/controllers/autoregister/autoregister_controller.go
 * and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controlplane/controller/crdregistration/crdregistration_controller.go
 */
import { customResourceDefinitions } from '../../api/apiextensions/custom-resource-definition.ts';
import { available, localCondition } from '../../api/apiregistration/api-service.ts';
import { apiServiceName } from '../../api/apiregistration/names.ts';
import {
  builtInPriority,
  customPriority,
  type Priority,
  yieldsToOthers,
} from '../../api/apiregistration/priorities.ts';
import { findCondition, withCondition } from '../../api/conditions.ts';
import { isEqual } from '../../api/json/value.ts';
import { type Kind, servedRepresentations } from '../../api/kind.ts';
import type { AnyObject, APIService, apiregistration, CustomResourceDefinition } from '../../api/types.ts';
import type { GroupVersion } from '../../api/version-order.ts';
import type { Transport } from '../../client/transport.ts';
import { type Clock, timestamp } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { definitionsIn } from '../custom-resources/definitions.ts';
import { NameQueue } from '../name-queue.ts';
import type { Follower } from '../state/resource-state.ts';
import type { State } from '../state/state.ts';
import { unstoredResources } from '../unstored.ts';
import { Refused } from '../until-done.ts';
import type { Registrations } from './registrations.ts';

const managedLabel = 'kube-aggregator.kubernetes.io/automanaged';
type Managed = 'onstart' | 'true';

const path = '/apis/apiregistration.k8s.io/v1/apiservices';

export interface AutoRegisterOptions {
  state: State;
  registrations: Registrations;
  /** What the server has by itself. */
  builtIn: readonly Kind[];
  transport: Transport;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

interface Wanted {
  managed: Managed;
  /** It comes back whenever nobody else's is there. */
  yields?: boolean;
  spec: apiregistration.APIServiceSpec;
}

const specOf = ({ group, version }: GroupVersion, priority: Priority): apiregistration.APIServiceSpec => ({
  ...(group ? { group } : {}),
  version,
  groupPriorityMinimum: priority.group,
  versionPriority: priority.version,
});

/** By name: what is there once at the start. */
function wantedAtStart(kinds: readonly Kind[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const at of [...kinds.flatMap(servedRepresentations), ...unstoredResources]) {
    const priority = builtInPriority(at);
    if (!priority) continue;
    const yields = yieldsToOthers(at);
    wanted.set(apiServiceName(at), { managed: 'onstart', spec: specOf(at, priority), ...(yields ? { yields } : {}) });
  }
  return wanted;
}

const managedBy = ({ metadata }: APIService): string | undefined => metadata.labels?.[managedLabel];

class AutoRegistration {
  readonly #options: AutoRegisterOptions;
  readonly #atStart: ReadonlyMap<string, Wanted>;
  readonly #presentAtStart = new Set<string>();
  readonly #settled = new Set<string>();

  constructor(options: AutoRegisterOptions) {
    this.#options = options;
    this.#atStart = wantedAtStart(options.builtIn);
    for (const { metadata } of options.registrations.all()) this.#presentAtStart.add(metadata.name);
  }

  /**
   * Resolves once everything is registered that should be, and nothing else of what is managed here. Rejects once all
   * have been tried, with `Refused` where nothing else has failed.
   */
  async start(): Promise<void> {
    const custom = this.#definitions().flatMap(namesIn);
    const names = new Set([...this.#presentAtStart, ...this.#atStart.keys(), ...custom]);
    const outcomes = await Promise.allSettled([...names].map(this.settle));
    const failures: unknown[] = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    if (failures.length > 0) throw failures.find((each) => !(each instanceof Refused)) ?? failures[0];
  }

  #definitions(): CustomResourceDefinition[] {
    const { state } = this.#options;
    return [...state.all()].some(({ kind }) => kind === customResourceDefinitions) ? definitionsIn(state) : [];
  }

  #wanted(name: string): Wanted | undefined {
    const atStart = this.#atStart.get(name);
    if (atStart) return atStart;
    for (const { spec } of this.#definitions()) {
      for (const { name: version, served } of spec.versions) {
        const at = { group: spec.group, version };
        if (served && apiServiceName(at) === name) return { managed: 'true', spec: specOf(at, customPriority) };
      }
    }
    return undefined;
  }

  /** Brings one registration to what it should be. */
  readonly settle = async (name: string): Promise<void> => {
    const present = this.#options.registrations.get(name);
    const wasSettled = this.#settled.has(name);
    await this.#reconcile(name, present, wasSettled);
    this.#settled.add(name);
    if (present) await this.#markLocal(present);
  };

  async #reconcile(name: string, present: APIService | undefined, wasSettled: boolean): Promise<void> {
    const wanted = this.#wanted(name);
    if (wanted?.yields && present?.spec.service) return;
    if (wanted?.managed === 'onstart' && wasSettled && !wanted.yields) return;
    if (!present) return wanted && this.#create(name, wanted);
    const managed = managedBy(present);
    if (managed !== 'onstart' && managed !== 'true') return;
    if (managed === 'onstart' && (wasSettled || !this.#presentAtStart.has(name))) return;
    const { uid } = present.metadata;
    if (!wanted) return this.#send('DELETE', `${path}/${name}`, { preconditions: { uid } });
    if (!isEqual(present.spec, wanted.spec)) {
      await this.#send('PUT', `${path}/${name}`, { ...present, spec: wanted.spec });
    }
  }

  #create(name: string, { managed, spec }: Wanted): Promise<void> {
    return this.#send('POST', path, { metadata: { name, labels: { [managedLabel]: managed } }, spec });
  }

  /** What the server serves by itself is always there. */
  async #markLocal(service: APIService): Promise<void> {
    const { spec, status, metadata } = service;
    const condition = findCondition(status?.conditions, available);
    if (spec.service || condition?.reason === localCondition.reason) return;
    const lastTransitionTime = timestamp(this.#options.clock.now());
    const conditions = withCondition(status?.conditions, { ...localCondition, lastTransitionTime });
    await this.#send('PUT', `${path}/${metadata.name}/status`, { ...service, status: { ...status, conditions } });
  }

  /** Who was faster, or found it gone, is no failure: the event of that brings the name here again. */
  async #send(method: 'POST' | 'PUT' | 'DELETE', at: string, body: object): Promise<void> {
    const answer = await this.#options.transport.request({ method, path: at, body });
    if (answer.status < 300 || answer.status === 404 || answer.status === 409) return;
    throw new Refused(`${method} ${at}: ${JSON.stringify(answer.body)}`);
  }
}

const namesIn = ({ spec }: CustomResourceDefinition): string[] =>
  spec.versions.map(({ name: version }) => apiServiceName({ group: spec.group, version }));

export interface AutoRegister {
  /** Resolves once everything is registered. Rejects with `Refused` where something may not be: call it again then. */
  start(): Promise<void>;
  stop(): void;
}

/** Follows what changes from now on. */
export function autoRegister(options: AutoRegisterOptions): AutoRegister {
  const { state, registrations, log, signal } = options;
  const registration = new AutoRegistration(options);
  const failed = (name: string, error: unknown) => log.error('Could not register an API service', { name, error });
  const queue = new NameQueue(registration.settle, failed, signal);
  const stop = registrations.onChange((name) => queue.add([name]));
  const definitions = [...state.all()].find(({ kind }) => kind === customResourceDefinitions);
  const follow: Follower = ({ record, previous }) => {
    const changed = [record, ...(previous ? [previous] : [])];
    queue.add(changed.flatMap(({ object }) => namesIn(object as AnyObject & CustomResourceDefinition)));
  };
  definitions?.followers.add(follow);
  return {
    start: () => registration.start(),
    stop: () => {
      stop();
      definitions?.followers.delete(follow);
    },
  };
}
