/**
 * How often the template of a daemon set has changed. `extensions/v1beta1` has it in the spec, later versions in an
 * annotation, which only the server counts up.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/apps/v1/conversion.go
 */
import { own } from '../own.ts';
import type { KubeObject } from '../types.ts';

const annotation = 'deprecated.daemonset.template.generation';

export const templateGeneration = {
  /** 0 where the object has none. */
  read: ({ metadata }: KubeObject): number => {
    const text = own(metadata.annotations, annotation) ?? '';
    return /^\d{1,15}$/.test(text) ? Number(text) : 0;
  },
  /** In place. */
  write: ({ metadata }: KubeObject, generation: number): void => {
    metadata.annotations = { ...metadata.annotations, [annotation]: String(generation) };
  },
  /** A copy of the annotations without it; undefined where none are left. */
  without: ({ metadata }: KubeObject): Record<string, string> | undefined => {
    const { [annotation]: _generation, ...others } = metadata.annotations ?? {};
    return Object.keys(others).length > 0 ? others : undefined;
  },
};
