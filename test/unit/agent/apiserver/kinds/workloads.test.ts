/** Stateful sets, daemon sets, replication controllers and templates of pods. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import { startApi, type TestApi } from '../api.ts';
import { exampleOf, labels, selector, template } from './objects.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const merge = { 'content-type': 'application/merge-patch+json' };
const make = (kind: string, name: string, content: object = exampleOf(kind).content) =>
  api.create(exampleOf(kind).path, { metadata: { name }, ...content });
const patch = async (kind: string, name: string, body: object): Promise<AnyObject> =>
  (await api.request('PATCH', `${exampleOf(kind).path}/${name}`, body, merge)).body as AnyObject;

describe('defaults', () => {
  it('of a stateful set: one pod after the other, and claims that stay', async () => {
    const resources = { requests: { storage: '1Gi' } };
    const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources } };
    const { spec } = await make('StatefulSet', 'web', { spec: { selector, template, volumeClaimTemplates: [claim] } });
    expect(spec).toMatchObject({
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      replicas: 1,
      revisionHistoryLimit: 10,
      serviceName: '',
      template: { spec: { restartPolicy: 'Always', containers: [{ imagePullPolicy: 'IfNotPresent' }] } },
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          spec: { volumeMode: 'Filesystem' },
          status: { phase: 'Pending' },
        },
      ],
    });
  });

  it('of a daemon set: nodes are updated one after the other', async () => {
    const { spec, status, metadata } = await make('DaemonSet', 'agent');
    expect(spec).toMatchObject({
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    });
    expect(status).toEqual({
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    });
    expect(metadata.annotations).toEqual({ 'deprecated.daemonset.template.generation': '1' });
  });

  it('of a replication controller: selector and labels are those of its template', async () => {
    const { spec, metadata, status } = await make('ReplicationController', 'old', { spec: { template } });
    expect([spec?.selector, metadata.labels, spec?.replicas, status]).toEqual([labels, labels, 1, { replicas: 0 }]);
  });
});

describe('a daemon set', () => {
  it('counts the changes of its template, and nobody else does', async () => {
    await make('DaemonSet', 'agent');
    const annotation = 'deprecated.daemonset.template.generation';
    const forged = await patch('DaemonSet', 'agent', { metadata: { annotations: { [annotation]: '99' } } });
    expect([forged.metadata.annotations?.[annotation], forged.metadata.generation]).toEqual(['1', 1]);
    const changed = await patch('DaemonSet', 'agent', { spec: { template: { metadata: { labels: { v: '2' } } } } });
    expect([changed.metadata.annotations?.[annotation], changed.metadata.generation]).toEqual(['2', 2]);
    const other = await patch('DaemonSet', 'agent', { spec: { minReadySeconds: 5 } });
    expect([other.metadata.annotations?.[annotation], other.metadata.generation]).toEqual(['2', 3]);
  });
});

/** StatefulSet should have a working scale subresource, ReplicationController should get and update a scale. */
describe.each(['StatefulSet', 'ReplicationController'])('the scale of a %s', (kind) => {
  it('is read and updated', async () => {
    const { path } = exampleOf(kind);
    await make(kind, 'web');
    const scale = await api.get(`${path}/web/scale`);
    expect(scale).toMatchObject({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'web', namespace: 'default' },
      spec: { replicas: 1 },
      status: { replicas: 0, selector: 'app=web' },
    });
    const { body } = await api.request('PUT', `${path}/web/scale`, { ...scale, spec: { replicas: 4 } });
    expect(body).toMatchObject({ kind: 'Scale', spec: { replicas: 4 } });
    await api.request('PATCH', `${path}/web/scale`, { spec: { replicas: 2 } }, merge);
    expect(await api.get(`${path}/web`)).toMatchObject({ spec: { replicas: 2 }, metadata: { generation: 3 } });
  });
});

describe('a replication controller', () => {
  it.each([
    ['says nothing', {}, ['orphan']],
    ['leaves its pods', { propagationPolicy: 'Orphan' }, ['orphan']],
    ['wants its pods gone first', { propagationPolicy: 'Foreground' }, ['foregroundDeletion']],
  ])('is marked for the collector where the client %s', async (_what, options, finalizers) => {
    const { path } = exampleOf('ReplicationController');
    await make('ReplicationController', 'web');
    const { body } = await api.request('DELETE', `${path}/web`, options);
    expect((body as AnyObject).metadata).toMatchObject({ finalizers, deletionTimestamp: expect.any(String) });
  });

  it('goes at once where the collector is to find its pods later', async () => {
    const { path } = exampleOf('ReplicationController');
    await make('ReplicationController', 'web');
    await api.request('DELETE', `${path}/web`, { propagationPolicy: 'Background' });
    expect(await api.refused('GET', `${path}/web`)).toMatchObject({ code: 404 });
  });
});

describe('a stateful set', () => {
  it('goes with its pods where the client says nothing', async () => {
    const { path } = exampleOf('StatefulSet');
    await make('StatefulSet', 'web');
    const { status, headers } = await api.request('DELETE', `${path}/web`);
    expect([status, headers.warning]).toEqual([200, undefined]);
    expect(await api.refused('GET', `${path}/web`)).toMatchObject({ code: 404 });
  });

  it('warns of a history without end', async () => {
    const { path, content } = exampleOf('StatefulSet');
    const { headers } = await api.request('POST', path, {
      metadata: { name: 'web' },
      spec: { ...(content.spec as object), revisionHistoryLimit: -1 },
    });
    expect(headers.warning).toBe(
      '299 - "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"',
    );
  });
});
