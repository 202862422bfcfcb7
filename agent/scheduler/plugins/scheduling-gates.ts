import { fits, neverFit, type Plugin, type PreEnqueue } from '../framework/plugin.ts';

/**
 * Keeps a pod with scheduling gates out of the queue until the last gate is removed.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/schedulinggates/scheduling_gates.go
 */
export const schedulingGates: Plugin & PreEnqueue = {
  name: 'SchedulingGates',
  eventsToRegister: () => [{ resource: 'UnscheduledPod', actions: ['gates-eliminated'] }],
  preEnqueue({ spec }) {
    const gates = (spec.schedulingGates ?? []).map(({ name }) => name);
    return gates.length === 0 ? fits : neverFit(`waiting for scheduling gates: [${gates.join(' ')}]`);
  },
};
