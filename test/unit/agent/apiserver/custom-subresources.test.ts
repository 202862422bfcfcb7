/** Each version of a custom resource has subresources of its own. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { definitions } from '../api/schema/definitions.ts';
import { startApi, type TestApi } from './api.ts';
import { define, tool, toolsPath, toolVersion } from './custom-definitions.ts';

const merge = { 'content-type': 'application/merge-patch+json' };
const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };

let api: TestApi;
beforeEach(async () => {
  api = await startApi({ definitions });
  await define(api, [
    toolVersion('v1', { subresources: { status: {} } }),
    toolVersion('v2', { storage: false, subresources: { scale } }),
  ]);
});
afterEach(() => api.close());

const patched = async (path: string, patch: object): Promise<AnyObject> => {
  const { status, body } = await api.request('PATCH', path, patch, merge);
  expect([status, body]).toEqual([200, expect.anything()]);
  return body as AnyObject;
};

it('discovery and paths have what the version has', async () => {
  await api.create(toolsPath(), tool('a'));
  const names = async (version: string) => {
    const { resources } = (await api.get(`/apis/example.com/${version}`)) as object as {
      resources: { name: string }[];
    };
    return resources.map(({ name }) => name);
  };
  expect([await names('v1'), await names('v2')]).toEqual([
    ['tools', 'tools/status'],
    ['tools', 'tools/scale'],
  ]);
  const codes = async (version: string) =>
    Promise.all(
      ['status', 'scale'].map(async (part) => (await api.request('GET', `${toolsPath(version)}/a/${part}`)).status),
    );
  expect([await codes('v1'), await codes('v2')]).toEqual([
    [200, 404],
    [404, 200],
  ]);
  const { paths } = (await api.get('/openapi/v3/apis/example.com/v2')) as object as { paths: object };
  expect(Object.keys(paths).filter((path) => path.includes('{name}/'))).toEqual([
    '/apis/example.com/v2/namespaces/{namespace}/tools/{name}/scale',
  ]);
});

it('a status without a path of its own is written and counted like all else', async () => {
  const made = await api.create(toolsPath(), tool('a', { status: { replicas: 1 } }));
  expect(made.status).toBeUndefined();
  const other = await api.create(toolsPath('v2'), tool('b', { status: { replicas: 1 } }, 'v2'));
  expect([other.status, other.metadata.generation]).toEqual([{ replicas: 1 }, 1]);

  const ignored = await patched(`${toolsPath()}/b`, { status: { replicas: 2 } });
  expect([ignored.status, ignored.metadata.generation]).toEqual([{ replicas: 1 }, 1]);
  const counted = await patched(`${toolsPath('v2')}/b`, { status: { replicas: 2 } });
  expect([counted.status, counted.metadata.generation]).toEqual([{ replicas: 2 }, 2]);
});

it('a write to the status leaves the metadata alone', async () => {
  await api.create(toolsPath(), tool('a'));
  const written = await patched(`${toolsPath()}/a/status`, {
    metadata: { labels: { a: 'b' } },
    status: { phase: 'x' },
  });
  expect([written.metadata.labels, written.status]).toEqual([undefined, { phase: 'x' }]);
});

it('a scale is read and written by the paths of its version', async () => {
  await api.create(toolsPath(), tool('a', { spec: { replicas: 2 } }));
  const changed = await patched(`${toolsPath('v2')}/a/scale`, { spec: { replicas: 3 } });
  expect(changed.spec).toEqual({ replicas: 3 });
  expect((await api.get(`${toolsPath()}/a`)).spec).toEqual({ replicas: 3 });
});

it('an update must name the revision that it replaces', async () => {
  const made = await api.create(toolsPath(), tool('a'));
  const { resourceVersion: _revision, ...metadata } = made.metadata;
  const { code, message } = await api.refused('PUT', `${toolsPath()}/a`, { ...made, metadata });
  expect([code, message]).toEqual([
    422,
    'tools.example.com "a" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
  ]);
});
