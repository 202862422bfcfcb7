/** Volumes of simulated pods: a pod waits for the objects that its volumes name, but nothing is written to the node. */
import { eachLimited } from '../limits/each-limited.ts';
import { simulatedHostFolders } from './host-folders.ts';
import { typedVolume } from './types/table.ts';
import { createVolumes, setUpsAtOnce, type Volumes, type VolumesOptions } from './volumes.ts';

export const createSimulatedVolumes = (options: VolumesOptions): Volumes => ({
  ...createVolumes(options),
  async prepare(pod, inputs) {
    const typed = (pod.spec.volumes ?? []).flatMap((volume) => typedVolume(volume) ?? []);
    await eachLimited(typed, setUpsAtOnce, ({ type, volume }) => type.read(volume, pod, inputs));
  },
  emptyDirUsage: async () => new Map(),
  mounts: async () => [],
  sandboxMounts: () => [],
  folders: simulatedHostFolders,
});
