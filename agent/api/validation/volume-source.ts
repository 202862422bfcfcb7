import type { FieldError } from '../kind.ts';
import type { core } from '../types.ts';

type Field = Exclude<keyof core.Volume, 'name'>;

/** One type of volume: its field, what upstream calls it in errors, and its rules. */
export interface Source {
  field: Field;
  /** Where it is refused beside another. */
  twice: string;
  /** `path` is that of the volume, which is in a pod or in a template. */
  validate(path: string, volume: core.Volume, isTemplate: boolean): FieldError[];
}

interface Names {
  twice?: string;
  /** Where its own fields are. */
  at?: string;
}

/** A source whose rules see what is in its field; `at` is its path. */
export const source = <F extends Field>(
  field: F,
  rules: (at: string, value: NonNullable<core.Volume[F]>, isTemplate: boolean) => FieldError[],
  { twice = field, at = field }: Names = {},
): Source => ({
  field,
  twice,
  validate: (path, volume, isTemplate) => {
    const value = volume[field];
    return value ? rules(`${path}.${at}`, value, isTemplate) : [];
  },
});
