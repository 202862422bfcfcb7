import { expect, test } from 'vitest';
import { createRandom } from '../../../../../../agent/kubelet/runtime/simulated/random.ts';
import { chooseStage, delayOf } from '../../../../../../agent/kubelet/runtime/simulated/stages/choose.ts';
import {
  type AnyStage,
  defineStages,
  pathOf,
  type Requirement,
  type Stage,
  type Subject,
} from '../../../../../../agent/kubelet/runtime/simulated/stages/stage.ts';

const subject: Subject = {
  metadata: {
    name: 'web',
    namespace: 'ns',
    labels: { app: 'web' },
    annotations: { 'x.dev/wait': '1.5s', 'x.dev/odd': 'soon' },
  },
  container: { name: 'c', image: 'i', init: false, state: 'running', restartCount: 2 },
};
const aStage = (more: Partial<Stage<'Container'>> = {}): Stage<'Container'> => ({
  name: 's',
  resourceRef: { kind: 'Container' },
  selector: { matchExpressions: [] },
  next: { state: 'running' },
  ...more,
});
const selecting = (...matchExpressions: Requirement[]) => aStage({ selector: { matchExpressions } });

test.each<[string, Requirement, boolean]>([
  ['a value that is listed', { key: '.container.state', operator: 'In', values: ['created', 'running'] }, true],
  ['a value that is not listed', { key: '.container.state', operator: 'In', values: ['exited'] }, false],
  ['a number and a boolean as text', { key: '.container.restartCount', operator: 'In', values: ['2'] }, true],
  ['a quoted key', { key: '.metadata.annotations["x.dev/wait"]', operator: 'Exists' }, true],
  ['a key that is not there', { key: '.metadata.annotations["y"]', operator: 'Exists' }, false],
  ['a key that is not there', { key: '.metadata.labels["y"]', operator: 'DoesNotExist' }, true],
  ['a key that is there', { key: '.metadata.labels["app"]', operator: 'DoesNotExist' }, false],
  ['a value that is excluded', { key: '.metadata.labels["app"]', operator: 'NotIn', values: ['web'] }, false],
  ['what is not there, where something is excluded', { key: '.image.name', operator: 'NotIn', values: ['i'] }, true],
  ['no member that every object has', { key: '.metadata.labels["constructor"]', operator: 'Exists' }, false],
])('an expression sees %s', (_what, requirement, matches) => {
  expect(chooseStage([selecting(requirement)], 'Container', subject, () => 0) !== undefined).toBe(matches);
});

test('a stage of another kind is not for a container', () => {
  const image: AnyStage = { ...aStage(), resourceRef: { kind: 'Image' }, next: { present: true } };
  expect(chooseStage([image], 'Container', subject, () => 0)).toBeUndefined();
});

test.each([
  [0, 'rare'],
  [0.24, 'rare'],
  [0.26, 'often'],
  [0.99, 'often'],
])('stages are drawn by weight, and those without one not at all: %d', (drawn, name) => {
  const stages = [aStage({ name: 'plain' }), aStage({ name: 'rare', weight: 1 }), aStage({ name: 'often', weight: 3 })];
  expect(chooseStage(stages, 'Container', subject, () => drawn)?.name).toBe(name);
});

test.each([
  [0.1, 'a'],
  [0.9, 'b'],
])('where none has a weight each is as likely: %d', (drawn, name) => {
  expect(chooseStage([aStage({ name: 'a' }), aStage({ name: 'b' })], 'Container', subject, () => drawn)?.name).toBe(
    name,
  );
});

const wait = '.metadata.annotations["x.dev/wait"]';
test.each<[string, Stage['delay'], number]>([
  ['none', undefined, 0],
  ['a duration', { durationMilliseconds: 200 }, 200],
  ['half of a jitter', { durationMilliseconds: 200, jitterDurationMilliseconds: 400 }, 300],
  ['what an annotation says', { durationMilliseconds: 200, durationFrom: wait }, 1500],
  [
    'an annotation that is no duration',
    { durationMilliseconds: 200, durationFrom: '.metadata.annotations["x.dev/odd"]' },
    200,
  ],
  ['a jitter from an annotation', { durationMilliseconds: 500, jitterDurationFrom: wait }, 1000],
])('a delay is %s', (_what, delay, milliseconds) => {
  expect(delayOf(delay ? { delay } : {}, subject, () => 0.5)).toBe(milliseconds);
});

test.each<[string, AnyStage[], string]>([
  ['a path that is none', [selecting({ key: 'state', operator: 'Exists' })], 'stage s: state is not a path'],
  ['In without values', [selecting({ key: '.a', operator: 'In' })], 'stage s: In needs values'],
  [
    'Exists with values',
    [selecting({ key: '.a', operator: 'Exists', values: ['x'] })],
    'stage s: Exists takes no values',
  ],
  [
    'a jitter before its start',
    [aStage({ delay: { durationMilliseconds: 9, jitterDurationMilliseconds: 3 } })],
    'a delay from 9 to 3 ms',
  ],
  ['a negative weight', [aStage({ weight: -1 })], 'stage s: its weight -1 is negative'],
  ['a name that is there twice', [aStage(), aStage()], 'stage s is there twice'],
])('%s is refused', (_what, stages, message) => {
  expect(() => defineStages(stages)).toThrow(message);
});

test('a path of a million characters is looked at once', () => {
  expect(pathOf(`.${'a'.repeat(1e6)}!`)).toBeUndefined();
});

test('one seed has the same numbers again, another has others, all in [0, 1)', () => {
  const take = (seed: string) => Array.from({ length: 1000 }, createRandom(seed));
  expect(take('a')).toEqual(take('a'));
  expect(take('a')).not.toEqual(take('b'));
  const mean = take('a').reduce((sum, value) => sum + value, 0) / 1000;
  expect(Math.min(...take('a'))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...take('a'))).toBeLessThan(1);
  expect(mean).toBeCloseTo(0.5, 1);
});
