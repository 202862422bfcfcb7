/** Adds, removes, stops, starts and restarts nodes of a running cluster. */
import type { NodeOperations } from '../../calls/services.ts';
import type { AddNodesOptions, ClusterStatus, Operation } from '../../contract/clusters.ts';
import type { BootStep } from '../boot.ts';
import type { NodePlatform } from '../platform.ts';
import type { StartState } from '../start/state.ts';
import { drainSteps, forgetPodsStep } from './drain-steps.ts';
import { connectStep, findNodeStep, readProfileStep } from './find-steps.ts';
import { deleteNodeStep, forgetNodeStep } from './remove-steps.ts';
import type { NodesState } from './state.ts';

export interface NodeOperationsOptions {
  /** What the steps of a start get. */
  stateOf(profile: string): Promise<StartState>;
  platformOf(profile: string): Promise<NodePlatform>;
  run(
    profile: string,
    operation: Operation,
    steps: BootStep<NodesState>[],
    state: NodesState,
    signal: AbortSignal,
  ): Promise<void>;
  status(profile: string, signal: AbortSignal): Promise<ClusterStatus>;
}

export function createNodeOperations(options: NodeOperationsOptions): NodeOperations {
  const operate = async (
    profile: string,
    operation: Operation,
    stepsOn: (platform: NodePlatform) => BootStep<NodesState>[],
    signal: AbortSignal,
  ): Promise<ClusterStatus> => {
    const [start, platform] = await Promise.all([options.stateOf(profile), options.platformOf(profile)]);
    const state: NodesState = { ...start, nodes: [] };
    const steps = [readProfileStep, ...stepsOn(platform)];
    await options.run(profile, operation, steps, state, signal).finally(() => state.connection?.close());
    return options.status(profile, signal);
  };
  return {
    add: (profile, wanted: AddNodesOptions, signal) =>
      operate(
        profile,
        'node add',
        ({ findSteps, addSteps }) => [...findSteps, connectStep, ...addSteps(wanted)],
        signal,
      ),
    remove: (profile, node, drain, signal) =>
      operate(
        profile,
        'node remove',
        ({ findSteps, removeSteps }) => [
          findNodeStep(node),
          ...findSteps,
          connectStep,
          ...drainSteps(drain),
          ...removeSteps,
          deleteNodeStep,
          forgetPodsStep,
          forgetNodeStep,
        ],
        signal,
      ),
    stop: (profile, node, signal) =>
      operate(
        profile,
        'node stop',
        ({ findSteps, stopSteps }) => [findNodeStep(node), ...findSteps, ...stopSteps],
        signal,
      ),
    start: (profile, node, signal) =>
      operate(
        profile,
        'node start',
        ({ findSteps, startSteps }) => [findNodeStep(node), ...findSteps, ...startSteps],
        signal,
      ),
    restart: (profile, node, signal) =>
      operate(
        profile,
        'node restart',
        ({ findSteps, restartSteps }) => [findNodeStep(node), ...findSteps, ...restartSteps],
        signal,
      ),
  };
}
