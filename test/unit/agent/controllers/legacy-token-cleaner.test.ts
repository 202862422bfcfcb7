/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/serviceaccount/legacy_serviceaccount_token_cleaner_test.go */
import { describe, expect, it } from 'vitest';
import type { Secret, ServiceAccount } from '../../../../agent/api/types.ts';
import { legacyTokenCleaner } from '../../../../agent/controllers/legacy-token-cleaner/legacy-token-cleaner.ts';
import { type Known, planLegacyToken } from '../../../../agent/controllers/legacy-token-cleaner/plan.ts';
import { startWorld } from './world.ts';

const type = 'kubernetes.io/service-account-token';
const lastUsed = 'kubernetes.io/legacy-token-last-used';
const invalidSince = 'kubernetes.io/legacy-token-invalid-since';
const metadata = { namespace: 'default', resourceVersion: '1' };

const account: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { ...metadata, name: 'robot', uid: 'robot-uid', creationTimestamp: '2020-01-01T00:00:00Z' },
  secrets: [{ name: 'robot-token' }],
};
const secret = (labels: Record<string, string> = {}, rest: Partial<Secret['metadata']> = {}): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type,
  metadata: {
    ...metadata,
    name: 'robot-token',
    uid: 'uid',
    creationTimestamp: '2020-01-01T00:00:00Z',
    annotations: { 'kubernetes.io/service-account.name': 'robot', 'kubernetes.io/service-account.uid': 'robot-uid' },
    labels,
    ...rest,
  },
});
const known = (rest: Partial<Known> = {}): Known => ({
  account,
  mounted: new Set(),
  since: '2022-01-01',
  now: Date.parse('2026-01-10T12:00:00Z'),
  ...rest,
});

describe('a token in a secret', () => {
  const cases: readonly (readonly [string, Secret, Partial<Known>, string])[] = [
    ['that nobody has used is marked', secret(), {}, 'mark'],
    ['that was used long ago is marked', secret({ [lastUsed]: '2024-01-01' }), {}, 'mark'],
    ['that was used within a year stays', secret({ [lastUsed]: '2025-06-01' }), {}, 'keep'],
    ['whose last use does not parse stays', secret({ [lastUsed]: 'never' }), {}, 'keep'],
    ['that is younger than a year stays', secret({}, { creationTimestamp: '2025-12-01T00:00:00Z' }), {}, 'keep'],
    ['of an account that does not list it stays', secret(), { account: { ...account, secrets: [] } }, 'keep'],
    [
      'of another account of the name stays',
      secret(),
      { account: { ...account, metadata: { ...account.metadata, uid: 'other' } } },
      'keep',
    ],
    ['that a pod mounts stays', secret(), { mounted: new Set(['robot-token']) }, 'keep'],
    ['stays while uses are known for less than a year', secret(), { since: '2025-06-01' }, 'keep'],
    ['stays where nothing says since when uses are known', secret(), { since: undefined }, 'keep'],
    ['that was marked lately stays', secret({ [invalidSince]: '2025-12-01' }), {}, 'keep'],
    ['whose mark does not parse is marked again', secret({ [invalidSince]: 'soon' }), {}, 'mark'],
    ['that was marked a year ago goes', secret({ [invalidSince]: '2025-01-01' }), {}, 'delete'],
    [
      'that was marked and used since stays',
      secret({ [invalidSince]: '2025-01-01', [lastUsed]: '2025-11-01' }),
      {},
      'keep',
    ],
    ['of another type stays', { ...secret(), type: 'Opaque' }, {}, 'keep'],
  ];
  it.each(cases)('%s', (_name, object, rest, plan) => {
    expect(planLegacyToken(object, known(rest))).toBe(plan);
  });
});

it('is marked after a year without use, and goes after another', async () => {
  const world = await startWorld(() => [legacyTokenCleaner], { tracksLegacyTokens: true });
  const secrets = '/api/v1/namespaces/default/secrets';
  const made = await world.api.create('/api/v1/namespaces/default/serviceaccounts', {
    metadata: { name: 'robot' },
    secrets: [{ name: 'robot-token' }],
  });
  const annotations = {
    'kubernetes.io/service-account.name': 'robot',
    'kubernetes.io/service-account.uid': made.metadata.uid,
  };
  await world.api.create(secrets, { metadata: { name: 'robot-token', annotations }, type });
  const marked = async () => (await world.api.get(`${secrets}/robot-token`)).metadata.labels?.[invalidSince];
  const day = 24 * 3600 * 1000;
  await world.clock.advance(365 * day);
  expect(await marked()).toBeUndefined();
  await world.clock.advance(3 * day);
  await expect.poll(marked).toMatch(/^\d{4}-\d\d-\d\d$/);
  await world.clock.advance(365 * day);
  await world.clock.advance(3 * day);
  await expect.poll(() => world.names(secrets)).toEqual([]);
  await world.close();
});
