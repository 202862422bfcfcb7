import { randomInt } from 'node:crypto';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** https://github.com/kubernetes/apiserver/blob/master/pkg/storage/names/generate.go */
export const generatedName = (base: string): string =>
  base.slice(0, 58) + Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('');
