/** What upstream's tests of "API operations" do with every kind, in their order. */
import { expect } from 'vitest';
import type { AnyObject } from '../../../../../agent/api/types.ts';
import type { TestApi } from '../api.ts';

export interface Lifecycle {
  /** '' is the core group. */
  group: string;
  plural: string;
  /** Absent: `default`. */
  clusterScoped?: boolean;
  /** A manifest without name and labels. */
  object: object;
  /** Written to the status by patch; absent: the kind has none. */
  status?: object;
  /** The server writes the status of each by itself as soon as it is there. */
  isReported?: boolean;
  /** Names, where not any will do. */
  names?: readonly [string, string, string];
}

const merge = { 'content-type': 'application/merge-patch+json' };
const selector = 'labelSelector=special%3Dyes';

export const collectionOf = ({ group, plural, clusterScoped }: Lifecycle): string =>
  `${group ? `/apis/${group}` : '/api'}/v1${clusterScoped ? '' : '/namespaces/default'}/${plural}`;

interface ResourceList {
  resources: { name: string; verbs: string[] }[];
}

/** The kind is among the resources of its version, and its status beside it. */
async function discover(api: TestApi, { group, plural, status }: Lifecycle): Promise<void> {
  const { body } = await api.request('GET', group ? `/apis/${group}/v1` : '/api/v1');
  const names = (body as ResourceList).resources.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(status ? [plural, `${plural}/status`] : [plural]));
}

const patched = async (api: TestApi, path: string, change: object): Promise<AnyObject> => {
  const { status, body } = await api.request('PATCH', path, change, merge);
  expect([status, path]).toEqual([200, path]);
  return body as AnyObject;
};

async function writeStatus(api: TestApi, path: string, status: object): Promise<void> {
  const after = await patched(api, `${path}/status`, { status });
  expect(after.status).toMatchObject(status);
  const again = await api.request('PUT', `${path}/status`, after);
  expect(again.status).toBe(200);
  expect(await api.get(`${path}/status`)).toMatchObject({ status });
}

const withoutRevision = (event: string): string => event.replace(/@.*/, '');

/** Creates three, and leaves none. Expects exactly the events that the writes make. */
export async function liveThrough(api: TestApi, kind: Lifecycle): Promise<void> {
  await discover(api, kind);
  const path = collectionOf(kind);
  const [first, second, third] = kind.names ?? ['first', 'second', 'third'];
  const watch = await api.watch(`${path}?watch=1&${selector}`);
  for (const name of [first, second, third]) {
    await api.create(path, { ...kind.object, metadata: { name, labels: { special: 'yes' } } });
  }
  const created = await watch.next(kind.isReported ? 6 : 3);
  expect(created.filter((event) => event.startsWith('ADDED')).map(withoutRevision)).toEqual([
    `ADDED ${first}`,
    `ADDED ${second}`,
    `ADDED ${third}`,
  ]);
  const listed = await api.list(`${path}?${selector}`);
  expect(listed.items.map(({ metadata }) => metadata.name).sort()).toEqual([first, second, third].sort());
  const made = await api.get(`${path}/${first}`);
  const annotated = await patched(api, `${path}/${first}`, { metadata: { annotations: { patched: 'true' } } });
  expect(annotated.metadata.annotations).toMatchObject({ patched: 'true' });
  const updated = { ...annotated, metadata: { ...annotated.metadata, annotations: { updated: 'true' } } };
  expect(await api.request('PUT', `${path}/${first}`, updated)).toMatchObject({ status: 200 });
  expect(await api.request('PUT', `${path}/${first}`, { ...made, metadata: made.metadata })).toMatchObject({
    status: 409,
  });
  if (kind.status) await writeStatus(api, `${path}/${first}`, kind.status);
  await release(api, path);
  expect((await api.request('DELETE', `${path}/${first}`)).status).toBe(200);
  expect(await api.refused('GET', `${path}/${first}`)).toMatchObject({ code: 404, reason: 'NotFound' });
  expect((await api.request('DELETE', `${path}?${selector}`)).status).toBe(200);
  expect((await api.list(`${path}?${selector}`)).items).toEqual([]);
  const seen = await watch.next(2);
  expect(seen.map(withoutRevision)).toEqual([`MODIFIED ${first}`, `MODIFIED ${first}`]);
}

/** What a controller does once nobody uses them. */
async function release(api: TestApi, path: string): Promise<void> {
  const { items } = await api.list(`${path}?${selector}`);
  for (const { metadata } of items.filter((each) => each.metadata.finalizers?.length)) {
    await patched(api, `${path}/${metadata.name}`, { metadata: { finalizers: null } });
  }
}
