/** The result of one attempt of a probe. */
export interface ProbeResult {
  success: boolean;
  /** The text after `Liveness probe failed: ` in the Unhealthy event. */
  output: string;
  /** The text after `Liveness probe warning: ` in a ProbeWarning event. */
  warning?: string;
}

export const failed = (output: string): ProbeResult => ({ success: false, output });
export const passed: ProbeResult = { success: true, output: '' };
export const passedWithWarning = (warning: string): ProbeResult => ({ ...passed, warning });
