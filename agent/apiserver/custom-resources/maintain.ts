/**
 * Writes the status of custom resource definitions, and removes the objects of a deleted one before it goes.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/controller/status/naming_controller.go
 * and
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/controller/finalizer/crd_finalizer.go
 */
import { cleanupFinalizer, customResourceDefinitions } from '../../api/apiextensions/custom-resource-definition.ts';
import { acceptedStatus } from '../../api/apiextensions/names.ts';
import { isConditionTrue, withCondition } from '../../api/conditions.ts';
import type { Kind } from '../../api/kind.ts';
import { resourceOf } from '../../api/kind.ts';
import type { KindRegistrar } from '../../api/registry.ts';
import type { AnyObject, apiextensions, CustomResourceDefinition } from '../../api/types.ts';
import type { Transport } from '../../client/transport.ts';
import { type Clock, timestamp } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { NameQueue } from '../name-queue.ts';
import type { State } from '../state/state.ts';
import { definitionsIn, followDefinitions } from './definitions.ts';

export interface CustomResourcesOptions {
  state: State;
  kinds: KindRegistrar;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

class Maintenance {
  readonly #options: CustomResourcesOptions;
  readonly #transport: Transport;
  readonly #queue: NameQueue;

  constructor(options: CustomResourcesOptions, transport: Transport) {
    this.#options = options;
    this.#transport = transport;
    const { log, signal } = options;
    const failed = (name: string, error: unknown) =>
      log.error('Could not settle a custom resource definition', { name, error });
    this.#queue = new NameQueue((name) => this.#settle(name), failed, signal);
  }

  /** Returns at once. */
  enqueue(name: string): void {
    this.#queue.add([name]);
  }

  async #settle(name: string): Promise<void> {
    const { state, clock } = this.#options;
    const all = definitionsIn(state);
    const definition = all.find(({ metadata }) => metadata.name === name);
    if (!definition) return;
    const others = all.filter((each) => each !== definition && each.spec.group === definition.spec.group);
    const status = acceptedStatus(definition, others, timestamp(clock.now()));
    if (status) await this.#writeStatus(definition, status);
    else if (definition.metadata.deletionTimestamp) await this.#cleanUp(definition);
  }

  /** False where somebody else wrote first, or it is gone: its event brings it here again. */
  async #writeStatus(
    definition: CustomResourceDefinition,
    status: apiextensions.CustomResourceDefinitionStatus,
    metadata: CustomResourceDefinition['metadata'] = definition.metadata,
  ): Promise<boolean> {
    const body = { ...definition, metadata, status };
    const request = { method: 'PUT' as const, path: `${path}/${metadata.name}/status`, body };
    const answer = await this.#transport.request(request);
    if (answer.status === 404 || answer.status === 409) return false;
    if (answer.status !== 200) throw new Error(`status of ${metadata.name}: ${JSON.stringify(answer.body)}`);
    return true;
  }

  #terminating(definition: CustomResourceDefinition, value: string, reason: string, message: string) {
    const { status = {} } = definition;
    const lastTransitionTime = timestamp(this.#options.clock.now());
    const condition = { type: 'Terminating', status: value, reason, message, lastTransitionTime };
    return { ...status, conditions: withCondition(status.conditions, condition) };
  }

  async #cleanUp(definition: CustomResourceDefinition): Promise<void> {
    const { metadata, status } = definition;
    const finalizers = metadata.finalizers ?? [];
    if (!finalizers.includes(cleanupFinalizer)) return;
    const { state, kinds } = this.#options;
    const established = isConditionTrue(status?.conditions, 'Established');
    const kind = kinds.list().find((each) => resourceOf(each) === metadata.name);
    if (established && kind) {
      await state.ready(kind);
      if (await this.#deleteObjects(kind)) return;
    }
    const outcome = established
      ? this.#terminating(definition, 'False', 'InstanceDeletionCompleted', 'removed all instances')
      : this.#terminating(definition, 'False', 'NeverEstablished', 'resource was never established');
    const left = finalizers.filter((each) => each !== cleanupFinalizer);
    await this.#writeStatus(definition, outcome, { ...metadata, finalizers: left });
  }

  /** True where some are left: the definition comes here again when one of them goes. */
  async #deleteObjects(kind: Kind): Promise<boolean> {
    const { state } = this.#options;
    const objects = state.of(kind).objects.list('');
    const [{ group, version }] = kind.representations;
    for (const namespace of new Set(objects.map((record) => record.namespace))) {
      const within = namespace ? `/namespaces/${namespace}` : '';
      const collection = `/apis/${group}/${version}${within}/${kind.plural}`;
      const { status, body } = await this.#transport.request({ method: 'DELETE', path: collection });
      if (status >= 300 && status !== 404) throw new Error(`objects in ${collection}: ${JSON.stringify(body)}`);
    }
    const left = state.of(kind);
    if (left.objects.size === 0) return false;
    const name = resourceOf(kind);
    const follow = ({ type }: { type: string }): void => {
      if (type !== 'DELETED' || left.objects.size > 0) return;
      left.followers.delete(follow);
      this.enqueue(name);
    };
    left.followers.add(follow);
    return true;
  }
}

/** Serves the definitions that there are and those that come; returns what stops it. */
export function serveCustomResources(options: CustomResourcesOptions, transport: Transport): () => void {
  const { state, kinds, log } = options;
  const maintenance = new Maintenance(options, transport);
  const ofGroup = (name: string): readonly CustomResourceDefinition[] => {
    const group = name.slice(name.indexOf('.') + 1);
    return definitionsIn(state).filter(({ spec }) => spec.group === group);
  };
  const followed = followDefinitions(state, kinds, log, (name) => {
    maintenance.enqueue(name);
    // A name that one lets go of, another of its group may get.
    for (const { metadata, status } of ofGroup(name)) {
      if (!isConditionTrue(status?.conditions, 'NamesAccepted')) maintenance.enqueue(metadata.name);
    }
  });
  for (const { object } of state.of(customResourceDefinitions).objects.list('')) {
    maintenance.enqueue((object as AnyObject).metadata.name);
  }
  return followed.stop;
}
