/** The steps that bring a profile up: a new one from nothing, a stopped one as it was. */
import type { StartOptions } from '../../contract/clusters.ts';
import type { BootStep } from '../boot.ts';
import { contextOf } from '../names.ts';
import type { Platform } from '../platform.ts';
import { entryOf } from '../profile.ts';
import { required, type StartState } from './state.ts';
import { apiStep, nodesReadyStep, systemPodsStep } from './wait-steps.ts';

const kubeconfigStep: BootStep<StartState> = {
  title: 'Write the kubeconfig',
  async run(state) {
    state.kubeconfigWritten = true;
    await state.kubeconfig.merge(entryOf(required(state, 'profile'), required(state, 'pki')));
  },
  async undo(state) {
    if (!state.fresh || !state.kubeconfigWritten) return;
    await state.kubeconfig.remove(contextOf(state.name), state.name);
    await state.kubeconfig.forgetBackups();
  },
};

export const startSteps = (options: StartOptions, { makeSteps }: Platform): BootStep<StartState>[] => [
  ...makeSteps,
  apiStep,
  kubeconfigStep,
  nodesReadyStep,
  ...(options.wait ? [systemPodsStep] : []),
];
