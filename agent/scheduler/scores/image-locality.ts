import { maxScore, type ScorePlugin } from '../framework.ts';

/** Bytes below which having an image does not count, and per container above which it counts in full. */
const least = 23 * 1024 * 1024;
const most = 1000 * 1024 * 1024;

/** As the kubelet reports images: always with a tag. */
const withTag = (image: string): string =>
  image.lastIndexOf(':') > image.lastIndexOf('/') ? image : `${image}:latest`;

/**
 * Prefers nodes that have the pod's images, by size; an image that every node has says little about any.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/scheduler/framework/plugins/imagelocality/image_locality.go
 */
export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  weight: 1,
  score: ({ pod }, nodes) => {
    const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    const limit = most * containers.length;
    const images = containers.map(({ image = '' }) => withTag(image));
    const spread = images.map((image) => nodes.filter((node) => node.images.has(image)).length / nodes.length);
    return nodes.map((node) => {
      const sum = images.reduce((total, image, i) => total + (node.images.get(image) ?? 0) * (spread[i] ?? 0), 0);
      return (maxScore * (Math.min(Math.max(sum, least), limit) - least)) / (limit - least);
    });
  },
};
