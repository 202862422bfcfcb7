import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { jobController } from '../../../../agent/controllers/job/job.ts';
import { ttlAfterFinished } from '../../../../agent/controllers/ttl-after-finished/ttl-after-finished.ts';
import { startWorld, type World } from './world.ts';

const path = '/apis/batch/v1/namespaces/default/jobs';
const merge = { 'content-type': 'application/merge-patch+json' };
let world: World;

beforeEach(async () => {
  world = await startWorld(() => [jobController(), ttlAfterFinished]);
});
afterEach(() => world.close());

/** A job that ends at once, because nothing is left to do. */
async function createEnded(spec: object): Promise<void> {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'work:1' }] } };
  await world.api.create(path, { metadata: { name: 'work' }, spec: { completions: 0, template, ...spec } });
  const finished = { status: { conditions: [{ type: 'SuccessCriteriaMet' }, { type: 'Complete' }] } };
  await vi.waitFor(async () => expect(await world.api.get(`${path}/work`)).toMatchObject(finished));
}
/** Nobody removes the finalizer here that makes the deletion wait for the pods. */
const isBeingDeleted = async () => {
  const { deletionTimestamp, finalizers } = (await world.api.get(`${path}/work`)).metadata;
  return deletionTimestamp !== undefined && finalizers?.join() === 'foregroundDeletion';
};

it('deletes a job once its time after the end is over, and its pods with it', async () => {
  await createEnded({ ttlSecondsAfterFinished: 30 });
  await world.clock.advance(29_000);
  expect(await isBeingDeleted()).toBe(false);
  await world.clock.advance(1_000);
  await vi.waitFor(async () => expect(await isBeingDeleted()).toBe(true));
});

it('deletes a job at once where its time is none', async () => {
  await createEnded({ ttlSecondsAfterFinished: 0 });
  await vi.waitFor(async () => expect(await isBeingDeleted()).toBe(true));
});

it('leaves a job alone that has no such time, until it gets one', async () => {
  await createEnded({});
  await world.clock.advance(1_000_000);
  expect(await isBeingDeleted()).toBe(false);
  await world.api.request('PATCH', `${path}/work`, { spec: { ttlSecondsAfterFinished: 10 } }, merge);
  await vi.waitFor(async () => expect(await isBeingDeleted()).toBe(true));
});

it('follows a time that is made longer', async () => {
  await createEnded({ ttlSecondsAfterFinished: 30 });
  await world.api.request('PATCH', `${path}/work`, { spec: { ttlSecondsAfterFinished: 60 } }, merge);
  await world.clock.advance(59_000);
  expect(await isBeingDeleted()).toBe(false);
  await world.clock.advance(1_000);
  await vi.waitFor(async () => expect(await isBeingDeleted()).toBe(true));
});
