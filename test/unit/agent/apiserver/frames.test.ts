/** Events as they are sent to those who watch. */
import { expect, it } from 'vitest';
import { configMaps } from '../../../../agent/api/core/config-map.ts';
import type { Media } from '../../../../agent/apiserver/media.ts';
import { decodeRecord } from '../../../../agent/apiserver/state/record.ts';
import { createResourceState } from '../../../../agent/apiserver/state/resource-state.ts';
import type { ResourceEvent } from '../../../../agent/apiserver/state/watchers.ts';
import type { Target } from '../../../../agent/apiserver/target.ts';
import { frameOf, framesFor } from '../../../../agent/apiserver/verbs/frames.ts';

const object = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'default', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' },
  data: { key: 'value' },
};
const value = Buffer.from(JSON.stringify(object));
const event = (): ResourceEvent => ({
  type: 'ADDED',
  record: decodeRecord(configMaps, { key: '/registry/configmaps/default/a', value, createRevision: 7, revision: 7 }),
});
const state = () => createResourceState(configMaps, 1, { limit: 8, bytes: 1 << 20, maxAge: 60_000 });

const asked = (form: Media['form'], includeObject = 'Metadata', metaVersion: Media['metaVersion'] = 'v1'): Target => ({
  kind: configMaps,
  representation: configMaps.representations[0],
  media: { form, metaVersion, encoding: 'json' },
  includeObject,
  now: () => Date.parse('2026-01-01T00:01:00Z'),
});

/** What each of the watchers is sent of one event. */
function sent(targets: readonly Target[]): Buffer[] {
  const resource = state();
  const frames: Buffer[] = [];
  for (const target of targets) {
    const made = framesFor(target, undefined);
    resource.watchers.add({
      event: (each) => frames.push(frameOf(made, 'ADDED', { record: each.record, event: each })),
      end: () => {},
    });
  }
  resource.apply(event(), 0);
  return frames;
}

it.each<Media['form']>(['object', 'table', 'partial'])('are made once for all who ask for the form %s', (form) => {
  const [first, second] = sent([asked(form), asked(form)]);
  expect(second).toBe(first);
});

it('tell the columns of tables once, and are shared before and after that', () => {
  const resource = state();
  const target = asked('table');
  const first = framesFor(target, undefined);
  const readers = [first, first, first.next(), first.next(), first.next().next()];
  const frames: Buffer[] = [];
  resource.watchers.add({
    event: (each) =>
      frames.push(...readers.map((made) => frameOf(made, 'ADDED', { record: each.record, event: each }))),
    end: () => {},
  });
  resource.apply(event(), 0);
  expect(frames.map((frame) => JSON.parse(frame.toString()).object.columnDefinitions?.[0].name ?? null)).toEqual([
    'Name',
    'Name',
    null,
    null,
    null,
  ]);
  expect(new Set(frames).size).toBe(2);
});

it('are what each asks for', () => {
  const shown = sent([
    asked('object'),
    asked('table'),
    asked('table', 'Object'),
    asked('table', 'None'),
    asked('table', 'Metadata', 'v1beta1'),
    asked('partial'),
  ]).map((frame) => JSON.parse(frame.toString()));
  expect(shown[0]).toEqual({
    type: 'ADDED',
    object: { ...object, metadata: { ...object.metadata, resourceVersion: '7' } },
  });
  expect(shown.map((each) => `${each.object.apiVersion} ${each.object.kind}`)).toEqual([
    'v1 ConfigMap',
    'meta.k8s.io/v1 Table',
    'meta.k8s.io/v1 Table',
    'meta.k8s.io/v1 Table',
    'meta.k8s.io/v1beta1 Table',
    'meta.k8s.io/v1 PartialObjectMetadata',
  ]);
  expect(shown.slice(1, 4).map((each) => each.object.rows[0].object?.kind)).toEqual([
    'PartialObjectMetadata',
    'ConfigMap',
    undefined,
  ]);
  expect(shown[1].object.rows[0].cells).toEqual(['a', 1, '60s']);
});

it('are not kept once all have been told', () => {
  const resource = state();
  const happened = event();
  resource.apply(happened, 0);
  expect(happened.frames).toBeUndefined();
  const target = asked('table');
  const made = framesFor(target, undefined);
  const late = () => frameOf(made, 'ADDED', { record: happened.record, event: happened });
  expect(late()).not.toBe(late());
  expect(happened.frames).toBeUndefined();
});
