/** The platform whose nodes are simulated by one process of this machine: no engine, no image, no network. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../engine/errors.ts';
import { quoted } from '../../quoted.ts';
import { addedReadyStep, planStep } from '../nodes/add-steps.ts';
import type { NodeRoom } from '../nodes/plan.ts';
import { NodesProcess } from '../nodes-process.ts';
import type { Place, Platform } from '../platform.ts';
import { newProfile, profileStep } from '../start/profile-step.ts';
import type { StartState } from '../start/state.ts';
import { lookEvery, notReady } from '../start/wait-steps.ts';
import { refuseStep, removeNodeStep, startAddedStep } from './node-steps.ts';
import { readSimulatedStatus } from './status.ts';
import { processStep, simulatedAddresses, simulatedSubnet, stopProcess } from './steps.ts';

const simulated = (message: string, hint?: string) => new EngineError('Simulated', message, hint ? { hint } : {});

const simulatedRoom: NodeRoom = { byToken: false, most: 1000, ...simulatedAddresses };

const processOf = ({ home, profile }: Place): NodesProcess => new NodesProcess(home.profile(profile.name));

/** Rejects when the process of the simulated nodes has ended. */
async function waitForProcessEnd(state: StartState, signal: AbortSignal): Promise<never> {
  for (;;) {
    await sleep(lookEvery, undefined, { signal });
    if ((await state.simulated.state()) === 'running') continue;
    throw notReady(state, 'the simulated nodes have ended instead of becoming ready', {});
  }
}

export const simulatedPlatform: Platform = {
  needsEngine: false,
  answersOnLocalhost: false,
  makeSteps: [profileStep, processStep],
  stopSteps: [stopProcess],
  removeSteps: [stopProcess],
  nodes: {
    findSteps: [],
    addSteps: (options) => [planStep(options, simulatedRoom), startAddedStep, addedReadyStep],
    removeSteps: [removeNodeStep],
    stopSteps: [refuseStep],
    startSteps: [refuseStep],
    restartSteps: [refuseStep],
  },
  async plan(state) {
    if ((state.options.controlPlanes ?? 1) > 1) {
      throw simulated('simulated nodes share one process, and so one control plane', 'Leave out `--control-planes`.');
    }
    const nodes = await newProfile(state, { runtime: 'simulated', mark: '-simulated', ...simulatedAddresses });
    return { ...nodes, engine: '', network: { name: '', subnet: simulatedSubnet } };
  },
  certified: (nodes) => nodes.filter(({ role }) => role === 'control-plane'),
  holdsPort: async (state) => (await state.simulated.state()) === 'running',
  async restart(state, _, signal) {
    await state.simulated.stop();
    await processStep.run(state, signal);
  },
  waitForFailure: waitForProcessEnd,
  status: (place, pki, signal) => readSimulatedStatus(processOf(place), place.profile, pki, signal),
  // No engine measures this process.
  usage: async () => ({ cpu: 0, memory: 0 }),
  async shell(_, node) {
    throw simulated(`${node} is simulated: there is nothing in it to open a shell in`);
  },
  /** The nodes share one log. */
  async log(place, _, { follow, tail = Number.POSITIVE_INFINITY }, write) {
    const nodes = processOf(place);
    if (follow)
      throw simulated('the log of simulated nodes is a file', `Follow it with \`tail -f ${quoted(nodes.log)}\`.`);
    const lines = await nodes.lastLines(tail);
    write(lines.map((line) => `${line}\n`).join(''));
  },
  async images() {
    throw simulated('simulated nodes run no images');
  },
};
