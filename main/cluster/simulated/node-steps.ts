/** Simulated nodes that come and go: their one process starts again with the nodes that there are now. */
import { EngineError } from '../../engine/errors.ts';
import type { BootStep } from '../boot.ts';
import { flagOf } from '../names.ts';
import { nodeOf } from '../nodes/find-steps.ts';
import type { NodesState } from '../nodes/state.ts';
import type { Profile } from '../profile.ts';
import { required } from '../start/state.ts';
import { apiStep } from '../start/wait-steps.ts';
import { processStep } from './steps.ts';

/** Resolves when the API server of the new process answers. */
async function startAgain(state: NodesState, profile: Profile, signal: AbortSignal): Promise<void> {
  await processStep.run({ ...state, profile }, signal);
  state.connection?.close();
  await apiStep.run(state, signal);
}

export const startAddedStep: BootStep<NodesState> = {
  title: 'Start the nodes',
  run: (state, signal) => startAgain(state, required(state, 'profile'), signal),
  async undo(state) {
    if (state.before) await startAgain(state, state.before.profile, new AbortController().signal);
  },
};

export const removeNodeStep: BootStep<NodesState> = {
  title: 'Go on without the node',
  run(state, signal) {
    const [profile, { name }] = [required(state, 'profile'), nodeOf(state)];
    return startAgain(state, { ...profile, nodes: profile.nodes.filter((node) => node.name !== name) }, signal);
  },
};

export const refuseStep: BootStep<NodesState> = {
  title: 'Find the process of the node',
  async run(state) {
    throw new EngineError('Simulated', 'simulated nodes share one process, so none stops or starts alone', {
      hint: `\`skiff stop${flagOf(state.name)}\` stops all; annotations make single pods fail.`,
    });
  },
};
