/** Daemon sets with a real kubectl: `test/e2e/apps/daemon_set.go` upstream. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodes } from '../../agent/api/core/node.ts';
import { pods } from '../../agent/api/core/pod.ts';
import { isPodReady } from '../../agent/api/pods.ts';
import type { Pod } from '../../agent/api/types.ts';
import { noKubectl } from '../obstacles.ts';
import { unless } from '../unless.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const { describe } = unless(noKubectl);

let cluster: ControlPlane;
beforeAll(async () => {
  cluster = await startControlPlane();
});
afterAll(() => cluster.close());

/** On the control plane too, unless `podSpec` has no such toleration. */
const daemonSet = (name: string, spec: object = {}, podSpec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }],
        containers: [{ name: 'main', image: 'web:1.0' }],
        ...podSpec,
      },
    },
    ...spec,
  },
});

const podsOf = (name: string): Pod[] =>
  cluster.informers
    .for(pods)
    .list()
    .filter(({ metadata }) => metadata.labels?.app === name && !metadata.deletionTimestamp);
const nodesOf = (name: string) =>
  podsOf(name)
    .map(({ spec }) => spec.nodeName ?? '')
    .sort();
const namesOf = (name: string) =>
  podsOf(name)
    .map(({ metadata }) => metadata.name)
    .sort();
const everywhere = ['control-plane', 'worker', 'worker2'];
const patience = { timeout: 30_000 };
const isOn = (name: string, expected: string[]) => expect.poll(() => nodesOf(name), patience).toEqual(expected);
const kubectl = (line: string, ...more: string[]) => cluster.kubectl(...line.split(' '), ...more);
const rolledOut = (name: string) => kubectl(`rollout status ds/${name} --timeout=45s`);
const read = (path: string, line: string) => kubectl(`get ${line}`, '-o', `jsonpath=${path}`);
const revisions = (name: string) => read('{.items[*].revision}', `controllerrevisions -l app=${name}`);
const images = (name: string) => read('{.items[*].spec.containers[0].image}', `pods -l app=${name}`);
const eventsOf = (name: string) =>
  read(
    '{range .items[*]}{.type} {.reason} {.message}{"\\n"}{end}',
    `events --field-selector=involvedObject.name=${name}`,
  );

