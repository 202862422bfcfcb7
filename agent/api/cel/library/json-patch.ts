/** https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/cel/library/jsonpatch.go */
import { define, type Overload, onceSame } from '../functions.ts';
import { string } from '../types.ts';

const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

export const jsonPatches: readonly Overload[] = [
  define<[string]>('jsonpatch.escapeKey', [string], string, escapeKey, onceSame),
];
