import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodes } from '../../agent/api/core/node.ts';
import { pods } from '../../agent/api/core/pod.ts';
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

/** Resolves with the pod once it fulfils the condition; rejects after a while with its status. */
function pod(name: string, condition: (pod: Pod) => boolean): Promise<Pod> {
  const informer = cluster.informers.for(pods);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`not reached: ${JSON.stringify(informer.get(`default/${name}`)?.status)}`));
    }, 45_000);
    const check = () => {
      const found = informer.get(`default/${name}`);
      if (!found || !condition(found)) return;
      clearTimeout(timer);
      stop();
      resolve(found);
    };
    const stop = informer.onChange(check);
    check();
  });
}

const isAssigned = ({ spec }: Pod): boolean => Boolean(spec.nodeName);
const conditionOf = ({ status }: Pod) => status?.conditions?.find(({ type }) => type === 'PodScheduled');

async function create(name: string, spec: Partial<Pod['spec']>, labels: Record<string, string> = {}): Promise<void> {
  const containers = [{ name: 'main', image: 'web:1.0' }];
  await cluster.client.resource(pods).create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: { containers, ...spec },
  });
}
const requesting = (cpu: string) => ({
  containers: [{ name: 'main', image: 'web:1.0', resources: { requests: { cpu } } }],
});

