/** Volumes where nothing runs: a pod waits for the objects that its volumes name, and no file of them is written. */
import { payloadOf } from './payloads.ts';
import { createVolumes, type Volumes, type VolumesOptions } from './volumes.ts';

export const createSimulatedVolumes = (options: VolumesOptions): Volumes => ({
  ...createVolumes(options),
  async prepare(pod, deps) {
    const fromObjects = (pod.spec.volumes ?? []).filter(({ hostPath, emptyDir }) => !hostPath && !emptyDir);
    await Promise.all(fromObjects.map((volume) => payloadOf(pod, volume, deps)));
  },
  mounts: async () => [],
});
