/** Hashes and generated name suffixes. */

const offset = 0x811c9dc5;
const prime = 0x01000193;

/** FNV-1a, 32 bits, over UTF-8. */
export function fnv32a(text: string): number {
  let hash = offset;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, prime);
  return hash >>> 0;
}

/** No vowels and nothing that looks like one, so that no suffix spells a word. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/util/rand/rand.go */
export const safeEncode = (text: string): string =>
  [...text].map((character) => alphabet[character.charCodeAt(0) % alphabet.length] ?? '').join('');

/** JSON with sorted keys and without undefined values: equal objects have equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}

/** The `pod-template-hash`: the same template always has the same; `collisionCount` makes another one. */
export function templateHash(template: unknown, collisionCount?: number): string {
  const salt = collisionCount === undefined ? '' : String(collisionCount);
  return safeEncode(String(fnv32a(canonicalJson(template) + salt)));
}

/** E.g. `x7k2p`. `random` yields numbers in [0, 1). */
export const randomSuffix = (length = 5, random: () => number = Math.random): string =>
  Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)] ?? 'b').join('');

const maxGeneratedName = 63 - 5;

/**
 * What `metadata.generateName` becomes:
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/storage/names/generate.go
 */
export const generateName = (prefix: string, random: () => number = Math.random): string =>
  prefix.slice(0, maxGeneratedName) + randomSuffix(5, random);
