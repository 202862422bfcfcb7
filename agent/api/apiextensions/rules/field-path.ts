/**
 * The `fieldPath` of a rule: `.spec.names['a.b']`.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/release-1.36/pkg/apiserver/schema/cel/validation.go
 * (ValidFieldPath)
 */
import type { Schema } from '../../schema/schema.ts';

const step = /\.([^.[\]']+)|\['((?:[^'\\]|\\.)*)'\]/gs;
const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
};

/** Undefined where there is an escape that is none. */
function unescaped(text: string): string | undefined {
  const isSound = [...text.matchAll(/\\(.)/gs)].every(([, sign = '']) => Object.hasOwn(escapes, sign));
  return isSound ? text.replace(/\\(.)/gs, (_whole, sign: string) => escapes[sign] ?? '') : undefined;
}

/** As error messages write it, without the dot at its start; undefined where it leads nowhere in the schema. */
export function normalFieldPath(path: string, root: Schema): string | undefined {
  let schema: Schema = root;
  let end = 0;
  let shown = '';
  for (const match of path.matchAll(step)) {
    const [whole, plain, quoted] = match;
    const name = plain ?? unescaped(quoted ?? '');
    if (match.index !== end || name === undefined) return undefined;
    end += whole.length;
    const field: Schema | undefined = schema.properties
      ? Object.hasOwn(schema.properties, name)
        ? schema.properties[name]
        : undefined
      : schema.additionalProperties;
    if (!field) return undefined;
    shown += schema.properties ? `${shown ? '.' : ''}${name}` : `[${name}]`;
    schema = field;
  }
  return end === path.length && shown ? shown : undefined;
}
