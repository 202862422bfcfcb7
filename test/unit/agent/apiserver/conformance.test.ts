/** What upstream asks of every server, in the words of its own tests: lists in chunks, discovery, tables. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectList } from '../../../../agent/api/types.ts';
import { inDefault, startApi, type TestApi } from './api.ts';
import { define, toolVersion } from './custom-definitions.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

interface Discovered {
  items: { metadata: { name: string }; versions: { version: string; resources: { resource: string }[] }[] }[];
}

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/apimachinery/aggregated_discovery.go */
describe('aggregated discovery', () => {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const resourcesAt = async (path: string): Promise<string[]> => {
    const { items } = (await api.request('GET', path, undefined, { accept })).body as Discovered;
    return items.flatMap(({ metadata, versions }) =>
      versions.flatMap(({ version, resources }) =>
        resources.map(({ resource }) => `${metadata.name}/${version}/${resource}`),
      ),
    );
  };

  it.each([
    ['/api', accept, accept, 'APIGroupDiscoveryList'],
    ['/apis', accept, accept, 'APIGroupDiscoveryList'],
    ['/apis', `${accept},application/json`, accept, 'APIGroupDiscoveryList'],
    ['/api', 'application/json', 'application/json', 'APIVersions'],
    ['/apis', 'application/json', 'application/json', 'APIGroupList'],
    ['/apis', `application/json,${accept}`, 'application/json', 'APIGroupList'],
    ['/apis', '*/*', 'application/json', 'APIGroupList'],
  ])('should support raw aggregated discovery endpoint Accept headers: %s, %s', async (path, asked, type, kind) => {
    const { status, headers, body } = await api.request('GET', path, undefined, { accept: asked });
    expect([status, headers['content-type'], (body as { kind: string }).kind]).toEqual([200, type, kind]);
  });

  it('should support raw aggregated discovery request for CRDs', async () => {
    await define(api, [toolVersion('v1')]);
    expect(await resourcesAt('/apis')).toContain('example.com/v1/tools');
  });

  it('has the resources of the core', async () => {
    expect(await resourcesAt('/api')).toEqual(expect.arrayContaining(['/v1/namespaces', '/v1/pods']));
  });

  it.each([
    'admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    'apiextensions.k8s.io/v1/customresourcedefinitions',
    'apps/v1/deployments',
    'authentication.k8s.io/v1/tokenreviews',
    'authorization.k8s.io/v1/selfsubjectaccessreviews',
    'autoscaling/v1/horizontalpodautoscalers',
    'autoscaling/v2/horizontalpodautoscalers',
    'batch/v1/jobs',
    'certificates.k8s.io/v1/certificatesigningrequests',
    'coordination.k8s.io/v1/leases',
    'discovery.k8s.io/v1/endpointslices',
    'events.k8s.io/v1/events',
    'networking.k8s.io/v1/ingresses',
    'node.k8s.io/v1/runtimeclasses',
    'policy/v1/poddisruptionbudgets',
    'scheduling.k8s.io/v1/priorityclasses',
    'storage.k8s.io/v1/csinodes',
  ])('has %s', async (resource) => {
    expect(await resourcesAt('/apis')).toContain(resource);
  });
});

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/apimachinery/chunking.go */
describe('a list in chunks', () => {
  const templates = inDefault('podtemplates');
  const total = 40;
  const nameAt = (index: number): string => `template-${String(index).padStart(4, '0')}`;
  const template = { spec: { containers: [{ name: 'test', image: 'test2' }] } };
  const shortApi = () => startApi({ history: { limit: 8, bytes: 1 << 20, maxAge: 60_000 } });
  const fill = async (of: TestApi) => {
    for (let index = 0; index < total; index += 1) {
      await of.create(templates, { metadata: { name: nameAt(index) }, template });
    }
  };
  /** Each chunk until the last, each of which must add up to the total. */
  const chunks = async (of: TestApi, limit: number, from: { found: number; token: string }): Promise<ObjectList[]> => {
    const lists: ObjectList[] = [];
    let { found, token } = from;
    do {
      const list = await of.list(`${templates}?limit=${limit}${token ? `&continue=${token}` : ''}`);
      lists.push(list);
      found += list.items.length;
      token = list.metadata.continue ?? '';
      expect(list.metadata.remainingItemCount).toBe(token ? total - found : undefined);
    } while (token);
    return lists;
  };
  const namesIn = (lists: readonly ObjectList[]): string[] =>
    lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.name));
  const all = Array.from({ length: total }, (_, index) => nameAt(index));

  it('has every object once, in order, at one revision, and says how many remain', async () => {
    await fill(api);
    for (const limit of [1, 7, total]) {
      const lists = await chunks(api, limit, { found: 0, token: '' });
      expect(namesIn(lists)).toEqual(all);
      expect(new Set(lists.map(({ metadata }) => metadata.resourceVersion)).size).toBe(1);
    }
    expect(namesIn([await api.list(`${templates}?limit=${total + 1}`)])).toEqual(all);
  });

  it('goes on from the last key where its revision is forgotten, with the token of the refusal', async () => {
    const forgetful = await shortApi();
    await fill(forgetful);
    const first = await forgetful.list(`${templates}?limit=4`);
    for (let index = 0; index < 20; index += 1) {
      await forgetful.create(inDefault('configmaps'), { metadata: { generateName: 'later-' } });
      await forgetful.request(
        'PATCH',
        `${templates}/${nameAt(1)}`,
        { metadata: { labels: { now: `${index}` } } },
        {
          'content-type': 'application/merge-patch+json',
        },
      );
    }
    const refused = await forgetful.refused('GET', `${templates}?limit=4&continue=${first.metadata.continue}`);
    const token = refused.metadata?.continue ?? '';
    expect([refused.code, refused.reason, token.length > 0]).toEqual([410, 'Expired', true]);
    const rest = await chunks(forgetful, 4, { found: 4, token });
    expect(namesIn([first, ...rest])).toEqual(all);
    expect(rest[0]?.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
    expect(new Set(rest.map(({ metadata }) => metadata.resourceVersion)).size).toBe(1);
    await forgetful.close();
  });

  /** https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/apimachinery/table_conversion.go */
  it('may be printed as tables', async () => {
    const accept = 'application/json;as=Table;v=v1beta1;g=meta.k8s.io';
    const table = async (query: string) =>
      (await api.request('GET', `${templates}?${query}`, undefined, { accept })).body as {
        metadata: { resourceVersion: string; continue: string };
        rows: { cells: unknown[] }[];
      };
    const first = await table('limit=2');
    expect(first.metadata).toMatchObject({
      resourceVersion: expect.stringMatching(/\d/),
      continue: expect.any(String),
    });
    expect(first.rows.map(({ cells }) => cells[0])).toEqual([nameAt(0), nameAt(1)]);
    expect((await table(`continue=${first.metadata.continue}`)).rows[0]?.cells[0]).toBe(nameAt(2));
  });
});
