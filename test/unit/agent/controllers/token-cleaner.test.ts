import { afterEach, beforeEach, expect, it } from 'vitest';
import { tokenCleaner } from '../../../../agent/controllers/token-cleaner/token-cleaner.ts';
import { settle } from '../../../fakes/clock.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld(() => [tokenCleaner]);
});
afterEach(() => world.close());

const within = (namespace: string) => `/api/v1/namespaces/${namespace}/secrets`;
const secret = (name: string, expiration: string | undefined, more: object = {}) => ({
  metadata: { name },
  type: 'bootstrap.kubernetes.io/token',
  stringData: expiration === undefined ? {} : { expiration },
  ...more,
});

it('deletes bootstrap tokens of kube-system when their time is over, and nothing else', async () => {
  const inAMinute = new Date(world.clock.now() + 60_000).toISOString();
  await world.api.create(within('kube-system'), secret('ends', inAMinute));
  await world.api.create(within('kube-system'), secret('stays', undefined));
  await world.api.create(within('kube-system'), secret('unreadable', 'tomorrow'));
  await world.api.create(within('kube-system'), secret('other', inAMinute, { type: 'Opaque' }));
  await world.api.create(within('default'), secret('elsewhere', inAMinute));
  await settle();
  await expect.poll(() => world.names(within('kube-system'))).toEqual(['ends', 'other', 'stays']);
  await world.clock.advance(59_000);
  expect(await world.names(within('kube-system'))).toEqual(['ends', 'other', 'stays']);
  await world.clock.advance(1_000);
  await expect.poll(() => world.names(within('kube-system'))).toEqual(['other', 'stays']);
  expect(await world.names(within('default'))).toEqual(['elsewhere']);
});
