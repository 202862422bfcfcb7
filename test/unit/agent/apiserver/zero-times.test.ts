/**
 * Times that nobody has set: upstream's JSON has null for those that its types hold by value, and leaves out the rest.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { definitions } from '../api/schema/definitions.ts';
import { inDefault, pod, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi({ definitions });
  await api.create(inDefault('serviceaccounts'), { metadata: { name: 'default' } });
});
afterEach(() => api.close());

const mergePatch = { 'content-type': 'application/merge-patch+json' };
const at = '2026-01-01T00:00:00Z';
const about = { involvedObject: { namespace: 'default', name: 'web' }, reason: 'Tested' };

it('an event shows all its times, in both of its versions', async () => {
  await api.create(inDefault('events'), { metadata: { name: 'a' }, ...about, lastTimestamp: at });
  expect(await api.get(inDefault('events', 'a'))).toMatchObject({
    eventTime: null,
    firstTimestamp: null,
    lastTimestamp: at,
  });
  expect(await api.get('/apis/events.k8s.io/v1/namespaces/default/events/a')).toMatchObject({
    eventTime: null,
    deprecatedFirstTimestamp: null,
    deprecatedLastTimestamp: at,
  });
});

it('a table that includes objects shows them the same', async () => {
  await api.create(inDefault('events'), { metadata: { name: 'a' }, ...about });
  const accept = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
  const table = await api.get(`${inDefault('events')}?includeObject=Object`, accept);
  expect(table.rows).toMatchObject([{ object: { eventTime: null, firstTimestamp: null, lastTimestamp: null } }]);
});

it('a watch and a list show what a get shows', async () => {
  const watch = await api.watch(`${inDefault('events')}?watch=true`);
  await api.create(inDefault('events'), { metadata: { name: 'a' }, ...about });
  expect(await watch.event()).toMatchObject({ object: { eventTime: null } });
  expect((await api.list(inDefault('events'))).items).toMatchObject([{ eventTime: null }]);
});

it('the status of a pod shows those of its conditions and containers', async () => {
  await api.create(inDefault('pods'), pod('web'));
  const container = { name: 'main', image: 'a', imageID: '', ready: false, restartCount: 0 };
  const status = {
    conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: at }],
    containerStatuses: [{ ...container, state: { running: {} }, lastState: { terminated: { exitCode: 1 } } }],
  };
  await api.request('PATCH', inDefault('pods', 'web/status'), { status }, mergePatch);
  const { status: stored } = await api.get(inDefault('pods', 'web'));
  expect(stored).toMatchObject({
    conditions: [{ lastProbeTime: null, lastTransitionTime: at }],
    containerStatuses: [
      { state: { running: { startedAt: null } }, lastState: { terminated: { startedAt: null, finishedAt: null } } },
    ],
  });
  // Held by a pointer.
  expect(stored).not.toHaveProperty('startTime');
});

it('a pod that is bound and one behind a gate show the times of their conditions', async () => {
  await api.create(inDefault('pods'), pod('web'));
  await api.create(inDefault('pods', 'web/binding'), {
    metadata: { name: 'web' },
    target: { kind: 'Node', name: 'worker' },
  });
  expect((await api.get(inDefault('pods', 'web'))).status?.conditions).toMatchObject([{ lastProbeTime: null }]);
  const gated = await api.create(inDefault('pods'), pod('gated', { schedulingGates: [{ name: 'a.b/c' }] }));
  expect(gated.status?.conditions).toMatchObject([{ lastProbeTime: null, lastTransitionTime: null }]);
});

it('metadata of templates has no creationTimestamp, sent as null or not', async () => {
  const template = {
    metadata: { creationTimestamp: null, labels: { app: 'a' } },
    spec: { containers: [{ name: 'a', image: 'b' }] },
  };
  const spec = { selector: { matchLabels: { app: 'a' } }, template };
  const made = await api.create('/apis/apps/v1/namespaces/default/deployments', {
    metadata: { name: 'a', creationTimestamp: null },
    spec,
  });
  expect(made.spec?.template).toMatchObject({ metadata: { labels: { app: 'a' } } });
  expect(JSON.stringify(made.spec)).not.toContain('creationTimestamp');
});
