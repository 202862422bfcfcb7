import { fullImageName } from '../../api/image-name.ts';
import { sharedKey } from '../framework/cycle-state.ts';
import type { ScorePlugin } from '../framework/plugin.ts';
import { maxScore } from '../framework/scores.ts';

/**
 * In bytes. Images count only above the minimum, and in full above the maximum, which is per container of the pod.
 */
const minThreshold = 23 * 1024 * 1024;
const maxContainerThreshold = 1000 * 1024 * 1024;

/** The pod's images, each with the share of all nodes that have it. */
const wanted = sharedKey<readonly { image: string; spread: number }[]>('ImageLocality');

/**
 * Prefers nodes that have the pod's images, by size. An image on few nodes counts less, so that not all pods gather
 * there.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/imagelocality/image_locality.go
 */
export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  preScore({ pod }, _nodes, snapshot, state) {
    const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    const images = containers.map(({ image = '' }) => fullImageName(image));
    const spread = (image: string) => snapshot.nodesWithImage(image) / snapshot.nodes.length;
    state.write(
      wanted,
      images.map((image) => ({ image, spread: spread(image) })),
    );
    return 'fits';
  },
  score(_pod, node, state) {
    const images = state.read(wanted) ?? [];
    const limit = maxContainerThreshold * images.length;
    const sum = images.reduce((total, { image, spread }) => total + (node.images.get(image) ?? 0) * spread, 0);
    return (maxScore * (Math.min(Math.max(sum, minThreshold), limit) - minThreshold)) / (limit - minThreshold);
  },
};
