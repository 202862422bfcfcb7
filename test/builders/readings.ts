/** Of a kubelet that tells nothing of itself. */
import type { Readings } from '../../agent/kubelet/server/backend.ts';

const none = async (): Promise<string> => '';

export const noReadings: Readings = {
  containers: none,
  kubelet: none,
  probes: none,
  configuration: async () => ({}),
  running: () => [],
  logNames: async () => [],
  log: async () => undefined,
};
