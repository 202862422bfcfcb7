/**
 * What Helm sends, request by request, for machines without a Helm: `pkg/storage/driver/secrets.go`,
 * `pkg/kube/client.go` and `pkg/kube/ready.go` of helm/helm. Controllers run, and nodes that run nothing.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pods } from '../../../agent/api/core/pod.ts';
import type { AnyObject, ObjectList } from '../../../agent/api/types.ts';
import { createHttpsTransport, type HttpsTransport } from '../../../agent/client/https-transport.ts';
import { type ControlPlane, startControlPlane } from '../control-plane.ts';

let plane: ControlPlane;
let transport: HttpsTransport;
beforeAll(async () => {
  plane = await startControlPlane();
  const { api } = plane;
  transport = createHttpsTransport({ server: api.url, ca: api.ca, cert: api.admin.certificate, key: api.admin.key });
});
afterAll(async () => {
  transport.close();
  await plane.close();
});

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
function ask(method: Method, path: string, body?: object, type = 'application/json') {
  return transport.request({ method, path, body, headers: { 'content-type': type } });
}
const send = async (...request: Parameters<typeof ask>) => {
  const { status, body } = await ask(...request);
  return { status, body: body as AnyObject };
};
const items = async (path: string): Promise<AnyObject[]> => ((await ask('GET', path)).body as ObjectList).items;
const inDefault = (plural: string, group = '/api/v1'): string => `${group}/namespaces/default/${plural}`;

const secrets = inDefault('secrets');
const deployment = `${inDefault('deployments', '/apis/apps/v1')}/pond`;
const jobs = inDefault('jobs', '/apis/batch/v1');
const frogs = inDefault('frogs', '/apis/pond.example.com/v1');
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const mergePatch = 'application/merge-patch+json';
const strategicPatch = 'application/strategic-merge-patch+json';
const applyPatch = 'application/apply-patch+yaml';

/** Helm's own base64 of the gzipped release lies within that of the secret. */
const encoded = (release: object): string =>
  Buffer.from(gzipSync(JSON.stringify(release)).toString('base64')).toString('base64');
const decoded = (data: string): unknown =>
  JSON.parse(gunzipSync(Buffer.from(Buffer.from(data, 'base64').toString(), 'base64')).toString());

const nameOf = (version: number): string => `sh.helm.release.v1.pond.v${version}`;
const release = (version: number, status: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: nameOf(version), labels: { owner: 'helm', name: 'pond', status, version: String(version) } },
  type: 'helm.sh/release.v1',
  data: { release: encoded({ version, info: { status } }) },
});

it('keeps a release per revision, whose status changes without a resource version, found by labels', async () => {
  expect((await send('POST', secrets, release(1, 'pending-install'))).status).toBe(201);
  expect(await send('POST', secrets, release(1, 'pending-install'))).toMatchObject({
    status: 409,
    body: { reason: 'AlreadyExists' },
  });
  expect((await send('PUT', `${secrets}/${nameOf(1)}`, release(1, 'deployed'))).status).toBe(200);
  expect((await send('POST', secrets, release(2, 'failed'))).status).toBe(201);
  const deployed = await items(`${secrets}?labelSelector=name%3Dpond%2Cowner%3Dhelm%2Cstatus%3Ddeployed`);
  expect(deployed.map(({ metadata }) => metadata.name)).toEqual([nameOf(1)]);
  expect(deployed).toMatchObject([{ type: 'helm.sh/release.v1', data: { release: expect.any(String) } }]);
  const data = deployed[0]?.data as { release: string };
  expect(decoded(data.release)).toEqual({ version: 1, info: { status: 'deployed' } });
  expect(await items(`${secrets}?labelSelector=name%3Dpond%2Cowner%3Dhelm`)).toHaveLength(2);
  expect(await send('GET', `${secrets}/${nameOf(3)}`)).toMatchObject({ status: 404, body: { reason: 'NotFound' } });
});

