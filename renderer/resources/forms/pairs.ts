/** Keys and values that are edited line by line: what was changed, and whether the server would take it. */
export interface Pair {
  id: number;
  key: string;
  value: string;
}

export const toPairs = (map: Readonly<Record<string, string>> = {}): Pair[] =>
  Object.entries(map)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, value], id) => ({ id, key, value }));

/** A merge patch: what is gone is null. https://www.rfc-editor.org/rfc/rfc7396 */
export function patchOf(
  before: Readonly<Record<string, string>> = {},
  pairs: readonly Pair[],
): Record<string, string | null> {
  const after = Object.fromEntries(pairs.filter(({ key }) => key.trim()).map(({ key, value }) => [key.trim(), value]));
  const gone = Object.keys(before).filter((key) => !(key in after));
  const changed = Object.entries(after).filter(([key, value]) => before[key] !== value);
  return Object.fromEntries([...gone.map((key): [string, null] => [key, null]), ...changed]);
}

/** As arguments of `kubectl label` and `kubectl annotate`. */
export const argumentsOf = (patch: Record<string, string | null>): string =>
  Object.entries(patch)
    .map(([key, value]) => (value === null ? `${key}-` : `${key}=${/^[\w./:-]*$/.test(value) ? value : `'${value}'`}`))
    .join(' ');

const name = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export function problemOf({ key, value }: Pair, what: 'labels' | 'annotations'): string | undefined {
  if (!key.trim()) return value ? 'A key is missing' : undefined;
  if (!name.test(key.trim())) return `“${key}” is no valid key`;
  if (what === 'labels' && !labelValue.test(value)) return `“${value}” is no valid label value`;
  return undefined;
}
