/** Texts in the languages that clients write: expressions, paths, selectors, amounts, patterns. */
import { baseLibrary } from '../../../../agent/api/cel/library/base.ts';
import { mutatedText } from './mutate.ts';
import type { Random } from './random.ts';
import { strangeTexts } from './values.ts';

type Choice = (random: Random, levels: number) => string;
type Choices = readonly [Choice, ...Choice[]];

/** Names of functions and methods, once each. */
const names = [...new Set(baseLibrary.map(({ name }) => name).filter((name) => /^[a-zA-Z.]+$/.test(name)))];
const functionName = (random: Random): string => names[random.below(names.length)] ?? '';

const literals: Choices = [
  (random) => String(random.below(1000) - 500),
  () => '9223372036854775807',
  () => '-9223372036854775808',
  () => '18446744073709551615u',
  () => '0u',
  () => '1.5e300',
  () => '-0.0',
  () => 'true',
  () => 'null',
  () => "b'\\xff\\000'",
  () => "r'\\d+'",
  () => "'''a\nb'''",
  () => "'2024-01-01T00:00:00Z'",
  () => "'1h30m'",
  () => "'10.0.0.0/8'",
  () => "'https://example.com:80/a?b=c'",
  () => "'1.2.3-alpha+1'",
  () => "'10Mi'",
  (random) => JSON.stringify(random.pick(strangeTexts)),
];
const macros = ['all', 'exists', 'exists_one', 'filter', 'map'] as const;
const operators = ['+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||', 'in'] as const;
const fields = ['a', 'b', 'list', 'map', 'text', 'number', 'metadata', 'name', '__proto__', 'constructor'] as const;
const variables = ['self', 'object', 'x', 'y', 'type', 'int', '__proto__'] as const;

const expressions: Choices = [
  (random, levels) => random.pick(literals)(random, levels),
  (random) => random.pick(variables),
  (random, levels) => `(${expression(random, levels)} ${random.pick(operators)} ${expression(random, levels)})`,
  (random, levels) => `self.${random.pick(fields)}.${random.pick(macros)}(x, ${expression(random, levels)})`,
  (random, levels) =>
    `${expression(random, levels)}.${random.pick(macros)}(x, ${expression(random, levels)}, ${expression(random, levels)})`,
  (random, levels) => `${functionName(random)}(${random.some(2, () => expression(random, levels)).join(', ')})`,
  (random, levels) =>
    `${expression(random, levels)}.${functionName(random)}(${random.some(2, () => expression(random, levels)).join(', ')})`,
  (random, levels) => `[${random.some(4, () => expression(random, levels)).join(', ')}]`,
  (random, levels) =>
    `{${random.some(3, () => `${expression(random, levels)}: ${expression(random, levels)}`).join(', ')}}`,
  (random, levels) => `(${expression(random, levels)} ? ${expression(random, levels)} : ${expression(random, levels)})`,
  (random, levels) => `${expression(random, levels)}[${expression(random, levels)}]`,
  (random, levels) => `${expression(random, levels)}.?${random.pick(fields)}.orValue(${expression(random, levels)})`,
  (random, levels) => `has(${expression(random, levels)}.${random.pick(fields)})`,
  (random) => `self.${random.pick(fields)}`,
  (random, levels) => `!${expression(random, levels)}`,
  (random, levels) => `cel.bind(y, ${expression(random, levels)}, ${expression(random, levels)})`,
  (random, levels) =>
    `self.list.${random.pick(macros)}(x, self.list.${random.pick(macros)}(y, ${expression(random, levels)}))`,
];

/** In CEL; it may not compile. */
export function expression(random: Random, levels = 4): string {
  return levels <= 0 ? random.pick(literals)(random, 0) : random.pick(expressions)(random, levels - 1);
}

const steps: Choices = [
  (random) => `.${random.pick(fields)}`,
  (random) => `['${random.pick(fields)}']`,
  (random) => `[${random.below(5) - 2}]`,
  (random) => `[${random.below(5) - 2}:${random.below(5) - 2}:${random.below(5) - 2}]`,
  () => '[*]',
  () => '.*',
  () => '..',
  (random, levels) =>
    `[?(@${path(random, levels)}${random.pick(['==', '!=', '<', '>='])}${random.pick(literals)(random, 0)})]`,
  (random, levels) => `[?(@${path(random, levels)})]`,
];

/** A JSON path; it may not parse. */
export const path = (random: Random, levels = 3): string =>
  levels <= 0 ? '.a' : random.some(5, () => random.pick(steps)(random, levels - 1)).join('');

const requirements: Choices = [
  (random) => `${random.pick(fields)}=${random.pick(strangeTexts)}`,
  (random) => `${random.pick(fields)} == ${random.pick(fields)}`,
  (random) => `${random.pick(fields)}!=`,
  (random) => `${random.pick(fields)} in (${random.some(4, () => random.pick(fields)).join(',')})`,
  (random) => `example.com/${random.pick(fields)} notin (${random.pick(fields)} , )`,
  (random) => `!${random.pick(fields)}`,
  (random) => random.pick(fields),
  (random) => `${random.pick(fields)} > ${random.below(10)}`,
  (random) => `metadata.name=${random.pick(fields)}`,
];

export const selector = (random: Random): string =>
  random.some(5, () => random.pick(requirements)(random, 0)).join(',');

const suffixes = [
  '',
  'n',
  'u',
  'm',
  'k',
  'M',
  'G',
  'Ki',
  'Mi',
  'Gi',
  'Ei',
  'E',
  'e3',
  'E-3',
  'e99',
  'e-999999999',
] as const;

export const amount = (random: Random): string =>
  `${random.pick(['', '+', '-'])}${random.below(1e9)}${random.chance(0.5) ? `.${random.below(1e9)}` : ''}${random.pick(suffixes)}`;

const pieces = [
  '(',
  ')',
  '(a+)+',
  '[a-z]',
  '[^',
  '.*',
  '{1,1000}',
  '{2}',
  '|',
  '^',
  '$',
  '\\d',
  '\\pL',
  '(?i)',
  '(?=a)',
  'b',
  '+',
  '?',
] as const;

export const pattern = (random: Random): string => random.some(10, () => random.pick(pieces)).join('');

/** Every second one is not as its grammar made it. */
export const perhapsMutated = (random: Random, text: string): string =>
  random.chance(0.5) ? text : mutatedText(random, text);
