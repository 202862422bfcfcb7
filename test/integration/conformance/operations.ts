/**
 * What upstream's tests of "API operations" ask of a kind, step by step, with the clients that they use.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/test/e2e/network/ingress.go and its like
 */
import { expect } from 'vitest';
import type { AnyObject } from '../../../agent/api/types.ts';
import type { Lifecycle } from '../../unit/agent/apiserver/kinds/lifecycle.ts';
import { type Conformance, nameOf, reasonOf } from './conformance.ts';
import type { ResourceClient, Watch } from './go-client.ts';

/** What the runner of unit tests needs to know, and what is particular here. */
export interface Operations extends Lifecycle {
  /** Absent: v1. */
  version?: string;
  /** Further subresources that are in discovery. */
  subresources?: readonly string[];
  /** Verbs that upstream does not have either. */
  lacks?: readonly string[];
}

interface Groups {
  groups: { name: string; versions: { version: string }[] }[];
}
interface Group {
  name: string;
  versions: { version: string }[];
}
interface Resources {
  groupVersion: string;
  resources: { name: string; kind: string; namespaced: boolean; verbs: string[] }[];
}

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** `/apis`, the group and its version name the resource, its status and what else it has. Resolves with its kind. */
async function discover({ client }: Conformance, operations: Operations): Promise<string> {
  const { group, version = 'v1', plural, status, subresources = [], lacks = [], clusterScoped = false } = operations;
  if (group) {
    const { groups } = (await client.read('/apis')) as object as Groups;
    expect(groups.find(({ name }) => name === group)?.versions).toContainEqual(expect.objectContaining({ version }));
    const one = (await client.read(`/apis/${group}`)) as object as Group;
    expect([one.name, one.versions.some((each) => each.version === version)]).toEqual([group, true]);
  }
  const path = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const { resources } = (await client.read(path)) as object as Resources;
  const verbs = allVerbs.filter((verb) => !lacks.includes(verb));
  const found = resources.find(({ name }) => name === plural);
  expect(found).toMatchObject({ namespaced: !clusterScoped, verbs });
  const below = [...(status ? ['status'] : []), ...subresources].map((each) => `${plural}/${each}`);
  expect(resources.map(({ name }) => name)).toEqual(expect.arrayContaining(below));
  return found?.kind ?? '';
}

const selection = { labelSelector: 'special-label=e2e' };

async function sees(watch: Watch, annotation: string): Promise<void> {
  await watch.until(({ type, object }) => {
    expect(type).toBe('MODIFIED');
    return (object as AnyObject).metadata.annotations?.[annotation] === 'true';
  });
}

/** Kinds of which a write to the status changes no metadata; see upstream's ResetObjectMetaForStatus. */
const keepingMetadata = new Set([
  'flowschemas',
  'prioritylevelconfigurations',
  'resourceclaims',
  'servicecidrs',
  'validatingadmissionpolicies',
  'volumeattachments',
]);

async function writeStatus(
  [typed, dynamic]: [ResourceClient, ResourceClient],
  name: string,
  { plural, status = {} }: Operations,
): Promise<void> {
  const written = (annotation: string) =>
    keepingMetadata.has(plural) ? { patched: 'true' } : { [annotation]: 'true' };
  const patch = { metadata: { annotations: { patchedstatus: 'true' } }, status };
  const patched = await typed.patch(name, 'merge-patch', patch, 'status');
  expect(patched).toMatchObject({ metadata: { annotations: written('patchedstatus') }, status });
  const updated = await typed.updateOnConflict(
    name,
    (object) => {
      object.metadata.annotations = { ...object.metadata.annotations, updatedstatus: 'true' };
      object.status = { ...(object.status as object), ...status };
    },
    'status',
  );
  expect(updated).toMatchObject({ metadata: { annotations: written('updatedstatus') }, status });
  const read = await dynamic.get(name, 'status');
  expect(read).toMatchObject({ kind: updated.kind, metadata: { uid: updated.metadata.uid } });
}

/** Creates three, and leaves none. Where an object has finalizers, controllers must take them away. */
export async function operate(world: Conformance, operations: Operations, namespace: string): Promise<void> {
  const { group, version = 'v1', plural, status, names, clusterScoped } = operations;
  // An event is in the namespace of what it is about.
  const object = JSON.parse(JSON.stringify(operations.object).replaceAll('NAMESPACE', namespace));
  const kind = await discover(world, operations);
  const apiVersion = group ? `${group}/${version}` : version;
  const scope = clusterScoped ? [] : [namespace];
  const typed = world.typed(apiVersion, kind, plural, ...scope);
  const dynamic = world.dynamic(apiVersion, kind, plural, ...scope);
  const everywhere = world.typed(apiVersion, kind, plural);
  const labels = { 'special-label': 'e2e' };
  const named = (index: number) => (names ? { name: names[index] } : { generateName: 'e2e-example-' });
  const create = (index: number) => typed.create({ ...object, metadata: { ...named(index), labels } });

  const made = [await create(0), await create(1), await create(2)].at(-1) as AnyObject;
  const name = nameOf(made);
  await expect(typed.create({ ...object, metadata: { name, labels } })).rejects.toMatchObject({
    code: 409,
    reason: 'AlreadyExists',
  });
  expect((await typed.get(name)).metadata.uid).toBe(made.metadata.uid);
  const list = await typed.list(selection);
  expect(list.items).toHaveLength(3);
  expect((await everywhere.list(selection)).items).toHaveLength(3);
  const watch = await everywhere.watch({
    ...selection,
    resourceVersion: list.metadata.resourceVersion ?? '',
    fieldSelector: `metadata.name=${name}`,
  });

  const patched = await typed.patch(name, 'merge-patch', { metadata: { annotations: { patched: 'true' } } });
  expect(patched.metadata.annotations).toMatchObject({ patched: 'true' });
  const updated = await typed.updateOnConflict(name, (current) => {
    current.metadata.annotations = { ...current.metadata.annotations, updated: 'true' };
  });
  expect(updated.metadata.annotations).toMatchObject({ patched: 'true', updated: 'true' });
  await sees(watch, 'patched');
  await sees(watch, 'updated');
  watch.stop();
  await expect(typed.update(made)).rejects.toMatchObject({ code: 409, reason: 'Conflict' });
  const strategic = await typed.patch(name, 'strategic-merge-patch', { metadata: { labels: { strategic: 'true' } } });
  expect(strategic.metadata.labels).toMatchObject({ ...labels, strategic: 'true' });
  const json = [{ op: 'add', path: '/metadata/labels/json', value: 'true' }];
  expect((await typed.patch(name, 'json-patch', json)).metadata.labels).toMatchObject({ json: 'true' });

  if (status) await writeStatus([typed, dynamic], name, operations);

  await typed.delete(name);
  await expect.poll(() => reasonOf(typed.get(name))).toBe('NotFound');
  expect((await typed.list(selection)).items).toHaveLength(2);
  if (!operations.lacks) await typed.deleteCollection({}, selection);
  else for (const { metadata } of (await typed.list(selection)).items) await typed.delete(metadata.name);
  await expect.poll(async () => (await typed.list(selection)).items.map(nameOf)).toEqual([]);
}
