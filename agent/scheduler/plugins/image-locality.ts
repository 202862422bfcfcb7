import { sharedKey } from '../framework/cycle-state.ts';
import type { ScorePlugin } from '../framework/plugin.ts';
import { maxScore } from '../framework/scores.ts';

/** Bytes below which having an image does not count, and per container above which it counts in full. */
const least = 23 * 1024 * 1024;
const most = 1000 * 1024 * 1024;

/** As the kubelet reports images: always with a tag. */
const withTag = (image: string): string =>
  image.lastIndexOf(':') > image.lastIndexOf('/') ? image : `${image}:latest`;

/** The pod's images, and on which share of all nodes each one is. */
const wanted = sharedKey<readonly { image: string; spread: number }[]>('ImageLocality');

/**
 * Prefers nodes that have the pod's images, by size; an image that few nodes have counts little, so that not all pods gather there.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/imagelocality/image_locality.go
 */
export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  preScore({ pod }, _nodes, snapshot, state) {
    const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    const images = containers.map(({ image = '' }) => withTag(image));
    const spread = (image: string) => snapshot.nodesWithImage(image) / snapshot.nodes.length;
    state.write(
      wanted,
      images.map((image) => ({ image, spread: spread(image) })),
    );
    return 'fits';
  },
  score(_pod, node, state) {
    const images = state.read(wanted) ?? [];
    const limit = most * images.length;
    const sum = images.reduce((total, { image, spread }) => total + (node.images.get(image) ?? 0) * spread, 0);
    return (maxScore * (Math.min(Math.max(sum, least), limit) - least)) / (limit - least);
  },
};