describe('a daemon set', () => {
  it('runs one pod on every node that it tolerates, and shows it', async () => {
    await cluster.apply(daemonSet('simple', {}, { tolerations: [] }));
    expect(await rolledOut('simple')).toContain('daemon set "simple" successfully rolled out');
    expect(nodesOf('simple')).toEqual(['worker', 'worker2']);
    expect(await kubectl('get ds simple --no-headers')).toMatch(/^simple +2 +2 +2 +2 +2 +<none> /);
    const [first = '', second = ''] = namesOf('simple');
    const created = (await eventsOf('simple')).trim().split('\n').sort();
    expect(created).toEqual([first, second].map((name) => `Normal SuccessfulCreate Created pod: ${name}`));
    expect(await kubectl('describe ds simple')).toMatch(
      /Pods Status: +2 Running \/ 0 Waiting \/ 0 Succeeded \/ 0 Failed\n/,
    );
  });

  it('revives a pod that is deleted, and goes with its pods and revisions', async () => {
    const [first = ''] = namesOf('simple');
    await kubectl(`delete pod ${first}`);
    await isOn('simple', ['worker', 'worker2']);
    expect(namesOf('simple')).not.toContain(first);
    await kubectl('delete ds simple');
    await isOn('simple', []);
    await expect.poll(() => revisions('simple'), patience).toBe('');
  });

  it('follows the labels of nodes, and a change of its node selector', async () => {
    await cluster.apply(daemonSet('complex', {}, { nodeSelector: { colour: 'blue' } }));
    await expect
      .poll(() => read('{.status}', 'ds complex'), patience)
      .toBe(
        '{"currentNumberScheduled":0,"desiredNumberScheduled":0,"numberMisscheduled":0,"numberReady":0,"observedGeneration":1}',
      );
    await kubectl('label node worker colour=blue');
    await isOn('complex', ['worker']);
    await kubectl('label node worker colour=green --overwrite');
    await isOn('complex', []);
    await kubectl('patch ds complex -p', '{"spec":{"template":{"spec":{"nodeSelector":{"colour":"green"}}}}}');
    await isOn('complex', ['worker']);
    await kubectl('label node worker colour-');
    await isOn('complex', []);
    await kubectl('delete ds complex');
  });

  it('comes to a node that joins, though it is cordoned, and leaves nothing unscheduled when that one goes', async () => {
    await cluster.apply(
      daemonSet(
        'joined',
        {},
        { containers: [{ name: 'main', image: 'web:1.0', resources: { requests: { cpu: '1' } } }] },
      ),
    );
    await rolledOut('joined');
    const join = async (cpu: string) => {
      const late = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'late' }, spec: { unschedulable: true } };
      await cluster.client.resource(nodes).create(late);
      const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }];
      const status = { conditions, allocatable: { cpu, memory: '8Gi', pods: '110' } };
      await kubectl('patch node late --subresource=status --type=merge -p', JSON.stringify({ status }));
    };
    await join('500m');
    await isOn('joined', ['', ...everywhere]);
    await expect
      .poll(() => read('{.status.desiredNumberScheduled} {.status.numberReady}', 'ds joined'), patience)
      .toBe('4 3');
    const waiting = '{.items[*].status.conditions[?(@.reason=="Unschedulable")].message}';
    await expect.poll(() => read(waiting, 'pods -l app=joined'), patience).toContain('1 Insufficient cpu');
    await kubectl('delete node late');
    await isOn('joined', everywhere);
    await join('4');
    await isOn('joined', ['control-plane', 'late', 'worker', 'worker2']);
    await kubectl('delete node late');
    await kubectl('delete ds joined');
  });

  it('keeps its pod on a node that is drained, and on one that is tainted, but for NoExecute', async () => {
    await cluster.apply(daemonSet('kept'));
    await rolledOut('kept');
    const before = namesOf('kept');
    await expect(kubectl('drain worker')).rejects.toThrow(/cannot delete DaemonSet-managed Pods.*: .*default\/kept-/);
    expect(await kubectl('drain worker --ignore-daemonsets')).toContain('node/worker drained');
    await kubectl('uncordon worker');
    await kubectl('taint node worker dedicated=gpu:NoSchedule');
    await expect.poll(() => read('{.status.numberMisscheduled}', 'ds kept'), patience).toBe('1');
    expect(namesOf('kept')).toEqual(before);
    await kubectl('taint node worker dedicated=gpu:NoExecute');
    await isOn('kept', ['control-plane', 'worker2']);
    await kubectl('taint node worker dedicated-');
    await isOn('kept', everywhere);
    await kubectl('delete ds kept');
  });

  it('retries creating failed daemon pods', async () => {
    await cluster.apply(daemonSet('failing'));
    await rolledOut('failing');
    const [first = ''] = namesOf('failing');
    await kubectl(`patch pod ${first} --subresource=status --type=merge -p`, '{"status":{"phase":"Failed"}}');
    await expect.poll(() => namesOf('failing'), patience).not.toContain(first);
    await isOn('failing', everywhere);
    const message = `Found failed daemon pod default/${first} on node `;
    await expect.poll(() => eventsOf('failing'), patience).toContain(`Warning FailedDaemonPod ${message}`);
    await kubectl('delete ds failing');
  });

  it('shows a quota that stops it as an event, and goes on when it is gone', async () => {
    await kubectl('create namespace poor');
    await kubectl('create quota none --hard=pods=0 -n poor');
    await expect.poll(() => read('{.status.hard.pods}', 'quota none -n poor'), patience).toBe('0');
    const poor = daemonSet('poor');
    await cluster.apply({ ...poor, metadata: { name: 'poor', namespace: 'poor' } });
    const message = '{.items[?(@.reason=="FailedCreate")].message}';
    await expect
      .poll(() => read(message, 'events -n poor'), patience)
      .toMatch(/^Error creating: pods "poor-\w{5}" is forbidden: exceeded quota: none, requested: pods=1, /);
    expect(await read('{.status.observedGeneration}', 'ds poor -n poor')).toBe('1');
    await kubectl('delete quota none -n poor');
    await isOn('poor', everywhere);
    await kubectl('delete namespace poor');
  });
});

