import { randomInt } from 'node:crypto';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

const letters = 5;

/** https://github.com/kubernetes/apiserver/blob/master/pkg/storage/names/generate.go */
export function generatedName(base: string): string {
  let name = base.slice(0, 58);
  // One number for all letters: each of them takes as long as everything else here.
  let left = randomInt(alphabet.length ** letters);
  for (let letter = 0; letter < letters; letter += 1) {
    name += alphabet[left % alphabet.length];
    left = Math.floor(left / alphabet.length);
  }
  return name;
}