it('serves a definition of the folder crds before the rest of the chart is built', async () => {
  const spec = { type: 'object', properties: { colour: { type: 'string' } } };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'frogs.pond.example.com' },
    spec: {
      group: 'pond.example.com',
      scope: 'Namespaced',
      names: { plural: 'frogs', singular: 'frog', kind: 'Frog', listKind: 'FrogList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
  expect((await send('POST', definitions, definition)).status).toBe(201);
  const { status } = (await send('GET', `${definitions}/frogs.pond.example.com`)).body;
  expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Established', status: 'True' }));
  const { groups } = (await send('GET', '/apis')).body;
  expect(groups).toContainEqual(expect.objectContaining({ name: 'pond.example.com' }));
  const { resources } = (await send('GET', '/apis/pond.example.com/v1')).body;
  expect(resources).toMatchObject([{ name: 'frogs', kind: 'Frog', namespaced: true }]);
  const kermit = { apiVersion: 'pond.example.com/v1', kind: 'Frog', metadata: { name: 'kermit' } };
  expect((await send('POST', frogs, { ...kermit, spec: { colour: 'green' } })).status).toBe(201);
});

it('changes custom resources by merge patches, and refuses strategic ones', async () => {
  const brown = { spec: { colour: 'brown' } };
  expect(await send('PATCH', `${frogs}/kermit`, brown, mergePatch)).toMatchObject({ status: 200, body: brown });
  expect((await send('PATCH', `${frogs}/kermit`, brown, strategicPatch)).status).toBe(415);
});

it('shows a hook as complete to a watch of its name that began at the version of a list', async () => {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'migrate', image: 'migrate' }] } };
  const hook = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'pond-migrate' }, spec: { template } };
  expect((await send('POST', jobs, hook)).status).toBe(201);
  const selector = 'fieldSelector=metadata.name%3Dpond-migrate';
  const { resourceVersion } = (await send('GET', `${jobs}?${selector}`)).body.metadata;
  const stop = new AbortController();
  const path = `${jobs}?${selector}&watch=true&resourceVersion=${resourceVersion}`;
  const { events } = await transport.request({ method: 'GET', path, signal: stop.signal });

  const its = 'labelSelector=job-name%3Dpond-migrate';
  await expect.poll(() => items(`${inDefault('pods')}?${its}`)).toMatchObject([{ status: { phase: 'Running' } }]);
  const [pod] = await items(`${inDefault('pods')}?${its}`);
  const ended = { status: { phase: 'Succeeded' } };
  await plane.client
    .resource(pods)
    .patch(pod?.metadata.name ?? '', 'default', mergePatch, ended, { subresource: 'status' });

  const seen: unknown[] = [];
  for await (const { object } of events ?? []) {
    const conditions = (object as AnyObject).status?.conditions;
    seen.push(conditions);
    if (JSON.stringify(conditions ?? []).includes('"type":"Complete","status":"True"')) break;
  }
  stop.abort();
  expect(seen.at(-1)).toContainEqual(expect.objectContaining({ type: 'Complete', status: 'True' }));
});

const pond = (replicas: number, image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'pond', namespace: 'default', labels: { 'app.kubernetes.io/managed-by': 'Helm' } },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'pond' } },
    template: { metadata: { labels: { app: 'pond' } }, spec: { containers: [{ name: 'pond', image }] } },
  },
});
const applied = (object: object, query = ''): ReturnType<typeof send> =>
  send('PATCH', `${deployment}?fieldManager=helm&fieldValidation=Strict${query}`, object, applyPatch);

it('applies for the manager helm, conflicts with what others set, and gives way to force', async () => {
  expect((await applied(pond(1, 'pond:1'))).status).toBe(201);
  const scale = { spec: { replicas: 3 } };
  expect((await send('PATCH', `${deployment}/scale?fieldManager=hand`, scale, mergePatch)).status).toBe(200);
  expect(await applied(pond(1, 'pond:2'))).toMatchObject({
    status: 409,
    body: {
      reason: 'Conflict',
      message:
        'Apply failed with 1 conflict: conflict with "hand" with subresource "scale" using apps/v1: .spec.replicas',
    },
  });
  expect(await applied(pond(1, 'pond:2'), '&force=true')).toMatchObject({
    status: 200,
    body: { spec: { replicas: 1 } },
  });
});

it('tells which field an apply has that the kind has not', async () => {
  const { spec, ...rest } = pond(1, 'pond:2');
  expect(await applied({ ...rest, spec: { ...spec, replicaz: 2 } })).toMatchObject({
    status: 500,
    body: {
      message:
        'failed to create typed patch object (default/pond; apps/v1, Kind=Deployment): .spec.replicaz: field not declared in schema',
    },
  });
});

it('is ready, as Helm reads it, once the controllers have seen what was written', async () => {
  await expect
    .poll(async () => (await send('GET', deployment)).body)
    .toMatchObject({ status: { readyReplicas: 1, updatedReplicas: 1, replicas: 1 } });
  const { metadata, status } = (await send('GET', deployment)).body;
  expect(status?.observedGeneration).toBe(metadata.generation);
});

it('merges three ways by strategic patches: containers by name, and only what changed', async () => {
  const $setElementOrder = { '$setElementOrder/containers': [{ name: 'pond' }] };
  const containers = [{ name: 'pond', env: [{ name: 'MOTTO', value: 'still' }] }];
  const patch = { spec: { template: { spec: { ...$setElementOrder, containers } } } };
  expect(await send('PATCH', deployment, patch, strategicPatch)).toMatchObject({
    status: 200,
    body: {
      spec: { template: { spec: { containers: [{ name: 'pond', image: 'pond:2', env: containers[0]?.env }] } } },
    },
  });
});

it('deletes in the background: the object is gone at once, and what it owns soon after', async () => {
  const options = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
  expect((await send('DELETE', deployment, options)).status).toBe(200);
  expect((await send('GET', deployment)).status).toBe(404);
  const owned = `${inDefault('replicasets', '/apis/apps/v1')}?labelSelector=app%3Dpond`;
  await expect.poll(() => items(owned)).toEqual([]);
  await expect.poll(() => items(`${inDefault('pods')}?labelSelector=app%3Dpond`)).toEqual([]);
});
