import { ageColumn, nameColumn } from './columns.ts';
import type { Kind } from './kind.ts';
import type { KubeObject } from './types.ts';

type WithFallback =
  | 'singular'
  | 'shortNames'
  | 'categories'
  | 'hasStatus'
  | 'hasGeneration'
  | 'columns'
  | 'fieldSelectors';

export type KindDeclaration<T extends KubeObject> = Omit<Kind<T>, WithFallback> & Partial<Pick<Kind<T>, WithFallback>>;

/**
 * A kind from what is particular to it. The rest: no short names, neither status nor generation, columns Name and Age.
 */
export const defineKind = <T extends KubeObject>(declaration: KindDeclaration<T>): Kind<T> => ({
  singular: declaration.kind.toLowerCase(),
  shortNames: [],
  categories: [],
  hasStatus: false,
  hasGeneration: false,
  columns: [nameColumn, ageColumn],
  fieldSelectors: {},
  ...declaration,
});