describe('a rollout of a daemon set', () => {
  it('updates, tells its history, goes back and restarts', async () => {
    await cluster.apply(daemonSet('roll'));
    await rolledOut('roll');
    await kubectl('annotate ds roll kubernetes.io/change-cause=second');
    await kubectl('set image ds/roll main=web:2.0');
    await rolledOut('roll');
    expect(await images('roll')).toBe('web:2.0 web:2.0 web:2.0');
    expect(await revisions('roll')).toMatch(/^(1 2|2 1)$/);
    expect(await kubectl('rollout history ds/roll')).toMatch(/\n1 +<none>\n2 +second\n/);
    expect(await kubectl('rollout history ds/roll --revision=1')).toContain('web:1.0');
    const raw = await kubectl('get --raw /apis/apps/v1/namespaces/default/controllerrevisions');
    expect(raw).toContain(
      '"data":{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"app":"roll"}},"spec":',
    );
    await kubectl('rollout undo ds/roll');
    await rolledOut('roll');
    expect(await images('roll')).toBe('web:1.0 web:1.0 web:1.0');
    expect(await revisions('roll')).toMatch(/^(2 3|3 2)$/);
    const before = namesOf('roll');
    await kubectl('rollout restart ds/roll');
    await rolledOut('roll');
    await isOn('roll', everywhere);
    expect(namesOf('roll').filter((name) => before.includes(name))).toEqual([]);
    const labels = podsOf('roll').map(({ metadata }) => metadata.labels?.['controller-revision-hash']);
    const hash = '{.items[?(@.revision==4)].metadata.labels.controller-revision-hash}';
    expect(new Set(labels)).toEqual(new Set([await read(hash, 'controllerrevisions -l app=roll')]));
  });

  it('stops at a broken image with the others left serving, and rolls back without unnecessary restarts', async () => {
    cluster.kubelets.broken.add('broken:1');
    const before = namesOf('roll');
    await kubectl('set image ds/roll main=broken:1');
    await expect.poll(() => images('roll'), patience).toContain('broken:1');
    expect(podsOf('roll').filter(isPodReady)).toHaveLength(2);
    await expect(kubectl('rollout status ds/roll --timeout=4s')).rejects.toThrow('timed out waiting');
    await kubectl('rollout undo ds/roll');
    await rolledOut('roll');
    await isOn('roll', everywhere);
    expect(namesOf('roll').filter((name) => before.includes(name))).toHaveLength(2);
    await kubectl('delete ds roll');
  });

  it('does not update pods until they are deleted where the strategy is OnDelete', async () => {
    await cluster.apply(daemonSet('manual', { updateStrategy: { type: 'OnDelete' } }));
    await isOn('manual', everywhere);
    await kubectl('set image ds/manual main=web:2.0');
    const updated = '{.status.observedGeneration} {.status.updatedNumberScheduled}';
    await expect.poll(() => read(updated, 'ds manual'), patience).toBe('2 ');
    expect(await images('manual')).toBe('web:1.0 web:1.0 web:1.0');
    await kubectl(`delete pod ${namesOf('manual')[0]}`);
    await isOn('manual', everywhere);
    await expect.poll(() => read(updated, 'ds manual'), patience).toBe('2 1');
    await kubectl('delete ds manual');
  });

  it('surges pods onto nodes, so that no node is ever without', async () => {
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } };
    await cluster.apply(daemonSet('surge', { updateStrategy }));
    await rolledOut('surge');
    const ready: number[] = [];
    const watchPods = () => {
      const served = podsOf('surge')
        .filter(isPodReady)
        .map(({ spec }) => spec.nodeName);
      ready.push(new Set(served).size);
    };
    const stop = cluster.informers.for(pods).onChange(watchPods);
    await kubectl('set image ds/surge main=web:2.0');
    await rolledOut('surge');
    await isOn('surge', everywhere);
    stop();
    expect(Math.min(...ready)).toBe(3);
    expect(podsOf('surge').map(({ spec }) => spec.containers[0]?.image)).toEqual(Array(3).fill('web:2.0'));
    await kubectl('delete ds surge');
  });

  it('keeps as many revisions as it is told', async () => {
    await cluster.apply(daemonSet('short', { revisionHistoryLimit: 1 }));
    await rolledOut('short');
    for (const version of [2, 3, 4]) {
      await kubectl(`set image ds/short main=web:${version}.0`);
      await rolledOut('short');
    }
    await expect.poll(async () => (await revisions('short')).split(' ').sort(), patience).toEqual(['3', '4']);
    await kubectl('delete ds short');
  });

  it('adopts pods and revisions that another one has left behind', async () => {
    await cluster.apply(daemonSet('heir'));
    await rolledOut('heir');
    const before = namesOf('heir');
    await kubectl('delete ds heir --cascade=orphan');
    await expect.poll(() => podsOf('heir').some(({ metadata }) => metadata.ownerReferences), patience).toBe(false);
    await cluster.apply(daemonSet('heir'));
    await rolledOut('heir');
    expect(namesOf('heir')).toEqual(before);
    expect(await revisions('heir')).toBe('1');
    expect(await read('{.items[*].metadata.ownerReferences[*].kind}', 'controllerrevisions -l app=heir')).toBe(
      'DaemonSet',
    );
    await kubectl('delete ds heir');
  });

  it('goes on with a copy of its revision when the original is deleted, and keeps what others write to its status', async () => {
    await cluster.apply(daemonSet('copied'));
    await rolledOut('copied');
    const original = JSON.parse(await kubectl('get controllerrevisions -l app=copied -o json')).items[0];
    const { labels, ownerReferences } = original.metadata;
    await cluster.apply({ ...original, metadata: { name: 'copy', labels, ownerReferences }, revision: 2 });
    await kubectl(`delete controllerrevision ${original.metadata.name}`);
    const conditions = [{ type: 'Foreign', status: 'True', reason: 'Test', message: 'kept' }];
    await kubectl('patch ds copied --subresource=status --type=merge -p', JSON.stringify({ status: { conditions } }));
    await kubectl('set image ds/copied main=web:2.0');
    await rolledOut('copied');
    expect((await revisions('copied')).split(' ').sort()).toEqual(['2', '3']);
    expect(await read('{.status.conditions[0].message}', 'ds copied')).toBe('kept');
    await kubectl('rollout undo ds/copied');
    await rolledOut('copied');
    expect(await read('{.revision}', 'controllerrevision copy')).toBe('4');
    await kubectl('delete ds copied');
  });
});
