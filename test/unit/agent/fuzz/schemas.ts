/** Schemas of custom resources, and values that nearly fit them. */
import type { Schema } from '../../../../agent/api/schema/schema.ts';
import { patternProblem } from '../../../../agent/api/schema/structural/pattern.ts';
import { expression, pattern } from './expressions.ts';
import type { Random } from './random.ts';
import { anyValue, define, strangeValue } from './values.ts';

const names = ['a', 'b', 'list', 'map', 'text', 'number', '__proto__', 'constructor', 'x-y.z'] as const;
const formats = [
  'date-time',
  'email',
  'ipv4',
  'cidr',
  'uuid',
  'byte',
  'duration',
  'int32',
  'hostname',
  'quux',
] as const;

type Make = (random: Random, levels: number) => Schema;

const text: Make = (random) => {
  const made = pattern(random);
  return {
    type: 'string',
    ...(random.chance(0.3) ? { format: random.pick(formats) } : {}),
    ...(patternProblem(made) === undefined && random.chance(0.2) ? { pattern: made } : {}),
    ...(random.chance(0.3) ? { maxLength: random.below(20), minLength: random.below(3) } : {}),
    ...(random.chance(0.2) ? { enum: ['a', 'b', strangeValue(random)] } : {}),
  };
};

const number: Make = (random) => ({
  type: random.pick(['integer', 'number']),
  ...(random.chance(0.3) ? { minimum: random.below(10), maximum: 10, exclusiveMaximum: random.chance(0.5) } : {}),
  ...(random.chance(0.2) ? { multipleOf: random.pick([2, 0.1, 3]) } : {}),
});

const list: Make = (random, levels) => ({
  type: 'array',
  items: schema(random, levels),
  ...(random.chance(0.3) ? { maxItems: random.below(5) } : {}),
  ...(random.chance(0.3) ? { 'x-kubernetes-list-type': random.pick(['set', 'map', 'atomic']) } : {}),
  ...(random.chance(0.3) ? { 'x-kubernetes-list-map-keys': [random.pick(names)] } : {}),
});

const object: Make = (random, levels) => {
  const properties = {};
  for (const property of random.some(4, () => schema(random, levels))) define(properties, random.pick(names), property);
  return {
    type: 'object',
    properties,
    ...(random.chance(0.3) ? { required: [random.pick(names)] } : {}),
    ...(random.chance(0.2) ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    ...(random.chance(0.1) ? { 'x-kubernetes-embedded-resource': true } : {}),
  };
};

const map: Make = (random, levels) => ({ type: 'object', additionalProperties: schema(random, levels) });
const intOrString: Make = () => ({ 'x-kubernetes-int-or-string': true });
const anything: Make = () => ({ 'x-kubernetes-preserve-unknown-fields': true });

/** It may not be structural. */
export function schema(random: Random, levels = 4): Schema {
  const make =
    levels <= 0
      ? random.pick([text, number])
      : random.pick([text, number, list, object, object, map, intOrString, anything]);
  return {
    ...make(random, levels - 1),
    ...(random.chance(0.2) ? { nullable: true } : {}),
    ...(random.chance(0.2) ? { default: anyValue(random, 2) } : {}),
    ...(random.chance(0.1) ? { 'x-kubernetes-validations': [{ rule: expression(random, 3) }] } : {}),
  };
}

/** A value that the schema may be for. */
export function valueFor(random: Random, { type, properties, items, additionalProperties }: Schema): unknown {
  if (random.chance(0.15)) return anyValue(random, 2);
  if (type === 'string')
    return random.pick(['a', 'b', '2024-01-01T00:00:00Z', '10.0.0.1', 'aaaaaaaaaaaaaaaaaaaaaaaa!']);
  if (type === 'integer' || type === 'number') return random.below(20);
  if (type === 'boolean') return random.chance(0.5);
  if (type === 'array') return random.some(5, () => (items ? valueFor(random, items) : strangeValue(random)));
  if (type !== 'object') return anyValue(random, 2);
  const value = {};
  for (const [key, property] of Object.entries(properties ?? {})) {
    if (random.chance(0.8)) define(value, key, valueFor(random, property));
  }
  if (additionalProperties)
    for (const name of random.some(3, () => random.pick(names)))
      define(value, name, valueFor(random, additionalProperties));
  return value;
}
