/** Reads this node's objects from the engine, in the terms of the runtime seam. */
import type Docker from 'dockerode';
import type { ContainerInspectInfo } from 'dockerode';
import { eachLimited } from '../../limits/each-limited.ts';
import type { ContainerResources, RuntimeObject } from '../runtime.ts';
import { ask, RuntimeError } from './engine.ts';
import type { Identities } from './identities.ts';
import { label, type Owner } from './labels.ts';
import { toObject } from './objects.ts';

const inspectionsAtOnce = 32;

export interface Inspector {
  one(id: string, signal: AbortSignal): Promise<RuntimeObject | undefined>;
  all(type: 'podsandbox' | 'container', signal: AbortSignal): Promise<RuntimeObject[]>;
  /** Records a failed start: Docker keeps it in the container's state, Podman does not. */
  recordStartFailure(id: string, error: unknown): void;
  /** Records an update: Podman does not show it, and an engine without root may not be able to carry it out. */
  recordResources(id: string, resources: ContainerResources): void;
  forget(id: string): void;
}

export function createInspector(docker: Docker, owner: Owner, identities: Identities): Inspector {
  const failures = new Map<string, string>();
  const updates = new Map<string, ContainerResources>();

  const withRecords = (object: RuntimeObject): RuntimeObject => {
    if (object.type !== 'container') return object;
    const { id, state, resources } = object.container;
    const [error, update] = [failures.get(id), updates.get(id)];
    const container = update ? { ...object.container, resources: { ...resources, ...update } } : object.container;
    if (state !== 'created' || error === undefined) return { type: 'container', container };
    return { type: 'container', container: { ...container, state: 'exited', exitCode: 128, error } };
  };
  const one = async (id: string, signal: AbortSignal): Promise<RuntimeObject | undefined> => {
    const info = await ask(docker.getContainer(id).inspect({ abortSignal: signal }), 404);
    if (!info) return undefined;
    const object = toObject(info as ContainerInspectInfo);
    if (object.type === 'sandbox') return object;
    const user = await identities.of(info as ContainerInspectInfo);
    return withRecords(user ? { type: 'container', container: { ...object.container, user } } : object);
  };

  return {
    one,
    async all(type, signal) {
      const ours = [`${label.profile}=${owner.profile}`, `${label.node}=${owner.node}`, `${label.type}=${type}`];
      const found = await ask(docker.listContainers({ all: true, filters: { label: ours }, abortSignal: signal }));
      const objects = new Map<string, RuntimeObject | undefined>();
      await eachLimited(found ?? [], inspectionsAtOnce, async ({ Id }) => objects.set(Id, await one(Id, signal)));
      return (found ?? []).map(({ Id }) => objects.get(Id)).filter((object) => object !== undefined);
    },
    recordStartFailure(id, error) {
      if (error instanceof RuntimeError) failures.set(id, error.message);
    },
    recordResources: (id, resources) => void updates.set(id, resources),
    forget(id) {
      failures.delete(id);
      updates.delete(id);
    },
  };
}
