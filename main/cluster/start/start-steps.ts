/** Brings a profile up: a new one from nothing, a stopped one as it was. */
import type { StartOptions } from '../../contract/clusters.ts';
import { limitationsOf } from '../../engine/limits.ts';
import type { BootStep } from '../boot.ts';
import { ensureNodeImage } from '../image/node-image.ts';
import { contextOf } from '../names.ts';
import { entryOf } from '../profile.ts';
import { processStep } from '../simulated/steps.ts';
import { networkStep, nodesStep } from './node-steps.ts';
import { profileStep } from './profile-step.ts';
import { filled, type StartState } from './state.ts';
import { apiStep, nodesReadyStep, systemPodsStep } from './wait-steps.ts';

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
    state.image = await ensureNodeImage(filled(state, 'engine'), state.imageSources, signal, state.say);
  },
};

const kubeconfigStep: BootStep<StartState> = {
  title: 'Write the kubeconfig',
  async run(state) {
    state.kubeconfigWritten = true;
    await state.kubeconfig.merge(entryOf(filled(state, 'profile'), filled(state, 'pki')));
  },
  async undo(state) {
    if (!state.fresh || !state.kubeconfigWritten) return;
    await state.kubeconfig.remove(contextOf(state.name), state.name);
    await state.kubeconfig.forgetBackups();
  },
};

export const startSteps = (options: StartOptions, runtime: 'docker' | 'simulated'): BootStep<StartState>[] => [
  ...(runtime === 'simulated'
    ? [profileStep, processStep]
    : [findEngineStep, imageStep, profileStep, networkStep, nodesStep]),
  apiStep,
  kubeconfigStep,
  nodesReadyStep,
  ...(options.wait ? [systemPodsStep] : []),
];
