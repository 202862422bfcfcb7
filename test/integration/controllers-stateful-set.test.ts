/** `test/e2e/apps/statefulset.go` upstream, by kubectl and on hollow nodes. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { statefulSets } from '../../agent/api/apps/stateful-set.ts';
import { pods } from '../../agent/api/core/pod.ts';
import type { Pod, StatefulSet } from '../../agent/api/types.ts';
import { noKubectl } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const { describe } = unless(noKubectl);

let cluster: ControlPlane;
/** Names of pods in the order in which they came and went: `+web-0`, `-web-0`. */
let seen: string[];
beforeAll(async () => {
  cluster = await startControlPlane();
  cluster.kubelets.broken.add('web:broken');
  seen = [];
  cluster.informers.for(pods).onChange(({ type, object }) => {
    if (type === 'added') seen.push(`+${object.metadata.name}`);
    if (type === 'deleted') seen.push(`-${object.metadata.name}`);
  });
});
afterAll(() => cluster.close());

const set = (name: string, spec: Partial<StatefulSet['spec']> = {}, image = 'web:1') => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, labels: { suite: name } },
  spec: {
    replicas: 3,
    serviceName: name,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image }] } },
    ...spec,
  },
});
const kubectl = (line: string) => cluster.kubectl(...line.split(' '));
const rolledOut = (name: string) => kubectl(`rollout status statefulset/${name} --timeout=45s`);
const seenOf = (name: string) => seen.filter((each) => each.slice(1).startsWith(`${name}-`));
const images = async (name: string) =>
  (
    await kubectl(`get pods -l app=${name} --sort-by=.metadata.name -o jsonpath={.items[*].spec.containers[0].image}`)
  ).split(' ');

/** Resolves once the set or its pods are as `condition` says. */
function until(name: string, condition: (set: StatefulSet | undefined, pods: Pod[]) => boolean): Promise<void> {
  const [sets, all] = [cluster.informers.for(statefulSets), cluster.informers.for(pods)];
  return new Promise((resolve, reject) => {
    const own = () => all.list().filter(({ metadata }) => metadata.labels?.app === name);
    const stops: (() => void)[] = [];
    const end = (act: () => void) => {
      clearTimeout(timer);
      for (const stop of stops) stop();
      act();
    };
    const timer = setTimeout(() => {
      const [status, names] = [sets.get(`default/${name}`)?.status, own().map(({ metadata }) => metadata.name)];
      end(() => reject(new Error(`not reached: ${JSON.stringify({ status, names })}`)));
    }, 30_000);
    const check = () => {
      if (condition(sets.get(`default/${name}`), own())) end(resolve);
    };
    stops.push(sets.onChange(check), all.onChange(check));
    check();
  });
}
const settled = (name: string) =>
  until(name, (found) => (found?.status?.observedGeneration ?? 0) === (found?.metadata.generation ?? -1));

