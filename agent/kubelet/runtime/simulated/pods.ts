/** The pods that have a sandbox here, as stages see them, and the images that were pulled for them. */
import type { ImageInfo, PodIdentity, SandboxConfig } from '../runtime.ts';
import type { Player } from './stages/player.ts';
import type { Subject } from './stages/stage.ts';

export interface SimulatedPods {
  add(sandboxId: string, config: SandboxConfig): void;
  remove(sandboxId: string, podUid: string): void;
  metadataOf(pod: PodIdentity): Subject['metadata'];
  /** Undefined if the image must be pulled first. */
  inspectImage(image: string, pod: PodIdentity): ImageInfo | undefined;
  /** Rejects if a stage makes the image unreachable. */
  pullImage(image: string, pod: PodIdentity): Promise<void>;
}

interface KnownPod {
  sandboxId: string;
  metadata: Subject['metadata'];
  pulled: Set<string>;
}

const infoOf = (image: string): ImageInfo => ({
  id: `sha256:simulated:${image}`,
  tags: [image],
  size: 0,
  user: '',
  entrypoint: [],
  cmd: [],
});

export function createSimulatedPods(player: Player): SimulatedPods {
  const pods = new Map<string, KnownPod>();
  const metadataOf = ({ uid, name, namespace }: PodIdentity) =>
    pods.get(uid)?.metadata ?? { name, namespace, labels: {}, annotations: {} };

  return {
    add(sandboxId, { uid, name, namespace, podLabels, annotations }) {
      pods.set(uid, { sandboxId, metadata: { name, namespace, labels: podLabels, annotations }, pulled: new Set() });
    },
    remove(sandboxId, uid) {
      if (pods.get(uid)?.sandboxId === sandboxId) pods.delete(uid);
    },
    metadataOf,
    inspectImage(image, pod) {
      if (pods.get(pod.uid)?.pulled.has(image)) return infoOf(image);
      const drawn = player.draw('Image', { metadata: metadataOf(pod), image: { name: image } });
      return drawn?.outcome.present && drawn.delay === 0 ? infoOf(image) : undefined;
    },
    pullImage(image, pod) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      player.play('Image', { metadata: metadataOf(pod), image: { name: image } }, (outcome) => {
        if (!outcome.present) return reject(new Error(outcome.message));
        pods.get(pod.uid)?.pulled.add(image);
        resolve();
      });
      return promise;
    },
  };
}
