/** What upstream's conformance tests ask of every resource: each verb, in each form. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isObject } from '../../../../../agent/api/json/value.ts';
import type { AnyObject, ObjectList } from '../../../../../agent/api/types.ts';
import { startApi, type TestApi } from '../api.ts';
import { examples } from './objects.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const names = ({ items }: ObjectList) => items.map(({ metadata }) => metadata.name);
const everywhere = (path: string) => path.replace('/namespaces/default', '');
const selected = '?labelSelector=test%3Dmine';
const merge = { 'content-type': 'application/merge-patch+json' };

/** Upstream's test of each. */
const tests: Readonly<Record<string, string>> = {
  StatefulSet: 'should list, patch and delete a collection of StatefulSets',
  DaemonSet: 'should list and delete a collection of DaemonSets',
  ControllerRevision: 'should manage the lifecycle of a ControllerRevision',
  ReplicationController: 'should test the lifecycle of a ReplicationController',
  PodTemplate:
    'should run the lifecycle of PodTemplates, should replace a pod template, should delete a collection of pod templates',
  Job: 'should manage the lifecycle of a job',
  CronJob: 'should support CronJob API operations',
  HorizontalPodAutoscaler: 'should support HorizontalPodAutoscaler API operations',
  PodDisruptionBudget: 'should list and delete a collection of PodDisruptionBudgets',
  LimitRange: 'should list, patch and delete a LimitRange by collection',
  ResourceQuota: 'should manage the lifecycle of a ResourceQuota',
  PriorityClass: 'verify PriorityClass endpoints can be operated with different HTTP methods',
  RuntimeClass: 'should support RuntimeClasses API operations',
};

it('names a test of upstream for each', () => {
  expect(Object.keys(tests)).toEqual(Object.keys(examples));
});

describe.each(Object.entries(examples).map(([kind, example]) => ({ kind, test: tests[kind], ...example })))(
  '$kind $test',
  ({ kind, path, content, change }) => {
    const make = (name: string) => api.create(path, { metadata: { name, labels: { test: 'mine' } }, ...content });

    it('is created, read, listed and watched', async () => {
      const { metadata } = await make('a');
      const watch = await api.watch(
        `${everywhere(path)}${selected}&watch=1&resourceVersion=${metadata.resourceVersion}`,
      );
      await make('b');
      expect(await api.get(`${path}/a`)).toMatchObject({ kind, metadata: { name: 'a', uid: metadata.uid } });
      expect(names(await api.list(`${path}${selected}`))).toEqual(['a', 'b']);
      expect(names(await api.list(`${everywhere(path)}${selected}`))).toEqual(['a', 'b']);
      expect(await watch.event()).toMatchObject({ type: 'ADDED', object: { kind, metadata: { name: 'b' } } });
    });

    it('is patched, replaced and applied', async () => {
      const first = await make('a');
      const patched = await api.request('PATCH', `${path}/a`, change, merge);
      expect([patched.status, patched.body]).toEqual([200, expect.objectContaining({ kind })]);
      expect(patched.body).toMatchObject(change);
      const replacement = { ...(patched.body as AnyObject) };
      replacement.metadata = { ...replacement.metadata, annotations: { replaced: 'yes' } };
      const replaced = await api.request('PUT', `${path}/a`, replacement);
      expect(replaced.body).toMatchObject({ metadata: { annotations: { replaced: 'yes' }, uid: first.metadata.uid } });
      const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
      const labelled = await api.request('PATCH', `${path}/a`, { metadata: { labels: { more: 'yes' } } }, strategic);
      expect(labelled.body).toMatchObject({ metadata: { labels: { test: 'mine', more: 'yes' } }, ...change });
      const applied = await api.request(
        'PATCH',
        `${path}/a?fieldManager=tester`,
        { apiVersion: first.apiVersion, kind, metadata: { name: 'a', labels: { applied: 'yes' } } },
        { 'content-type': 'application/apply-patch+yaml' },
      );
      expect(applied.body).toMatchObject({ metadata: { labels: { more: 'yes', applied: 'yes' } }, ...change });
    });

    it('is deleted alone and as a collection', async () => {
      for (const name of ['a', 'b', 'c']) await make(name);
      const propagation = { propagationPolicy: 'Background' };
      expect((await api.request('DELETE', `${path}/a`, propagation)).status).toBe(200);
      expect(names(await api.list(`${path}${selected}`))).toEqual(['b', 'c']);
      expect((await api.request('DELETE', `${path}${selected}`, propagation)).status).toBe(200);
      expect(names(await api.list(`${path}${selected}`))).toEqual([]);
    });

    it('comes back as it was written, and once more', async () => {
      const first = await make('a');
      expect(first).toMatchObject(content);
      const { status, body } = await api.request('PUT', `${path}/a`, first);
      expect([status, isObject(body) && body.metadata]).toEqual([200, first.metadata]);
    });

    it('is shown as a table', async () => {
      await make('a');
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
      const { body } = await api.request('GET', `${path}/a`, undefined, { accept });
      const { kind: form, columnDefinitions, rows } = body as unknown as Table;
      expect([form, columnDefinitions[0]?.name, rows[0]?.cells[0]]).toEqual(['Table', 'Name', 'a']);
      expect(rows[0]?.cells).toHaveLength(columnDefinitions.length);
    });
  },
);

interface Table {
  kind: string;
  columnDefinitions: { name: string }[];
  rows: { cells: unknown[] }[];
}
