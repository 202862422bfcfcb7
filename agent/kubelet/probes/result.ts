/** The result of one attempt of a probe. */
export interface ProbeResult {
  success: boolean;
  /** The text after `Liveness probe failed: ` in the Unhealthy event. */
  output: string;
}

export const failed = (output: string): ProbeResult => ({ success: false, output });
export const passed: ProbeResult = { success: true, output: '' };
