/** https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/#configmap-signing */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AnyObject } from '../../../../agent/api/types.ts';
import { bootstrapSigner } from '../../../../agent/controllers/bootstrap-signer/bootstrap-signer.ts';
import { settle } from '../../../fakes/clock.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld(() => [bootstrapSigner]);
});
afterEach(() => world.close());

const maps = '/api/v1/namespaces/kube-public/configmaps';
const secrets = '/api/v1/namespaces/kube-system/secrets';
const merge = { 'content-type': 'application/merge-patch+json' };
const kubeconfig = 'apiVersion: v1\nkind: Config\n';

const token = (id: string, more: object = {}, name = `bootstrap-token-${id}`) => ({
  metadata: { name },
  type: 'bootstrap.kubernetes.io/token',
  stringData: { 'token-id': id, 'token-secret': 'f395accd246ae52d', 'usage-bootstrap-signing': 'true', ...more },
});
const dataOf = async (): Promise<unknown> => (await world.api.get(`${maps}/cluster-info`)).data;
const keys = async (): Promise<string[]> => Object.keys((await dataOf()) ?? {}).sort();

it('signs what is said of the cluster with every token that may sign, and forgets those that go', async () => {
  await world.api.create(secrets, token('07401b'));
  await world.api.create(secrets, token('notyet', { 'usage-bootstrap-signing': 'false' }));
  await world.api.create(secrets, token('passed', { expiration: '2020-01-01T00:00:00Z' }));
  await world.api.create(secrets, token('named1', {}, 'bootstrap-token-other1'));
  await world.api.create(maps, { metadata: { name: 'cluster-info' }, data: { kubeconfig, note: 'kept' } });
  await expect.poll(keys).toEqual(['jws-kubeconfig-07401b', 'kubeconfig', 'note']);
  await world.api.create(secrets, token('second'));
  await expect.poll(keys).toEqual(['jws-kubeconfig-07401b', 'jws-kubeconfig-second', 'kubeconfig', 'note']);
  await world.api.request('DELETE', `${secrets}/bootstrap-token-07401b`);
  await expect.poll(keys).toEqual(['jws-kubeconfig-second', 'kubeconfig', 'note']);
});

it('makes signatures that kubeadm can check, and makes them again for other words', async () => {
  const signatureOf = (content: string): string => {
    const header = Buffer.from('{"alg":"HS256","kid":"07401b"}').toString('base64url');
    const signed = `${header}.${Buffer.from(content).toString('base64url')}`;
    return `${header}..${createHmac('sha256', 'f395accd246ae52d').update(signed).digest('base64url')}`;
  };
  await world.api.create(secrets, token('07401b'));
  await world.api.create(maps, { metadata: { name: 'cluster-info' }, data: { kubeconfig } });
  await expect.poll(dataOf).toEqual({ kubeconfig, 'jws-kubeconfig-07401b': signatureOf(kubeconfig) });
  const { status } = await world.api.request('PATCH', `${maps}/cluster-info`, { data: { kubeconfig: 'other' } }, merge);
  expect(status).toBe(200);
  await expect.poll(dataOf).toEqual({ kubeconfig: 'other', 'jws-kubeconfig-07401b': signatureOf('other') });
});

it('leaves alone what has nothing to sign, and maps of other names', async () => {
  await world.api.create(secrets, token('07401b'));
  await world.api.create(maps, { metadata: { name: 'cluster-info' }, data: { note: 'nothing' } });
  await world.api.create(maps, { metadata: { name: 'other' }, data: { kubeconfig } });
  await settle();
  const { body } = await world.api.request('GET', maps);
  expect((body as { items: AnyObject[] }).items.map(({ data }) => data)).not.toContainEqual(
    expect.objectContaining({ 'jws-kubeconfig-07401b': expect.anything() }),
  );
});
