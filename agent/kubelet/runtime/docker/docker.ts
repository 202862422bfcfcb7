/**
 * Runs pods as containers of the user's own engine, siblings of the node's container. A pod is a sandbox (a process
 * that sleeps and holds the network and IPC namespaces) and containers that join it. Labels tell what belongs to which
 * pod. Supports Docker and Podman, engine API 1.41 and newer.
 */
import { availableParallelism } from 'node:os';
import type Docker from 'dockerode';
import { statusOf } from '../../../api/engine.ts';
import { type Clock, pause } from '../../../clock.ts';
import type { Logger } from '../../../log.ts';
import { createSlots } from '../../limits/slots.ts';
import type { ContainerConfig, Mount, Runtime, RuntimeContainer, RuntimeSandbox } from '../runtime.ts';
import { type Abilities, readAbilities, readHandlers } from './abilities.ts';
import { execIn, execSync } from './commands.ts';
import {
  containerOptions,
  type EngineSettings,
  memoryVolume,
  resourceOptions,
  sandboxOptions,
} from './create-options.ts';
import { ask, connectEngine, lacksInit, pingEngine, removeContainer } from './engine.ts';
import { engineEvents } from './events.ts';
import { createIdentities, type Identities } from './identities.ts';
import { exportImage, imageChanges, imagesInUse, inspectImage, listImages, pullImage, removeImage } from './images.ts';
import { createInspector } from './inspector.ts';
import { engineName, label } from './labels.ts';
import { attachTo, readLogs, readWritten } from './processes.ts';
import { readStats } from './stats.ts';
import { updateContainer } from './update.ts';

export interface DockerRuntimeOptions extends Omit<EngineSettings, keyof Abilities> {
  /** The engine's address: `unix:///var/run/docker.sock`, a path, or `tcp://host:port`. */
  socket: string;
  clock: Clock;
  log: Logger;
}

/**
 * Creates a container. An agent that was killed half-way may have left one of the same name that never ran; it is
 * replaced.
 */
async function createFresh(
  docker: Docker,
  options: Docker.ContainerCreateOptions,
  signal: AbortSignal,
): Promise<string> {
  // Do not pass the signal: the engine would create the container nevertheless, and the agent would not know of it.
  const create = () => docker.createContainer(options);
  signal.throwIfAborted();
  try {
    return (await create()).id;
  } catch (error) {
    if (statusOf(error) !== 409 || !options.name) throw error;
    await removeContainer(docker, options.name, signal);
    return (await create()).id;
  }
}

/** Podman's init is a separate package. Without it orphaned processes are not reaped, which few pods have. */
async function createSandboxContainer(
  docker: Docker,
  options: Docker.ContainerCreateOptions,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await createFresh(docker, options, signal);
  } catch (error) {
    if (!lacksInit(error)) throw error;
    return createFresh(docker, { ...options, HostConfig: { ...options.HostConfig, Init: false } }, signal);
  }
}

/** Creates the volumes first, because Podman ignores the volume options of a container. */
async function makeVolumes(
  docker: Docker,
  settings: EngineSettings,
  podUid: string,
  mounts: readonly Mount[],
  signal: AbortSignal,
): Promise<void> {
  for (const mount of mounts) {
    const volume = memoryVolume(settings, podUid, mount);
    if (!volume) continue;
    const { name: Name, driver: Driver, options: DriverOpts, labels: Labels } = volume;
    await ask(docker.createVolume({ Name, Driver, DriverOpts, Labels, abortSignal: signal }));
  }
}

/** Removes the tmpfs volumes of a pod, which live as long as its sandbox. */
async function removeVolumes(docker: Docker, podUid: string, signal: AbortSignal): Promise<void> {
  if (!podUid) return;
  const filters = { label: [`${label.podUid}=${podUid}`] };
  const found = await ask(docker.listVolumes({ filters: JSON.stringify(filters), abortSignal: signal } as object));
  for (const { Name } of found?.Volumes ?? []) {
    await ask(docker.getVolume(Name).remove({ abortSignal: signal }), 404, 409);
  }
}

/** The state that the verbs of the runtime share. */
interface Engine {
  options: DockerRuntimeOptions;
  docker: Docker;
  identities: Identities;
  inspector: ReturnType<typeof createInspector>;
  settings(signal: AbortSignal): Promise<EngineSettings>;
  /**
   * Resolves once the container runs. Containers start before further sandboxes, so that each pod completes before the
   * next.
   */
  start(id: string, urgency: 'urgent' | 'usual', signal: AbortSignal): Promise<void>;
  /** What this agent started, until the engine's event says so, too. */
  ownStarts: Set<string>;
}

function openEngine(options: DockerRuntimeOptions): Engine {
  const docker = connectEngine(options.socket);
  const slots = createSlots(Math.max(2, availableParallelism()));
  const identities = createIdentities(docker);
  const ownStarts = new Set<string>();
  let abilities: Abilities | undefined;
  return {
    options,
    docker,
    identities,
    inspector: createInspector(docker, options, identities),
    // The kind of engine does not change while the agent runs.
    settings: async (signal) => {
      abilities ??= await readAbilities(docker, signal);
      return { ...options, ...abilities };
    },
    ownStarts,
    async start(id, urgency, signal) {
      ownStarts.add(id);
      try {
        await slots.use(() => ask(docker.getContainer(id).start({ abortSignal: signal }), 304), urgency);
      } catch (error) {
        ownStarts.delete(id);
        throw error;
      }
    },
  };
}

