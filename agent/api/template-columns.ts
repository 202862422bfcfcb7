/** Columns of everything that has a pod template. */
import { column } from './columns.ts';
import type { PrinterColumn } from './kind.ts';
import type { core, KubeObject } from './types.ts';

const containersIn = (template: core.PodTemplateSpec | undefined): core.Container[] => template?.spec?.containers ?? [];

export const namesIn = (template: core.PodTemplateSpec | undefined): string =>
  containersIn(template)
    .map(({ name }) => name)
    .join(',');

export const imagesIn = (template: core.PodTemplateSpec | undefined): string =>
  containersIn(template)
    .map(({ image }) => image ?? '')
    .join(',');

/** Two columns with what the pods run. */
export const containerColumns = <T extends KubeObject>(
  templateOf: (object: T) => core.PodTemplateSpec | undefined,
  { wide }: { wide: boolean },
): PrinterColumn<T>[] => [
  column('Containers', 'Names of each container in the template.', (object) => namesIn(templateOf(object)), { wide }),
  column('Images', 'Images referenced by each container in the template.', (object) => imagesIn(templateOf(object)), {
    wide,
  }),
];

interface Templated extends KubeObject {
  spec: { template?: core.PodTemplateSpec };
}

/** Of a workload, with `-o wide`. */
export const templateColumns: readonly PrinterColumn<Templated>[] = containerColumns<Templated>(
  ({ spec }) => spec.template,
  { wide: true },
);
