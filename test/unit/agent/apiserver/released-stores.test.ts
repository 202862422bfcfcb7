/** A cluster that a released version wrote opens in this one: a store of each is kept, with what it answered then. */
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apiVersionOf, resourceOf } from '../../../../agent/api/kind.ts';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { createSqliteStore } from '../../../../agent/store/sqlite.ts';
import { startApi, type TestApi } from './api.ts';

const folder = join(import.meta.dirname, '../../../fixtures/stores');
const releases = (await readdir(folder, { withFileTypes: true })).filter((each) => each.isDirectory());

async function opened(release: string, use: (api: TestApi, then: Record<string, AnyObject[]>) => Promise<void>) {
  const copy = await mkdtemp(join(tmpdir(), 'skiff-release-'));
  const path = join(copy, 'state.db');
  await copyFile(join(folder, release, 'state.db'), path);
  const api = await startApi({ store: await createSqliteStore({ path }) });
  const then = JSON.parse(await readFile(join(folder, release, 'objects.json'), 'utf8'));
  try {
    await use(api, then);
  } finally {
    await api.close();
    await rm(copy, { recursive: true });
  }
}

const rootOf = (apiVersion: string): string => `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`;

function pathOf({ apiVersion, kind, metadata }: AnyObject): string {
  const plural = builtInKinds.find((each) => each.kind === kind)?.plural ?? '';
  const within = metadata.namespace ? `/namespaces/${metadata.namespace}` : '';
  return `${rootOf(apiVersion)}${within}/${plural}/${metadata.name}`;
}

/**
 * What the first start of this release writes into an older store: which classes it made, on the namespace kube-system.
 * Everything else of that object must read as it did.
 */
function withoutMarks(object: AnyObject, before: AnyObject | undefined): AnyObject {
  const { annotations = {}, ...metadata } = object.metadata;
  const others = Object.entries(annotations).filter(([name]) => !/^skiff\.dev\/[\w-]+-made$/.test(name));
  if (object.kind !== 'Namespace' || metadata.name !== 'kube-system' || !before) return object;
  const kept = others.length > 0 ? { annotations: Object.fromEntries(others) } : {};
  return { ...object, metadata: { ...metadata, ...kept, resourceVersion: before.metadata.resourceVersion ?? '' } };
}

/** What a first start of this release makes, and that one did not. */
const isMadeSince = ({ plural }: { plural: string }, name: string): boolean =>
  plural === 'configmaps' && name === 'coredns';

it('is kept for at least one release, with objects of every kind that it served', () => {
  expect(releases.map(({ name }) => name)).toContain('0.1.0');
});

it.each(releases.map(({ name }) => name))('the store of %s: every object reads as it did', async (release) => {
  await opened(release, async (api, then) => {
    expect(Object.values(then).every((objects) => objects.length > 0)).toBe(true);
    for (const kind of builtInKinds.filter((each) => then[resourceOf(each)])) {
      const { items: all } = await api.list(`${rootOf(apiVersionOf(kind.representations[0]))}/${kind.plural}`);
      const items = all.filter(({ metadata }) => !isMadeSince(kind, metadata.name));
      const before = then[resourceOf(kind)] ?? [];
      expect(items.map((item, index) => withoutMarks(item, before[index]))).toEqual(before);
    }
  });
});

it.each(releases.map(({ name }) => name))('the store of %s: every object can be written again', async (release) => {
  await opened(release, async (api, then) => {
    const answers = await Promise.all(
      Object.values(then)
        .flat()
        .map(async (object) => {
          const { metadata } = await api.get(pathOf(object));
          const current = { ...object, metadata: { ...object.metadata, resourceVersion: metadata.resourceVersion } };
          const { status, body } = await api.request('PUT', pathOf(object), current);
          return status === 200 ? 200 : [pathOf(object), body];
        }),
    );
    expect(answers.filter((each) => each !== 200)).toEqual([]);
  });
});

it.each(releases.map(({ name }) => name))('the store of %s: gets the default roles and bindings', async (release) => {
  await opened(release, async (api) => {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    expect(await api.get(`${rbac}/clusterrolebindings/cluster-admin`)).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'Group', name: 'system:masters' }],
    });
    expect((await api.list(`${rbac}/clusterroles`)).items.length).toBeGreaterThan(60);
  });
});
