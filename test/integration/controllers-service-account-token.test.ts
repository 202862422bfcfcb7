import { afterAll, beforeAll, expect, it } from 'vitest';
import { noKubectl } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const { describe } = unless(noKubectl);

let cluster: ControlPlane;
beforeAll(async () => {
  cluster = await startControlPlane();
});
afterAll(() => cluster.close());

const secretOf = (account: string) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/service-account-token',
    metadata: { name: `${account}-token`, annotations: { 'kubernetes.io/service-account.name': account } },
  });
const data = (account: string, key: string) =>
  cluster.kubectl('get', 'secret', `${account}-token`, '-o', `jsonpath={.data.${key}}`);
const exists = (account: string) =>
  cluster.kubectl('get', 'secret', `${account}-token`, '--ignore-not-found', '-o', 'name');

describe('a secret of a service account', () => {
  it('is filled with a token of the account, and ends with it', async () => {
    await cluster.kubectl('create', 'serviceaccount', 'robot');
    await cluster.apply(secretOf('robot'));
    await expect.poll(() => data('robot', 'token')).not.toBe('');
    const token = Buffer.from(await data('robot', 'token'), 'base64').toString();
    expect(Buffer.from(await data('robot', 'namespace'), 'base64').toString()).toBe('default');
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({
      sub: 'system:serviceaccount:default:robot',
      'kubernetes.io': { secret: { name: 'robot-token' } },
    });
    await cluster.kubectl('delete', 'serviceaccount', 'robot');
    await expect.poll(() => exists('robot')).toBe('');
  });

  it('does not stay without its account', async () => {
    await cluster.apply(secretOf('nobody'));
    await expect.poll(() => exists('nobody')).toBe('');
  });
});
