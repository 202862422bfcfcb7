/** Deletes a profile with everything in it. */
import type { BootStep } from './boot.ts';
import { contextOf } from './names.ts';
import type { Platform } from './platform.ts';
import type { StopState } from './stop-state.ts';

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

/** The profile's files go last: a second attempt needs them. */
export const deleteSteps = ({ removeSteps }: Platform): BootStep<StopState>[] => [
  ...removeSteps,
  removeEntry,
  removeFiles,
];
