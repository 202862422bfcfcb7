/** Inputs that are nearly right: something known, changed in a few places. */
import { isObject } from '../../../../agent/api/json/value.ts';
import type { Random } from './random.ts';
import { define, strangeTexts, strangeValue } from './values.ts';

const signs = [...'{}[]()<>"\'`\\/,.:;=!&|?*+-_%#@$^~ \t\n\r\0', 'é', '\ud800', '\uffff'];

function mutatedOnce(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const end = Math.min(text.length, at + random.below(12));
  const [before, middle, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
  switch (random.below(7)) {
    case 0:
      return before + after;
    case 1:
      return before + middle.repeat(1 + random.below(40)) + after;
    case 2:
      return before + random.pick(strangeTexts) + after;
    case 3:
      return before + (signs[random.below(signs.length)] ?? '').repeat(1 + random.below(40)) + middle + after;
    case 4:
      return before + [...middle].reverse().join('') + after;
    case 5:
      return before + String.fromCharCode(random.below(0x10000)) + after;
    default:
      return random.chance(0.5) ? before : after;
  }
}

export function mutatedText(random: Random, text: string): string {
  let mutated = text;
  for (let times = random.below(4); times >= 0; times -= 1) mutated = mutatedOnce(random, mutated);
  return mutated;
}

export function mutatedBytes(random: Random, bytes: Uint8Array): Buffer {
  let mutated = Buffer.from(bytes);
  for (let times = random.below(5); times >= 0; times -= 1) {
    const at = random.below(mutated.length + 1);
    const end = Math.min(mutated.length, at + random.below(16));
    const way = random.below(4);
    if (way === 0 && at < mutated.length) mutated[at] = random.below(256);
    else if (way === 1) mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(end)]);
    else if (way === 2) mutated = Buffer.concat([mutated.subarray(0, end), mutated.subarray(at)]);
    else mutated = Buffer.concat([mutated.subarray(0, at), Buffer.from([random.below(256)]), mutated.subarray(at)]);
  }
  return mutated;
}

/** A part of the value, from anywhere in it. */
function partOf(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.2)) return value;
  const parts = Object.values(value);
  return parts.length === 0 ? value : partOf(random, parts[random.below(parts.length)]);
}

function otherValue(random: Random, value: unknown, root: unknown): unknown {
  switch (random.below(5)) {
    case 0:
      return [value];
    case 1:
      return partOf(random, root);
    case 2:
      return typeof value === 'string' ? mutatedText(random, value) : strangeValue(random);
    default:
      return strangeValue(random);
  }
}

function mutatedList(random: Random, list: readonly unknown[], root: unknown): unknown[] {
  const at = random.below(list.length);
  const item = list[at];
  const rest = [...list.slice(0, at), ...list.slice(at + 1)];
  if (random.chance(0.1)) return rest;
  if (random.chance(0.1)) return [...list, item];
  return list.map((each, index) => (index === at ? changed(random, each, root) : each));
}

function mutatedObject(random: Random, object: object, root: unknown): object {
  const entries = Object.entries(object);
  const at = random.below(entries.length);
  const mutated = {};
  const drops = random.chance(0.1);
  for (const [index, [key, value]] of entries.entries()) {
    if (index !== at) define(mutated, key, value);
    else if (!drops) define(mutated, key, changed(random, value, root));
  }
  if (random.chance(0.05)) define(mutated, random.pick(strangeTexts), strangeValue(random));
  return mutated;
}

function changed(random: Random, value: unknown, root: unknown): unknown {
  const isLeaf = typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  if (isLeaf || random.chance(0.1)) return otherValue(random, value, root);
  if (Array.isArray(value)) return mutatedList(random, value, root);
  return isObject(value) ? mutatedObject(random, value, root) : strangeValue(random);
}

/** Shares parts with what it is made of. */
export function mutatedValue(random: Random, value: unknown): unknown {
  let mutated = value;
  for (let times = random.below(3); times >= 0; times -= 1) mutated = changed(random, mutated, value);
  return mutated;
}
