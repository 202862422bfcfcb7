/** What one attempt of a probe found. */
export interface ProbeResult {
  success: boolean;
  /** As the Unhealthy event says it after `Liveness probe failed: `. */
  output: string;
}

export const failed = (output: string): ProbeResult => ({ success: false, output });
export const passed: ProbeResult = { success: true, output: '' };
