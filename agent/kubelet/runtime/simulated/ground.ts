/** What a kubelet needs besides the runtime where nothing runs: nothing of the user's own machine is touched or asked. */
import type { attempt } from '../../probes/probe.ts';
import { payloadOf } from '../../volumes/payloads.ts';
import type { Volumes } from '../../volumes/volumes.ts';

/** There is nobody to ask; a simulated container is as well as it can be. */
export const passing: typeof attempt = async () => ({ success: true, output: '' });

/** A pod waits for the objects that its volumes name, as on a real node; no file of them is written. */
export const simulateVolumes = (volumes: Volumes): Volumes => ({
  ...volumes,
  async prepare(pod, deps) {
    const fromObjects = (pod.spec.volumes ?? []).filter(({ hostPath, emptyDir }) => !hostPath && !emptyDir);
    await Promise.all(fromObjects.map((volume) => payloadOf(pod, volume, deps)));
  },
  mounts: async () => [],
});
