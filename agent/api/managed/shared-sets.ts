/**
 * Many objects have the same field sets: pods of one template, statuses that one kubelet writes. Those share one tree, so
 * that thousands of them cost the memory of one. Nobody modifies a set.
 */
import type { FieldSet } from './field-set.ts';

/** Sets that are remembered; of more, the oldest is forgotten, and lives on in the objects that have it. */
const mostSets = 500;
/** Characters of a set's JSON. Longer ones are rare, and whoever sends many of them must not fill the memory. */
const longest = 4096;

const known = new Map<string, FieldSet>();

/** The set itself, or an equal one that came before. */
export function shared(set: FieldSet): FieldSet {
  const text = JSON.stringify(set);
  if (text.length > longest) return set;
  const before = known.get(text);
  if (before) return before;
  const [oldest] = known.size < mostSets ? [] : known.keys();
  if (oldest !== undefined) known.delete(oldest);
  known.set(text, set);
  return set;
}
