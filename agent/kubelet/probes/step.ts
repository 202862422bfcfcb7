/** Probe thresholds: one result in, the next state out. Pure; timers are elsewhere. */

export interface ProbeThresholds {
  successThreshold: number;
  failureThreshold: number;
}

export interface ProbeState {
  /** What the probe says as of now. */
  healthy: boolean;
  /** Results in a row that say the same. */
  run: number;
  last?: boolean;
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/prober/worker.go (doProbe) */
export function step(state: ProbeState, success: boolean, thresholds: ProbeThresholds): ProbeState {
  const run = state.last === success ? state.run + 1 : 1;
  const threshold = success ? thresholds.successThreshold : thresholds.failureThreshold;
  return { healthy: run >= threshold ? success : state.healthy, run, last: success };
}
