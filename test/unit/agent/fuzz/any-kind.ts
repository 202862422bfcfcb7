/** Objects of any kind that is built in, made of its schema alone: types fit mostly, and the sense rarely. */
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import type { Definitions, Schema } from '../../../../agent/api/schema/schema.ts';
import { collectionOf, type Sample } from './objects.ts';
import type { Random } from './random.ts';
import { define, strangeTexts, strangeValue } from './values.ts';

const words = [
  'web',
  'a',
  'default',
  'Always',
  'Exists',
  'In',
  'Pod',
  'v1',
  'apps/v1',
  'TCP',
  'ClusterIP',
  'Local',
  '10.0.0.1',
  '10.0.0.0/8',
  '1Gi',
  '50%',
  'http',
  'example.com/a',
  '2024-01-01T00:00:00Z',
  'spec.nodeName',
  '$(A)',
  '/a/b',
] as const;

const text = (random: Random): string => (random.chance(0.8) ? random.pick(words) : random.pick(strangeTexts));
const numbers = [0, 1, 2, 80, 443, 65536, -1, 2 ** 31 - 1, 2 ** 31] as const;

export function valueBy(random: Random, definitions: Definitions, given: Schema, levels: number): unknown {
  const schema = given.$ref ? (definitions[given.$ref] ?? {}) : given;
  if (random.chance(0.01)) return strangeValue(random);
  if (schema['x-kubernetes-int-or-string']) return random.chance(0.5) ? random.pick(numbers) : text(random);
  if (schema.type === 'string') return text(random);
  if (schema.type === 'integer' || schema.type === 'number') return random.pick(numbers);
  if (schema.type === 'boolean') return random.chance(0.5);
  if (levels === 0) return schema.type === 'array' ? [] : {};
  const part = (of: Schema) => valueBy(random, definitions, of, levels - 1);
  if (schema.type === 'array') return random.some(2, () => part(schema.items ?? {}));
  const value = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (random.chance(schema.required?.includes(name) ? 0.9 : 0.3)) define(value, name, part(property));
  }
  const { additionalProperties } = schema;
  if (additionalProperties)
    for (const name of random.some(2, () => text(random))) define(value, name, part(additionalProperties));
  return value;
}

export function sampleOfAnyKind(random: Random, definitions: Definitions): Sample {
  const kind = builtInKinds[random.below(builtInKinds.length)];
  const representation = kind?.representations[random.below(kind.representations.length)];
  if (!kind || !representation) throw new Error('there is a kind of each number');
  const content = valueBy(random, definitions, { $ref: representation.definition }, 8);
  const { group, version } = representation;
  return {
    path: collectionOf(group, version, kind.namespaced, kind.plural),
    object: { ...Object(content), apiVersion: group ? `${group}/${version}` : version, kind: kind.kind },
  };
}
