/** Patches, and schemas of custom resources with values for them, given to the functions that work on them alone. */
import { expect, it } from 'vitest';
import { ApiError } from '../../../../agent/api/errors.ts';
import { copyOf } from '../../../../agent/api/json/value.ts';
import { mediaType } from '../../../../agent/api/media-types.ts';
import { applyPatch } from '../../../../agent/api/patch/apply.ts';
import { mergeSchema } from '../../../../agent/api/patch/merge-schema.ts';
import { applyDefaults } from '../../../../agent/api/schema/structural/default.ts';
import { prune } from '../../../../agent/api/schema/structural/prune.ts';
import { problemsOf } from '../../../../agent/api/schema/structural/validate.ts';
import { definitions } from '../api/schema/definitions.ts';
import { fuzz, timeLimit, unlessRefused } from './fuzz.ts';
import { mutatedText, mutatedValue } from './mutate.ts';
import { samples } from './objects.ts';
import type { Random } from './random.ts';
import { schema, valueFor } from './schemas.ts';
import { anyValue, strangeTexts } from './values.ts';

const pod = samples[0].object;
const podMerge = mergeSchema(definitions, 'io.k8s.api.core.v1.Pod');

const pointers = [
  '',
  '/',
  '/spec',
  '/spec/containers/0',
  '/spec/containers/-',
  '/metadata/labels/a~1b',
  '/spec/x~2',
] as const;
const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test', 'fly'] as const;
const pointer = (random: Random): string =>
  random.chance(0.6) ? random.pick(pointers) : mutatedText(random, random.pick(pointers));

const jsonPatch = (random: Random): unknown =>
  random.some(5, () => ({
    op: random.pick(operations),
    path: pointer(random),
    ...(random.chance(0.5) ? { from: pointer(random) } : {}),
    ...(random.chance(0.7) ? { value: anyValue(random, 2) } : {}),
  }));

const directives = [
  '$patch',
  '$retainKeys',
  '$setElementOrder/containers',
  '$deleteFromPrimitiveList/finalizers',
  '$$',
] as const;

/** A part of the pod, changed, with what only strategic patches have. */
function mergePatch(random: Random): unknown {
  const patch = mutatedValue(random, random.chance(0.5) ? pod : { spec: pod.spec });
  if (typeof patch !== 'object' || patch === null || random.chance(0.5)) return patch;
  const value = random.pick(['delete', 'replace', 'merge', random.pick(strangeTexts), anyValue(random, 1)]);
  return random.chance(0.5)
    ? { ...patch, [random.pick(directives)]: value }
    : { spec: { containers: [{ name: 'main', [random.pick(directives)]: value }], [random.pick(directives)]: value } };
}

const patches = [
  [mediaType.jsonPatch, jsonPatch],
  [mediaType.mergePatch, mergePatch],
  [mediaType.strategicMergePatch, mergePatch],
] as const;

it.each(patches)(
  'patches of type %s apply or are refused, and leave what they are given alone',
  { timeout: timeLimit },
  (type, make) =>
    fuzz(type, 2000, (random) => {
      const patch = random.chance(0.9) ? make(random) : mutatedValue(random, make(random));
      const [objectBefore, patchBefore] = [JSON.stringify(pod), copyOf(patch)];
      unlessRefused([ApiError], () => applyPatch(type, pod, patch, podMerge));
      expect([JSON.stringify(pod), patch]).toEqual([objectBefore, patchBefore]);
    }),
);

it('custom resources are pruned, get defaults and are judged', { timeout: timeLimit }, () =>
  fuzz('structural schemas', 1500, (random) => {
    const made = schema(random);
    const value = copyOf(valueFor(random, made));
    prune(value, made);
    expect(prune(value, made)).toEqual([]);
    applyDefaults(value, made);
    const filled = copyOf(value);
    applyDefaults(value, made);
    expect(value).toEqual(filled);
    expect(problemsOf(value, made)).toBeInstanceOf(Array);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  }),
);
