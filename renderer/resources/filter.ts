/** What is typed above a list: words that must occur, and label conditions such as `app=web` or `tier!=db`. */
import type { KubeObject } from '../../agent/api/types.ts';
import type { Column, Scene } from './view.ts';

export interface Filter {
  /** Label conditions, as typed. */
  labels: readonly string[];
  /** Lower-case words. */
  words: readonly string[];
}

const isLabel = (word: string): boolean => /^[\w./-]+(=|!=)[\w.-]*$/.test(word);

export function parseFilter(text: string): Filter {
  const words = text.split(/\s+/).filter(Boolean);
  return {
    labels: words.filter(isLabel),
    words: words.filter((word) => !isLabel(word)).map((word) => word.toLowerCase()),
  };
}

export function matchesLabel({ metadata }: KubeObject, condition: string): boolean {
  const [key = '', value = ''] = condition.split(/!?=/);
  return condition.includes('!=') ? metadata.labels?.[key] !== value : metadata.labels?.[key] === value;
}

export function applyFilter<T extends KubeObject>(
  objects: readonly T[],
  { labels, words }: Filter,
  columns: readonly Column<T>[],
  scene: Scene,
): readonly T[] {
  if (labels.length === 0 && words.length === 0) return objects;
  const textual = columns.filter(({ id }) => id !== 'age');
  return objects.filter((object) => {
    if (!labels.every((condition) => matchesLabel(object, condition))) return false;
    if (words.length === 0) return true;
    const text = textual
      .map((column) => column.value(object, scene))
      .join('\n')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export interface Sort {
  id: string;
  descending: boolean;
}

/** Such that `pod-9` comes before `pod-10`: comparing keys is many times faster than a collator, 20,000 at a time. */
const naturalKey = (text: string): string => text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'));

/** What an object is sorted by; made once per object, as it costs more than all the comparing. */
export interface Keyed<T extends KubeObject> {
  object: T;
  key: string | number;
  name: string;
}

export function keyOf<T extends KubeObject>(object: T, column: Column<T>, scene: Scene): Keyed<T> {
  const value = column.value(object, scene);
  const name = naturalKey(`${object.metadata.name} ${object.metadata.namespace ?? ''}`);
  return { object, key: typeof value === 'number' ? value : naturalKey(value), name };
}

/** Numbers come before words, where a column has both. */
function compare(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Objects that compare equal keep the order of their names. */
export const compareKeyed =
  (descending: boolean) =>
  <T extends KubeObject>(a: Keyed<T>, b: Keyed<T>): number =>
    compare(a.key, b.key) * (descending ? -1 : 1) || compare(a.name, b.name);
