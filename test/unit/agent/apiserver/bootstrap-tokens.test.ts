/** Tokens by which new nodes introduce themselves; a review tells whose a token is. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from './api.ts';

const token = 'abcdef.0123456789abcdef';
const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const good = {
  'token-id': 'abcdef',
  'token-secret': '0123456789abcdef',
  'usage-bootstrap-authentication': 'true',
};
const secret = (stringData: object, more: object = {}) =>
  api.create('/api/v1/namespaces/kube-system/secrets', {
    metadata: { name: 'bootstrap-token-abcdef' },
    type: 'bootstrap.kubernetes.io/token',
    stringData,
    ...more,
  });
const review = async (spec: object = { token }) => (await api.create(reviews, { spec })).status;

describe('a bootstrap token', () => {
  it('is of a user of its own, in the groups that its secret names', async () => {
    await secret({ ...good, 'auth-extra-groups': 'system:bootstrappers:workers,system:bootstrappers:a' });
    expect(await review()).toEqual({
      authenticated: true,
      user: {
        username: 'system:bootstrap:abcdef',
        groups: [
          'system:bootstrappers',
          'system:bootstrappers:a',
          'system:bootstrappers:workers',
          'system:authenticated',
        ],
      },
      audiences: ['https://kubernetes.default.svc.cluster.local'],
    });
    expect(await review({ token, audiences: ['other'] })).toMatchObject({ user: {}, error: 'invalid bearer token' });
  });

  it('ends at its time', async () => {
    await secret({ ...good, expiration: new Date(api.clock.now() + 60_000).toISOString() });
    expect(await review()).toMatchObject({ authenticated: true });
    await api.clock.advance(60_000);
    expect(await review()).not.toHaveProperty('authenticated');
  });

  it.each([
    ['of another secret', { ...good, 'token-secret': 'fedcba9876543210' }],
    ['of another name', { ...good, 'token-id': 'fedcba' }],
    ['that is not for authentication', { ...good, 'usage-bootstrap-authentication': 'false' }],
    ['whose end cannot be read', { ...good, expiration: 'tomorrow' }],
    ['with a group that is none of these', { ...good, 'auth-extra-groups': 'system:masters' }],
  ])('%s is nobody', async (_, data) => {
    await secret(data);
    expect(await review()).toEqual({ user: {}, error: 'invalid bearer token' });
  });

  it('needs a secret of its type, in kube-system, which is not going', async () => {
    expect(await review()).not.toHaveProperty('authenticated');
    await secret(good, { type: 'Opaque' });
    expect(await review()).not.toHaveProperty('authenticated');
  });
});

it('a review is of a token', async () => {
  expect(await api.refused('POST', reviews, { spec: {} })).toMatchObject({
    code: 400,
    message: 'token is required for TokenReview in authentication',
  });
});
