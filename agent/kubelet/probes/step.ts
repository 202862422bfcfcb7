/** Probe thresholds: state and result in, next state out. Pure; timers are elsewhere. */

export interface ProbeThresholds {
  successThreshold: number;
  failureThreshold: number;
}

export interface ProbeState {
  /** The probe's current verdict. */
  healthy: boolean;
  /** Number of equal results in a row. */
  run: number;
  last?: boolean;
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/prober/worker.go (doProbe) */
export function step(state: ProbeState, success: boolean, thresholds: ProbeThresholds): ProbeState {
  const run = state.last === success ? state.run + 1 : 1;
  const threshold = success ? thresholds.successThreshold : thresholds.failureThreshold;
  return { healthy: run >= threshold ? success : state.healthy, run, last: success };
}