describe('the scheduler', () => {
  it('assigns a pod to a worker, and says so', async () => {
    await create('plain', {});
    const { spec } = await pod('plain', isAssigned);
    expect(['worker', 'worker2']).toContain(spec.nodeName);
    const message = `Successfully assigned default/plain to ${spec.nodeName}`;
    await expect
      .poll(() =>
        cluster.kubectl(
          'get',
          'events',
          '--field-selector=involvedObject.name=plain,reason=Scheduled',
          '-o',
          'jsonpath={.items[*].message}',
        ),
      )
      .toBe(message);
  });

  it('leaves pods with another scheduler’s name alone', async () => {
    await create('foreign', { schedulerName: 'other' });
    await create('ours', {});
    await pod('ours', isAssigned);
    expect(cluster.informers.for(pods).get('default/foreign')?.spec.nodeName).toBeUndefined();
  });

  it('explains why a pod is pending, and assigns it when there is room', async () => {
    await create('huge', requesting('64'));
    const waiting = await pod('huge', (found) => conditionOf(found)?.status === 'False');
    expect(conditionOf(waiting)).toMatchObject({
      reason: 'Unschedulable',
      message:
        '0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient cpu. ' +
        'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    });
    const allocatable = { cpu: '128', memory: '8Gi', pods: '110' };
    await cluster.client
      .resource(nodes)
      .patch(
        'worker',
        undefined,
        'application/merge-patch+json',
        { status: { allocatable } },
        { subresource: 'status' },
      );
    expect((await pod('huge', isAssigned)).spec.nodeName).toBe('worker');
  });

  it('keeps pods off cordoned nodes until they are uncordoned', async () => {
    await cluster.kubectl('cordon', 'worker', 'worker2');
    await create('cordoned', {});
    const waiting = await pod('cordoned', (found) => conditionOf(found)?.status === 'False');
    expect(conditionOf(waiting)?.message).toContain('2 node(s) were unschedulable');
    await cluster.kubectl('uncordon', 'worker2');
    expect((await pod('cordoned', isAssigned)).spec.nodeName).toBe('worker2');
    await cluster.kubectl('uncordon', 'worker');
  });

  it('follows node selectors and tolerations', async () => {
    await create('pinned', {
      nodeSelector: { 'kubernetes.io/hostname': 'control-plane' },
      tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }],
    });
    expect((await pod('pinned', isAssigned)).spec.nodeName).toBe('control-plane');
  });

  it('does not promise the same room twice to pods that come at once', async () => {
    const names = ['one', 'two', 'three', 'four', 'five'];
    await Promise.all(
      names.map((name) => create(name, { ...requesting('3'), nodeSelector: { 'kubernetes.io/hostname': 'worker2' } })),
    );
    await expect
      .poll(
        () =>
          names.filter((name) => {
            const found = cluster.informers.for(pods).get(`default/${name}`);
            return found && conditionOf(found)?.status === 'False';
          }).length,
      )
      .toBe(4);
    const assigned = names.filter((name) => cluster.informers.for(pods).get(`default/${name}`)?.spec.nodeName);
    expect(assigned).toHaveLength(1);
  });

  it('holds a pod with scheduling gates until the last one is removed', async () => {
    await create('gated', { schedulingGates: [{ name: 'example.com/wait' }] });
    await create('after', {});
    await pod('after', isAssigned);
    const waiting = await pod('gated', () => true);
    expect([waiting.spec.nodeName, conditionOf(waiting)?.reason]).toEqual([undefined, 'SchedulingGated']);
    await cluster.client
      .resource(pods)
      .patch('gated', 'default', 'application/merge-patch+json', { spec: { schedulingGates: null } });
    await pod('gated', isAssigned);
  });

  it('spreads pods over zones, and says why one waits', async () => {
    await cluster.kubectl('label', 'node', 'worker', 'zone=a');
    const topologySpreadConstraints = [
      {
        maxSkew: 1,
        minDomains: 2,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { spread: 'yes' } },
      },
    ];
    const labels = { spread: 'yes' };
    await create('first', { topologySpreadConstraints }, labels);
    await pod('first', isAssigned);
    await create('second', { topologySpreadConstraints }, labels);
    const waiting = await pod('second', (found) => conditionOf(found)?.status === 'False');
    expect(conditionOf(waiting)?.message).toBe(
      "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, " +
        "1 node(s) didn't match pod topology spread constraints (missing required label), " +
        '1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }. ' +
        'preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, ' +
        '2 Preemption is not helpful for scheduling.',
    );
    await cluster.kubectl('label', 'node', 'worker2', 'zone=b');
    expect((await pod('second', isAssigned)).spec.nodeName).toBe('worker2');
  });

  it('keeps pods apart until the one in the way is gone', async () => {
    const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { lonely: 'yes' } } };
    const spec = {
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
      nodeSelector: { 'kubernetes.io/hostname': 'worker2' },
    };
    await create('lonely', spec, { lonely: 'yes' });
    await pod('lonely', isAssigned);
    await create('lonely2', spec, { lonely: 'yes' });
    const waiting = await pod('lonely2', (found) => conditionOf(found)?.status === 'False');
    expect(conditionOf(waiting)?.message).toContain("1 node(s) didn't match pod anti-affinity rules");
    await cluster.client.resource(pods).delete('lonely', 'default');
    await pod('lonely2', isAssigned);
  });

  it('evicts less important pods for a critical one, and tells both', async () => {
    await cluster.kubectl('label', 'node', 'worker2', 'arena=yes');
    const nodeSelector = { arena: 'yes' };
    await cluster.kubectl('delete', 'pods', '--field-selector=spec.nodeName=worker2');
    await create('victim', { ...requesting('3'), nodeSelector });
    await pod('victim', isAssigned);
    // So that what the victim is told can be read before it goes.
    await cluster.kubectl('patch', 'pod', 'victim', '-p', '{"metadata":{"finalizers":["example.com/read"]}}');
    await create('critical', { ...requesting('3'), nodeSelector, priorityClassName: 'system-cluster-critical' });
    const nominated = await pod('critical', ({ status }) => Boolean(status?.nominatedNodeName));
    expect(nominated.status?.nominatedNodeName).toBe('worker2');
    expect(conditionOf(nominated)?.message).toBe(
      "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector, " +
        '1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }.',
    );
    const leaving = await pod('victim', ({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(leaving.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toEqual({
      type: 'DisruptionTarget',
      observedGeneration: 1,
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
      lastProbeTime: null,
      lastTransitionTime: expect.any(String),
    });
    await cluster.kubectl('patch', 'pod', 'victim', '-p', '{"metadata":{"finalizers":null}}');
    await pod('critical', isAssigned);
    const said = (name: string) =>
      cluster.kubectl(
        'get',
        'events',
        `--field-selector=involvedObject.name=${name}`,
        '-o',
        'jsonpath={.items[*].message}',
      );
    await expect.poll(() => said('victim')).toContain(`Preempted by pod ${nominated.metadata.uid} on node worker2`);
    await expect.poll(() => said('critical')).toContain('Successfully assigned default/critical to worker2');
  });

  it('has a pod on its node at once', async () => {
    const wait = async (name: string) => {
      const started = performance.now();
      await create(name, {});
      await pod(name, isAssigned);
      return performance.now() - started;
    };
    // Of a few: a queue that is looked at now and then would let each wait, a busy machine does not.
    const waits: number[] = [];
    for (let at = 0; at < 5; at += 1) waits.push(await wait(`quick-${at}`));
    expect(Math.min(...waits)).toBeLessThan(250);
  });
});
