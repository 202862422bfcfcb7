/** Cluster roles that gather the rules of others, in line with them at any time. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ClusterRole } from '../../../../agent/api/types.ts';
import { clusterRoleAggregation } from '../../../../agent/controllers/cluster-role-aggregation/cluster-role-aggregation.ts';
import { settle } from '../../../fakes/clock.ts';
import { startWorld, type World } from './world.ts';

const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
const rule = (resource: string) => ({ apiGroups: ['example.com'], resources: [resource], verbs: ['get'] });
const role = (name: string, labels: Record<string, string>, ...resources: string[]) => ({
  metadata: { name, labels },
  rules: resources.map(rule),
});

let world: World;
beforeEach(async () => {
  world = await startWorld(() => [clusterRoleAggregation]);
});
afterEach(() => world.close());

const resourcesOf = async (name: string): Promise<string[]> => {
  await settle();
  const { rules } = (await world.api.get(`${path}/${name}`)) as object as ClusterRole;
  return (rules ?? []).flatMap(({ resources }) => resources ?? []);
};

it('gathers selector by selector, by name, each rule once', async () => {
  const clusterRoleSelectors = [{ matchLabels: { part: 'b' } }, { matchLabels: { part: 'a' } }];
  await world.api.create(path, role('z', { part: 'b' }, 'last'));
  await world.api.create(path, role('c', { part: 'b' }, 'widgets', 'gears'));
  await world.api.create(path, role('d', { part: 'a' }, 'widgets', 'belts'));
  await world.api.create(path, {
    metadata: { name: 'whole', labels: { part: 'a' } },
    aggregationRule: { clusterRoleSelectors },
  });
  expect(await resourcesOf('whole')).toEqual(['widgets', 'gears', 'last', 'belts']);
});

it('follows roles that change, come to match, match no more, and go', async () => {
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { part: 'a' } }] };
  await world.api.create(path, { metadata: { name: 'whole' }, aggregationRule, rules: [rule('stale')] });
  expect(await resourcesOf('whole')).toEqual([]);
  const made = await world.api.create(path, role('one', {}, 'widgets'));
  expect(await resourcesOf('whole')).toEqual([]);
  const { resourceVersion: _, ...metadata } = made.metadata;
  const write = (labels: object, ...resources: string[]) =>
    world.api.request('PUT', `${path}/one`, { ...made, metadata: { ...metadata, labels }, rules: resources.map(rule) });
  await write({ part: 'a' }, 'widgets');
  expect(await resourcesOf('whole')).toEqual(['widgets']);
  await write({ part: 'a' }, 'widgets', 'gears');
  expect(await resourcesOf('whole')).toEqual(['widgets', 'gears']);
  await write({}, 'widgets');
  expect(await resourcesOf('whole')).toEqual([]);
  await write({ part: 'a' }, 'widgets');
  await world.api.request('DELETE', `${path}/one`);
  expect(await resourcesOf('whole')).toEqual([]);
});

it('fills the roles that people are bound to, one from the other', async () => {
  const view = await resourcesOf('view');
  const edit = await resourcesOf('edit');
  const admin = await resourcesOf('admin');
  expect(view).toEqual(expect.arrayContaining(['pods/log', 'endpointslices']));
  expect(view).not.toContain('secrets');
  expect(edit).toEqual(expect.arrayContaining([...view, 'secrets', 'pods/exec']));
  expect(edit).not.toContain('rolebindings');
  expect(admin).toEqual(expect.arrayContaining([...edit, 'rolebindings', 'localsubjectaccessreviews']));
  const labelled = role('crontabs', { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' }, 'crontabs');
  await world.api.create(path, labelled);
  for (const name of ['view', 'edit', 'admin']) expect(await resourcesOf(name)).toContain('crontabs');
});

it('owns the rules that it gathers, and takes them from whoever wrote some', async () => {
  await world.api.create(path, role('one', { part: 'a' }, 'widgets'));
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { part: 'a' } }] };
  await world.api.create(path, { metadata: { name: 'whole' }, aggregationRule, rules: [rule('stale')] });
  expect(await resourcesOf('whole')).toEqual(['widgets']);
  const { metadata } = await world.api.get(`${path}/whole`);
  expect(metadata.managedFields?.find(({ operation }) => operation === 'Apply')).toMatchObject({
    manager: 'clusterrole-aggregation-controller',
    fieldsV1: { 'f:rules': {} },
  });
  expect(metadata.managedFields?.find(({ operation }) => operation === 'Update')?.fieldsV1).not.toHaveProperty(
    'f:rules',
  );
});
