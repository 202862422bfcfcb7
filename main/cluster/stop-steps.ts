/** Stops a profile, keeping everything; and deletes one, keeping nothing. */
import type { Engine } from '../engine/engine.ts';
import type { BootStep } from './boot.ts';
import { pruneNodeImages } from './image/prune.ts';
import { contextOf, labels, ofProfile } from './names.ts';
import { removeEverything } from './removal.ts';
import { stopProcess } from './simulated/steps.ts';
import type { StopState } from './stop-state.ts';

/** Seconds that an agent may take to end; the store has everything already. */
const agentGrace = 2;
/** Seconds that a pod's container may take. */
const podGrace = 2;

function engineOf(state: StopState): Engine {
  if (!state.engine) throw new Error('step out of order: no engine yet');
  return state.engine;
}

const findEngine: BootStep<StopState> = {
  title: 'Find the container engine',
  async run(state, signal) {
    state.engine = await state.findEngine(signal);
  },
};

async function stopAll(engine: Engine, filter: string[], grace: number, signal: AbortSignal): Promise<void> {
  const containers = await engine.containers(filter, signal);
  const running = containers.filter(({ State }) => State === 'running' || State === 'restarting');
  await Promise.all(running.map(({ Id }) => engine.stop(Id, grace, signal)));
}

const stopNodes: BootStep<StopState> = {
  title: 'Stop the nodes',
  run: (state, signal) => stopAll(engineOf(state), [ofProfile(state.name), `${labels.role}=node`], agentGrace, signal),
};

/** After the nodes, whose kubelets would start them again. */
const stopPods: BootStep<StopState> = {
  title: 'Stop the pods',
  run: (state, signal) => stopAll(engineOf(state), [ofProfile(state.name)], podGrace, signal),
};

const removeContainers: BootStep<StopState> = {
  title: 'Remove containers, networks and volumes',
  async run(state) {
    await removeEverything(engineOf(state), state.name);
    await pruneNodeImages(engineOf(state), '');
  },
};

const removeEntry: BootStep<StopState> = {
  title: 'Remove the kubeconfig entry',
  async run(state) {
    await state.kubeconfig.remove(contextOf(state.name), state.name);
    await state.kubeconfig.forgetBackups();
  },
};

const removeFiles: BootStep<StopState> = {
  title: 'Remove the profile',
  run: (state) => state.profiles.remove(state.name),
};

type Runtime = 'docker' | 'simulated';

export const stopSteps = (runtime: Runtime): BootStep<StopState>[] =>
  runtime === 'simulated' ? [stopProcess] : [findEngine, stopNodes, stopPods];

/** The files go last: they are what a second attempt starts from. */
export const deleteSteps = (runtime: Runtime): BootStep<StopState>[] => [
  ...(runtime === 'simulated' ? [stopProcess] : [findEngine, removeContainers]),
  removeEntry,
  removeFiles,
];
