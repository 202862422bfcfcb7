/**
 * Runs pods as state only: it executes nothing, and stages decide what happens to a container. It serves the window
 * without an engine, tests, and clusters of thousands of nodes. Follows kwok: https://kwok.sigs.k8s.io/
 */
import { Readable } from 'node:stream';
import type { Clock } from '../../../clock.ts';
import type { Runtime } from '../runtime.ts';
import { createSimulatedContainers } from './containers.ts';
import { createEvents } from './events.ts';
import { createSimulatedPods } from './pods.ts';
import { createRandom } from './random.ts';
import { createSimulatedSandboxes } from './sandboxes.ts';
import { defaultStages } from './stages/default.ts';
import { failureStages } from './stages/failures.ts';
import { createPlayer } from './stages/player.ts';
import { type AnyStage, defineStages, type Outcomes } from './stages/stage.ts';
import { explainingProcess, oneLine } from './streams.ts';

export interface SimulatedOptions {
  clock: Clock;
  /** By default: the default stages, and the failures that pods ask for. */
  stages?: readonly AnyStage[];
  /** The same seed gives the same delays and draws. */
  seed?: string;
}

export interface SimulatedRuntime extends Runtime {
  /** The result of a probe of the container. */
  probe(containerId: string): Outcomes['Probe'];
}

/** Simulated pods mount nothing, so nobody reads it. */
const noContent: AsyncIterable<Uint8Array> = Readable.from([]);

/** The images of simulated nodes are whatever pods ask for; nothing changes them. */
const unchanging = (signal: AbortSignal): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => ({
    next: () =>
      new Promise((resolve) => {
        const end = () => resolve({ done: true, value: undefined });
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
      }),
  }),
});

const everyStage = defineStages([...defaultStages, ...failureStages]);

export function createSimulatedRuntime({ clock, stages = everyStage, seed = '' }: SimulatedOptions): SimulatedRuntime {
  const events = createEvents();
  const player = createPlayer({ stages, clock, random: createRandom(seed) });
  const pods = createSimulatedPods(player);
  const sandboxes = createSimulatedSandboxes(clock, events);
  const containers = createSimulatedContainers({ clock, player, events, metadataOf: pods.metadataOf });
  let serial = 0;
  const nextId = () => {
    serial += 1;
    return serial.toString(16).padStart(64, '0');
  };
  /** Rejects if the container does not exist. */
  const enter = async (id: string, exitCode: number) => {
    containers.get(id);
    return explainingProcess(exitCode);
  };

  return {
    version: async () => 'simulated://1.0.0',
    handlers: async () => ['runc'],
    async createSandbox(config) {
      const sandbox = sandboxes.create(nextId(), config);
      pods.add(sandbox.id, config);
      return sandbox;
    },
    startSandbox: async (id) => sandboxes.start(id),
    stopSandbox: async (id) => sandboxes.stop(id),
    async removeSandbox(id) {
      const sandbox = sandboxes.remove(id);
      if (sandbox) pods.remove(id, sandbox.pod.uid);
    },
    listSandboxes: async () => sandboxes.list(),
    async createContainer(_sandbox, config) {
      const id = nextId();
      containers.create(id, config);
      return id;
    },
    startContainer: containers.start,
    updateContainer: async (id, resources) => containers.update(id, resources),
    stopContainer: containers.stop,
    removeContainer: async (id) => containers.remove(id),
    listContainers: async () => containers.list(),
    async inspect(id) {
      const [sandbox, container] = [sandboxes.find(id), containers.find(id)];
      if (sandbox) return { type: 'sandbox', sandbox };
      return container ? { type: 'container', container } : undefined;
    },
    events: events.subscribe,
    inspectImage: async (image, pod) => pods.inspectImage(image, pod),
    pullImage: (image, pod) => pods.pullImage(image, pod),
    listImages: async () => [],
    imagesInUse: async () => new Set(containers.list().map(({ image }) => image)),
    removeImage: async () => 'not found',
    exportImage: () => noContent,
    imageChanges: unchanging,
    logs: (id, options, signal) => oneLine(containers.get(id), options, signal),
    exec: (id) => enter(id, 1),
    async execSync(id) {
      containers.get(id);
      return { exitCode: 0, output: '' };
    },
    attach: (id) => enter(id, 0),
    writtenBytes: async () => 0,
    stats: async () => containers.stats(),
    probe: containers.probe,
  };
}
