/** Jobs and cron jobs as a user of kubectl meets them. Time goes by on a clock of the controllers' own. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { leases } from '../../agent/api/coordination/lease.ts';
import { pods } from '../../agent/api/core/pod.ts';
import { isPodReady } from '../../agent/api/pods.ts';
import type { Lease, Pod } from '../../agent/api/types.ts';
import { microTimestamp } from '../../agent/clock.ts';
import { createFakeClock, type FakeClock } from '../fakes/clock.ts';
import { noKubectl } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const { describe } = unless(noKubectl);

let cluster: ControlPlane;
let clock: FakeClock;
beforeAll(async () => {
  clock = createFakeClock(Date.now());
  cluster = await startControlPlane({ clock });
});
afterAll(() => cluster.close());

const isOfNode = ({ metadata }: Lease): boolean => metadata.namespace === 'kube-node-lease';
const kubectl = (line: string) => cluster.kubectl(...line.split(' '));
const read = (what: string, path: string) => kubectl(`get ${what} -o jsonpath=${path}`);
const podsOf = (job: string): Pod[] =>
  cluster.informers
    .for(pods)
    .list()
    .filter(({ metadata }) => metadata.labels?.['job-name'] === job && !metadata.deletionTimestamp);

/** The pods of a job, once so many run. */
async function running(job: string, count: number): Promise<Pod[]> {
  await expect.poll(() => podsOf(job).filter(isPodReady).length).toBe(count);
  return podsOf(job).filter(isPodReady);
}
/** In the kubelet's place. */
async function end({ metadata }: Pod, phase: 'Succeeded' | 'Failed'): Promise<void> {
  const conditions = [{ type: 'Ready', status: 'False' }];
  const options = { subresource: 'status' };
  const type = 'application/strategic-merge-patch+json';
  await cluster.client
    .resource(pods)
    .patch(metadata.name, metadata.namespace, type, { status: { phase, conditions } }, options);
}

/** Time goes by in steps of 15 s, in which the nodes renew their leases: else they would be taken for lost. */
async function pass(steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    for (const lease of cluster.informers.for(leases).list().filter(isOfNode)) {
      const { name, namespace } = lease.metadata;
      const patch = { spec: { renewTime: microTimestamp(Date.now()) } };
      const type = 'application/merge-patch+json';
      const written = await cluster.client.resource(leases).patch(name, namespace, type, patch);
      await cluster.informers.for(leases).caughtUp(written);
    }
    await clock.advance(15_000);
  }
}

describe('a job', () => {
  it('is waited for, shown and described as it runs to its end', async () => {
    await kubectl('create job pi --image=perl:5 -- perl -v');
    const waited = kubectl('wait --for=condition=complete job/pi --timeout=60s');
    const started = await running('pi', 1);
    expect(await kubectl('get job pi')).toMatch(/^pi +Running +0\/1 +/m);
    for (const pod of started) await end(pod, 'Succeeded');
    expect(await waited).toBe('job.batch/pi condition met\n');
    expect(await kubectl('get job pi')).toMatch(/^pi +Complete +1\/1 +/m);
    expect(await kubectl('describe job pi')).toMatch(
      /Pods Statuses: +0 Active(?: \(0 Ready\))? \/ 1 Succeeded \/ 0 Failed\n[\s\S]*job-controller +Job completed\n/,
    );
  });

  it('is suspended and resumed by a patch', async () => {
    await kubectl('create job paused --image=perl:5 -- perl -v');
    await running('paused', 1);
    const patch = (suspend: boolean) =>
      cluster.kubectl('patch', 'job', 'paused', '-p', JSON.stringify({ spec: { suspend } }));
    await patch(true);
    await kubectl('wait --for=condition=suspended job/paused --timeout=60s');
    await expect.poll(() => podsOf('paused')).toEqual([]);
    expect(await kubectl('get job paused')).toMatch(/^paused +Suspended +0\/1 +/m);
    await patch(false);
    await running('paused', 1);
    expect(await read('job paused', '{.status.conditions[*].status}')).toBe('False');
  });

  it('takes its pods with it', async () => {
    await kubectl('create job gone --image=perl:5 -- perl -v');
    await running('gone', 1);
    await kubectl('delete job gone');
    await expect.poll(() => podsOf('gone')).toEqual([]);
  });
});

describe('a cron job', () => {
  it('starts jobs by its schedule and by hand, keeps the last ones, and takes all with it', async () => {
    await clock.advance(Math.max(0, Date.now() - clock.now()));
    await cluster.kubectl('create', 'cronjob', 'tick', '--image=busybox:1', '--schedule=* * * * *', '--', 'date');
    const names = async () => (await read('cronjob tick', '{.status.active[*].name}')).split(' ').filter(Boolean);
    for (let round = 0; round < 5; round += 1) {
      // More than a minute, as the API server's clock has gone on by itself.
      await pass(5);
      await expect.poll(async () => (await names()).length).toBeGreaterThan(0);
      for (const job of await names()) for (const pod of await running(job, 1)) await end(pod, 'Succeeded');
      await expect.poll(names).toEqual([]);
    }
    const owned = () => read('jobs', '{.items[?(@.metadata.ownerReferences)].metadata.name}');
    await expect.poll(owned).toMatch(/^tick-\d{8} tick-\d{8} tick-\d{8}$/);
    await kubectl('create job now --from=cronjob/tick');
    await running('now', 1);
    const unexpected = 'Saw a job that the controller did not create or forgot: now\n';
    await expect.poll(() => kubectl('describe cronjob tick')).toContain(unexpected);
    await kubectl('delete cronjob tick');
    await expect.poll(owned).toBe('');
  });
});