type SandboxVerbs = Pick<Runtime, 'createSandbox' | 'startSandbox' | 'stopSandbox' | 'removeSandbox' | 'listSandboxes'>;

const sandboxVerbs = ({ options, docker, inspector, settings, start }: Engine): SandboxVerbs => ({
  async createSandbox(config, signal) {
    const known = await settings(signal);
    if (known.podman) await makeVolumes(docker, known, config.uid, config.mounts, signal);
    const created = sandboxOptions(known, config);
    const id = await ask(createSandboxContainer(docker, created, signal));
    return {
      id,
      pod: { name: config.name, namespace: config.namespace, uid: config.uid },
      attempt: config.attempt,
      state: 'notready',
      hostNetwork: config.hostNetwork,
      createdAt: options.clock.now(),
      pid: 0,
      labels: created.Labels ?? {},
    };
  },
  async startSandbox(id, signal) {
    await start(id, 'usual', signal);
    const object = await inspector.one(id, signal);
    if (object?.type !== 'sandbox') throw new Error(`sandbox ${id} disappeared while it started`);
    return object.sandbox;
  },
  stopSandbox: async (id, signal) => void (await ask(docker.getContainer(id).kill({ abortSignal: signal }), 404, 409)),
  async removeSandbox(id, signal) {
    const object = await inspector.one(id, signal);
    await removeContainer(docker, id, signal);
    if (object?.type === 'sandbox') await removeVolumes(docker, object.sandbox.pod.uid, signal);
  },
  async listSandboxes(signal) {
    const objects = await inspector.all('podsandbox', signal);
    return objects.flatMap((object): RuntimeSandbox[] => (object.type === 'sandbox' ? [object.sandbox] : []));
  },
});

type ContainerVerbs = Pick<
  Runtime,
  'createContainer' | 'startContainer' | 'updateContainer' | 'stopContainer' | 'removeContainer' | 'listContainers'
>;

const containerVerbs = ({ options, docker, identities, inspector, settings, start }: Engine): ContainerVerbs => ({
  async createContainer(sandbox, config, signal) {
    const known = await settings(signal);
    if (known.podman) await makeVolumes(docker, known, config.pod.uid, config.mounts, signal);
    const create = async (each: ContainerConfig): Promise<string> =>
      (await ask(createFresh(docker, containerOptions(known, sandbox, each), signal))) ??
      engineName(config.name, config.pod, config.attempt);
    const id = await create(config);
    const changed = await identities.changed(id, config, signal);
    if (!changed) return id;
    await removeContainer(docker, id, signal);
    return create(changed);
  },
  async startContainer(id, signal) {
    try {
      await start(id, 'urgent', signal);
    } catch (error) {
      inspector.recordStartFailure(id, error);
      throw error;
    }
  },
  async updateContainer(id, resources, signal) {
    const known = await settings(signal);
    await updateContainer(docker, known, id, resourceOptions(known, resources), signal);
    inspector.recordResources(id, resources);
  },
  async stopContainer(id, graceSeconds, signal) {
    const container = docker.getContainer(id);
    const stop = () => ask(container.stop({ t: Math.ceil(graceSeconds), abortSignal: signal }), 304, 404);
    if (Number.isInteger(graceSeconds)) {
      await stop();
      return;
    }
    // The engine counts whole seconds, so the fraction is counted here.
    const over = new AbortController();
    const kill = async (): Promise<void> => {
      await pause(options.clock, graceSeconds * 1000, over.signal);
      if (!over.signal.aborted) await ask(container.kill({ signal: 'SIGKILL', abortSignal: signal }), 404, 409);
    };
    await Promise.all([stop().finally(() => over.abort()), kill()]);
  },
  async removeContainer(id, signal) {
    await removeContainer(docker, id, signal);
    inspector.forget(id);
  },
  async listContainers(signal) {
    const objects = await inspector.all('container', signal);
    return objects.flatMap((object): RuntimeContainer[] => (object.type === 'container' ? [object.container] : []));
  },
});

export function createDockerRuntime(options: DockerRuntimeOptions): Runtime {
  const engine = openEngine(options);
  const { docker, inspector } = engine;
  return {
    ...sandboxVerbs(engine),
    ...containerVerbs(engine),
    async version(signal) {
      const { podman, version } = await pingEngine(docker, signal);
      return `${podman ? 'podman' : 'docker'}://${version}`;
    },
    handlers: async (signal) => readHandlers(docker, await engine.settings(signal), signal),
    inspect: inspector.one,
    events: (signal) => engineEvents(docker, options, engine.ownStarts, signal),
    inspectImage: (image) => inspectImage(docker, image),
    pullImage: (image, _pod, login, signal) => pullImage(docker, image, login, signal),
    listImages: (signal) => listImages(docker, signal),
    imagesInUse: (signal) => imagesInUse(docker, signal),
    removeImage: (name, signal) => removeImage(docker, name, signal),
    exportImage: (image, signal) => exportImage(docker, image, signal),
    imageChanges: (signal) => imageChanges(docker, signal),
    logs: (id, logOptions, signal) => readLogs(docker, id, logOptions, signal),
    exec: (id, execOptions, signal) => execIn({ ...options, docker }, id, execOptions, signal),
    execSync: (id, command, signal) => execSync({ ...options, docker }, id, command, signal),
    attach: (id, attachOptions, signal) => attachTo(docker, options.clock, id, attachOptions, signal),
    writtenBytes: (id, signal) => readWritten(docker, id, signal),
    stats: (signal) => readStats(docker, options, signal),
  };
}
