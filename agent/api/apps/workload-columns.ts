/** Columns of everything that has a pod template. */
import type { core, KubeObject } from '../types.ts';

interface Templated extends KubeObject {
  spec: { template?: core.PodTemplateSpec };
}

const containersOf = ({ spec }: Templated): core.Container[] => spec.template?.spec?.containers ?? [];

export const templateContainers = (object: Templated): string =>
  containersOf(object)
    .map(({ name }) => name)
    .join(',');

export const templateImages = (object: Templated): string =>
  containersOf(object)
    .map(({ image }) => image ?? '')
    .join(',');
