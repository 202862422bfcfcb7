/** Volumes where nothing runs: a pod waits for the objects that its volumes name, and nothing of the node is touched. */
import { typedVolume } from './types/table.ts';
import { createVolumes, type Volumes, type VolumesOptions } from './volumes.ts';

export const createSimulatedVolumes = (options: VolumesOptions): Volumes => ({
  ...createVolumes(options),
  async prepare(pod, inputs) {
    const typed = (pod.spec.volumes ?? []).flatMap((volume) => typedVolume(volume) ?? []);
    await Promise.all(typed.map(({ type, volume }) => type.read(volume, pod, inputs)));
  },
  mounts: async () => [],
  sandboxMounts: () => [],
});
