/** Manifests of versions that upstream no longer serves do what they did when they were written. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import { startApi, type TestApi } from '../api.ts';
import { exampleOf, inGroup, labels, selector, template } from './objects.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const retired = [
  ['apps/v1beta1', 'StatefulSet', 'deprecated in v1.8+, unavailable in v1.16+; use apps/v1 StatefulSet'],
  ['apps/v1beta2', 'StatefulSet', 'deprecated in v1.9+, unavailable in v1.16+; use apps/v1 StatefulSet'],
  ['extensions/v1beta1', 'DaemonSet', 'deprecated in v1.8+, unavailable in v1.16+; use apps/v1 DaemonSet'],
  ['apps/v1beta2', 'DaemonSet', 'deprecated in v1.9+, unavailable in v1.16+; use apps/v1 DaemonSet'],
  ['apps/v1beta1', 'ControllerRevision', 'deprecated in v1.8+, unavailable in v1.16+; use apps/v1 ControllerRevision'],
  ['apps/v1beta2', 'ControllerRevision', 'deprecated in v1.9+, unavailable in v1.16+; use apps/v1 ControllerRevision'],
  ['batch/v1beta1', 'CronJob', 'deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob'],
  [
    'policy/v1beta1',
    'PodDisruptionBudget',
    'deprecated in v1.21+, unavailable in v1.25+; use policy/v1 PodDisruptionBudget',
  ],
  [
    'scheduling.k8s.io/v1beta1',
    'PriorityClass',
    'deprecated in v1.14+, unavailable in v1.22+; use scheduling.k8s.io/v1 PriorityClass',
  ],
  [
    'node.k8s.io/v1beta1',
    'RuntimeClass',
    'deprecated in v1.22+, unavailable in v1.25+; use node.k8s.io/v1 RuntimeClass',
  ],
] as const;

/** Where a kind is served in another version. */
function pathIn(groupVersion: string, kind: string): string {
  const { path } = exampleOf(kind);
  const plural = path.slice(path.lastIndexOf('/') + 1);
  return path.includes('/namespaces/') ? inGroup(groupVersion, plural) : `/apis/${groupVersion}/${plural}`;
}

it.each(retired)(
  '%s %s is accepted with a warning, and is the same object in its present version',
  async (version, kind, told) => {
    const old = pathIn(version, kind);
    const { path, content } = exampleOf(kind);
    const posted = await api.request('POST', old, { apiVersion: version, kind, metadata: { name: 'old' }, ...content });
    expect([posted.status, posted.headers.warning]).toEqual([201, `299 - "${version} ${kind} is ${told}"`]);
    expect(posted.body).toMatchObject({ apiVersion: version, kind });
    const present = await api.get(`${path}/old`);
    expect(present).toMatchObject(content);
    await api.request('PUT', `${old}/old`, await api.get(`${old}/old`));
    expect(await api.get(`${path}/old`)).toEqual(present);
  },
);

describe('apps/v1beta1 StatefulSet', () => {
  it('selects by the labels of its template, and its pods are replaced once somebody deletes them', async () => {
    await api.create(pathIn('apps/v1beta1', 'StatefulSet'), {
      metadata: { name: 'old' },
      spec: { template, serviceName: 'old' },
    });
    const { spec, metadata } = await api.get(`${exampleOf('StatefulSet').path}/old`);
    expect(spec).toMatchObject({ selector, updateStrategy: { type: 'OnDelete' } });
    expect(metadata.labels).toEqual(labels);
  });
});

describe('extensions/v1beta1 DaemonSet', () => {
  const old = pathIn('extensions/v1beta1', 'DaemonSet');

  it('counts the changes of its template in its spec', async () => {
    const created = await api.create(old, { metadata: { name: 'old' }, spec: { template } });
    expect(created.spec).toMatchObject({ selector, templateGeneration: 1, updateStrategy: { type: 'OnDelete' } });
    expect(created.metadata).not.toHaveProperty('annotations');
    const { metadata, spec } = await api.get(`${exampleOf('DaemonSet').path}/old`);
    expect(metadata.annotations).toEqual({ 'deprecated.daemonset.template.generation': '1' });
    expect(spec).not.toHaveProperty('templateGeneration');
  });
});

describe('policy/v1beta1 PodDisruptionBudget', () => {
  const old = pathIn('policy/v1beta1', 'PodDisruptionBudget');
  const { path } = exampleOf('PodDisruptionBudget');
  const label = 'pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match';
  const selectorOf = ({ spec }: AnyObject) => spec?.selector;

  it('is for no pod where its selector is empty, in either version', async () => {
    const created = await api.create(old, { metadata: { name: 'none' }, spec: { minAvailable: 1, selector: {} } });
    expect(selectorOf(created)).toEqual({});
    expect(selectorOf(await api.get(`${path}/none`))).toEqual({
      matchExpressions: [{ key: label, operator: 'Exists' }],
    });
  });

  it('is for every pod where the selector of policy/v1 is empty', async () => {
    await api.create(path, { metadata: { name: 'all' }, spec: { minAvailable: 1, selector: {} } });
    const read = await api.get(`${old}/all`);
    expect(selectorOf(read)).toEqual({ matchExpressions: [{ key: label, operator: 'DoesNotExist' }] });
    await api.request('PUT', `${old}/all`, read);
    expect(selectorOf(await api.get(`${path}/all`))).toEqual({});
  });
});

it('a RuntimeClass of v1beta1 has no generation to count', async () => {
  const read = await api.create(pathIn('node.k8s.io/v1beta1', 'RuntimeClass'), {
    metadata: { name: 'old' },
    handler: 'runc',
  });
  expect(read).toMatchObject({ handler: 'runc' });
});
