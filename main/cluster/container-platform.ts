/** Nodes that are containers on an engine. */
import type { Engine } from '../engine/engine.ts';
import { limitationsOf } from '../engine/limits.ts';
import type { BootStep } from './boot.ts';
import { ClusterImages } from './cluster-images.ts';
import { containerStatus } from './container-status.ts';
import { ensureNodeImage } from './image/node-image.ts';
import { pruneNodeImages } from './image/prune.ts';
import { labels, ofProfile } from './names.ts';
import { openNodeShell } from './node-shell.ts';
import { addedReadyStep, forgetTokenStep, planStep, tokenStep } from './nodes/add-steps.ts';
import {
  clusterRunsStep,
  containerRoom,
  nodeReadyStep,
  refuseOnlyControlPlaneStep,
  removeContainersStep,
  startAddedStep,
  startNodeStep,
  stopNodeStep,
} from './nodes/container-steps.ts';
import type { Platform } from './platform.ts';
import { removeEverything } from './removal.ts';
import { holdsPort, planContainers, restartContainers, waitForContainerFailure } from './start/container-nodes.ts';
import { networkStep, nodesStep } from './start/node-steps.ts';
import { profileStep } from './start/profile-step.ts';
import { required, type StartState } from './start/state.ts';
import type { StopState } from './stop-state.ts';
import { measureContainers } from './usage.ts';

const findEngineStep: BootStep<StartState> = {
  title: 'Find the container engine',
  async run(state, signal) {
    state.engine = await state.findEngine(signal);
    for (const { message, fix } of await limitationsOf(state.engine)) state.say(`${message}; to change that: ${fix}`);
  },
};

const imageStep: BootStep<StartState> = {
  title: 'Prepare the node image',
  async run(state, signal) {
    state.image = await ensureNodeImage(required(state, 'engine'), state.imageSources, signal, state.say);
  },
};

/** Seconds that an agent may take to stop. The store already has everything on disk. */
const agentGrace = 2;
/** Seconds that the containers of pods may take to stop. */
const podGrace = 2;

function engineOf(state: StopState): Engine {
  if (!state.engine) throw new Error('step out of order: no engine yet');
  return state.engine;
}

const findEngineToStop: BootStep<StopState> = {
  title: 'Find the container engine',
  async run(state, signal) {
    state.engine = await state.findEngine(signal);
  },
};

async function runningIn(engine: Engine, filter: string[], signal: AbortSignal): Promise<string[]> {
  const containers = await engine.containers(filter, signal);
  return containers.filter(({ State }) => State === 'running' || State === 'restarting').map(({ Id }) => Id);
}

const stopNodes: BootStep<StopState> = {
  title: 'Stop the nodes',
  async run(state, signal) {
    const engine = engineOf(state);
    const ids = await runningIn(engine, [ofProfile(state.name), `${labels.role}=node`], signal);
    await Promise.all(ids.map((id) => engine.stopToReturn(id, agentGrace, signal)));
  },
};

/** Runs after the nodes have stopped: their kubelets would restart the pods. */
const stopPods: BootStep<StopState> = {
  title: 'Stop the pods',
  async run(state, signal) {
    const engine = engineOf(state);
    const ids = await runningIn(engine, [ofProfile(state.name)], signal);
    await Promise.all(ids.map((id) => engine.stop(id, podGrace, signal)));
  },
};

const removeContainers: BootStep<StopState> = {
  title: 'Remove containers, networks and volumes',
  async run(state) {
    await removeEverything(engineOf(state), state.name);
    await pruneNodeImages(engineOf(state), '');
  },
};

export const containerPlatform: Platform = {
  needsEngine: true,
  answersOnLocalhost: true,
  makeSteps: [findEngineStep, imageStep, profileStep, networkStep, nodesStep],
  stopSteps: [findEngineToStop, stopNodes, stopPods],
  removeSteps: [findEngineToStop, removeContainers],
  nodes: {
    findSteps: [findEngineStep],
    addSteps: (options) => [
      imageStep,
      planStep(options, containerRoom),
      tokenStep,
      startAddedStep,
      addedReadyStep,
      forgetTokenStep,
    ],
    removeSteps: [removeContainersStep],
    stopSteps: [refuseOnlyControlPlaneStep, stopNodeStep],
    startSteps: [clusterRunsStep, imageStep, startNodeStep, nodeReadyStep],
    restartSteps: [clusterRunsStep, imageStep, stopNodeStep, startNodeStep, nodeReadyStep],
  },
  plan: planContainers,
  certified: (nodes) => nodes,
  holdsPort,
  restart: restartContainers,
  waitForFailure: waitForContainerFailure,
  status: containerStatus,
  usage: async ({ engines, profile }, signal) =>
    measureContainers(await engines.of(profile, signal), ofProfile(profile.name), signal),
  shell: async ({ engines, profile }, node, size, events, signal) =>
    openNodeShell(await engines.of(profile, signal), node, size, events, signal),
  log: async ({ engines, profile }, node, options, write, signal) =>
    (await engines.of(profile, signal)).log(node, options, write, signal),
  images: async ({ engines, profile }, signal) => new ClusterImages(await engines.of(profile, signal)),
};