describe('a stateful set', () => {
  it('starts its pods in order, and ends them in reverse order', async () => {
    await cluster.apply(set('order'));
    expect(await rolledOut('order')).toContain('partitioned roll out complete: 3 new pods have been updated...');
    await kubectl('scale statefulset/order --replicas=1');
    await until('order', (_, own) => own.length === 1);
    expect(seenOf('order')).toEqual(['+order-0', '+order-1', '+order-2', '-order-2', '-order-1']);
    expect(await kubectl('get statefulset order')).toMatch(/^NAME +READY +AGE\norder +1\/1 +\d+s\n$/);
  });

  it('halts at a pod that is not ready, and goes on when that has been replaced', async () => {
    await cluster.apply(set('halt', {}, 'web:broken'));
    await until('halt', (found, own) => found?.status?.replicas === 1 && Boolean(own[0]?.spec.nodeName));
    await cluster.apply(set('halt'));
    await settled('halt');
    expect(await images('halt')).toEqual(['web:broken']);
    // As upstream documents: a pod that never becomes ready is the user's to delete.
    await kubectl('delete pod halt-0 --wait=false');
    await rolledOut('halt');
    expect(await images('halt')).toEqual(['web:1', 'web:1', 'web:1']);
  });

  it('with parallel management comes and goes though no pod is ready', async () => {
    await cluster.apply(set('burst', { podManagementPolicy: 'Parallel' }, 'web:broken'));
    await until('burst', (found) => found?.status?.replicas === 3);
    await kubectl('scale statefulset/burst --replicas=0');
    await until('burst', (found, own) => own.length === 0 && found?.status?.replicas === 0);
  });

  it('rolls out, tells its history, and rolls back to any of it', async () => {
    await cluster.apply(set('roll'));
    await rolledOut('roll');
    await kubectl('set image statefulset/roll web=web:2');
    await kubectl('annotate statefulset/roll kubernetes.io/change-cause=three');
    await rolledOut('roll');
    await kubectl('set image statefulset/roll web=web:3');
    await rolledOut('roll');
    expect(await images('roll')).toEqual(['web:3', 'web:3', 'web:3']);
    expect(await kubectl('rollout history statefulset/roll')).toMatch(
      /^statefulset.apps\/roll *\nREVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n3 +three\n/,
    );
    expect(await kubectl('rollout history statefulset/roll --revision=2')).toMatch(/Image:\s+web:2\n/);
    await kubectl('rollout undo statefulset/roll --to-revision=1');
    await rolledOut('roll');
    expect(await images('roll')).toEqual(['web:1', 'web:1', 'web:1']);
    expect(await kubectl('rollout history statefulset/roll')).toMatch(/\n2 +<none>\n3 +three\n4 +<none>\n/);
    await kubectl('rollout undo statefulset/roll');
    await rolledOut('roll');
    expect(await images('roll')).toEqual(['web:3', 'web:3', 'web:3']);
    const names = seenOf('roll').filter((each) => each.startsWith('-'));
    expect(names).toEqual(Array.from({ length: 4 }, () => ['-roll-2', '-roll-1', '-roll-0']).flat());
  });

  it('restarts pod by pod', async () => {
    await cluster.apply(set('again', { replicas: 2 }));
    await rolledOut('again');
    await kubectl('rollout restart statefulset/again');
    await rolledOut('again');
    expect(seenOf('again')).toEqual(['+again-0', '+again-1', '-again-1', '+again-1', '-again-0', '+again-0']);
  });

  it('updates a canary, then phase by phase, as the partition says', async () => {
    const from = (partition: number) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } });
    await cluster.apply(set('canary', from(3)));
    await rolledOut('canary');
    await cluster.apply(set('canary', from(3), 'web:2'));
    await settled('canary');
    expect(await images('canary')).toEqual(['web:1', 'web:1', 'web:1']);
    await cluster.apply(set('canary', from(2), 'web:2'));
    expect(await rolledOut('canary')).toContain('partitioned roll out complete: 1 new pods have been updated...');
    expect(await images('canary')).toEqual(['web:1', 'web:1', 'web:2']);
    await kubectl('delete pod canary-0 canary-2 --wait=false');
    await until(
      'canary',
      (found, own) => own.length === 3 && found?.status?.readyReplicas === 3 && seenOf('canary').length === 9,
    );
    expect(await images('canary')).toEqual(['web:1', 'web:1', 'web:2']);
    await cluster.apply(set('canary', from(0), 'web:2'));
    await rolledOut('canary');
    expect(await images('canary')).toEqual(['web:2', 'web:2', 'web:2']);
  });

  it('leaves updates on delete to whoever deletes', async () => {
    await cluster.apply(set('manual', { updateStrategy: { type: 'OnDelete' } }));
    await until('manual', (found) => found?.status?.readyReplicas === 3);
    await kubectl('set image statefulset/manual web=web:2');
    await settled('manual');
    expect(await images('manual')).toEqual(['web:1', 'web:1', 'web:1']);
    await kubectl('delete pod manual-1');
    await until('manual', (found) => found?.status?.updatedReplicas === 1 && found.status.readyReplicas === 3);
    expect(await images('manual')).toEqual(['web:1', 'web:2', 'web:1']);
    expect(await kubectl('get statefulset manual -o jsonpath={.status.currentReplicas}')).toBe('2');
  });

  it('counts from its first ordinal', async () => {
    await cluster.apply(set('fifth', { replicas: 2, ordinals: { start: 5 } }));
    await rolledOut('fifth');
    expect(seenOf('fifth')).toEqual(['+fifth-5', '+fifth-6']);
    await cluster.apply(set('fifth', { replicas: 2, ordinals: { start: 6 } }));
    await until('fifth', (found, own) => own.length === 2 && found?.status?.readyReplicas === 2);
    expect(seenOf('fifth')).toEqual(['+fifth-5', '+fifth-6', '+fifth-7', '-fifth-5']);
  });

  it('keeps conditions that somebody wrote into its status', async () => {
    await cluster.apply(set('noted', { replicas: 1 }));
    await rolledOut('noted');
    const conditions = [{ type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from an e2e test' }];
    const type = 'application/merge-patch+json';
    const patch = { status: { conditions } };
    const noted = cluster.client.resource(statefulSets);
    await noted.patch('noted', 'default', type, patch, { subresource: 'status' });
    await kubectl('scale statefulset/noted --replicas=2');
    await rolledOut('noted');
    expect((await noted.get('noted', 'default')).status).toMatchObject({ readyReplicas: 2, conditions });
  });

  it('leaves its pods to the next set of its name where it is told to, and takes them along otherwise', async () => {
    await cluster.apply(set('gone', { replicas: 2 }));
    await rolledOut('gone');
    await kubectl('delete statefulset gone --cascade=orphan');
    expect(await images('gone')).toHaveLength(2);
    await cluster.apply(set('gone', { replicas: 2 }));
    await rolledOut('gone');
    expect(seenOf('gone')).toEqual(['+gone-0', '+gone-1']);
    await kubectl('delete statefulset -l suite=gone --cascade=foreground');
    await until('gone', (found, own) => !found && own.length === 0);
    expect(await kubectl('get controllerrevisions -l app=gone -o name')).toBe('');
  });
});
