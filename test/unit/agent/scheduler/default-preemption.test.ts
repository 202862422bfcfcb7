import { describe, expect, it } from 'vitest';
import type { Node, ObjectMeta, Pod } from '../../../../agent/api/types.ts';
import type { DisruptionBudget } from '../../../../agent/scheduler/framework/handle.ts';
import { podInfo } from '../../../../agent/scheduler/framework/info.ts';
import { aNode, aPod } from '../../../builders/objects.ts';
import { settle } from '../../../fakes/clock.ts';
import { aScheduler, type TestSchedulerOptions } from './harness.ts';

/** With 4 CPUs. */
const node = (name: string, zone = name): Node => aNode({ metadata: { name, labels: { zone } } });

interface Wish {
  priority?: number;
  cpu?: string;
  startTime?: string;
  metadata?: Partial<ObjectMeta>;
  spec?: Partial<Pod['spec']>;
  status?: Pod['status'];
}

const pod = (name: string, { priority = 0, cpu = '1', startTime, metadata, spec, status }: Wish = {}): Pod =>
  aPod({
    metadata: { name, uid: name, labels: { name }, ...metadata },
    spec: {
      priority,
      schedulerName: 'default-scheduler',
      containers: [{ name: 'main', resources: { requests: { cpu } } }],
      ...spec,
    },
    status: { ...(startTime ? { startTime } : {}), ...status },
  });

type Running = Record<string, Pod[]>;

function schedule(preemptor: Pod, nodes: Node[], running: Running, options: TestSchedulerOptions = {}) {
  const scheduler = aScheduler(options);
  for (const each of nodes) scheduler.cache.setNode(each);
  for (const [name, pods] of Object.entries(running)) for (const each of pods) scheduler.cache.setPod(each, name);
  const placement = scheduler.place(preemptor);
  if (placement.kind === 'node') return { nominate: `placed on ${placement.name}`, message: '', scheduler };
  return { nominate: placement.nominate, message: placement.message, scheduler };
}

/** Who is evicted, and where. */
const evictions = (writes: string[]): string[] =>
  writes.map((write) => write.replace(/^preempt (.*) for .* on (.*)$/, '$1 on $2')).sort();

const high = (wish: Wish = {}): Pod => pod('high', { priority: 100, cpu: '2', ...wish });
const budget = (name: string, disruptionsAllowed: number, given: Partial<DisruptionBudget> = {}): DisruptionBudget => ({
  namespace: 'default',
  selector: { matchLabels: { name } },
  disruptionsAllowed,
  disruptedPods: new Set(),
  ...given,
});

describe('whom preemption evicts', () => {
  it.each<[string, Pod, Running, string[], TestSchedulerOptions?]>([
    ['as few as needed', high(), { a: [pod('x'), pod('y'), pod('z'), pod('w')] }, ['w on a', 'z on a']],
    [
      'the less important first',
      high({ cpu: '1' }),
      { a: [pod('low', { priority: 1, cpu: '2' }), pod('lower', { cpu: '2' })] },
      ['lower on a'],
    ],
    [
      'of equals the ones that started last',
      high({ cpu: '1' }),
      {
        a: [
          pod('new', { cpu: '2', startTime: '2025-12-02T00:00:00Z' }),
          pod('old', { cpu: '2', startTime: '2025-12-01T00:00:00Z' }),
        ],
      },
      ['new on a'],
    ],
    [
      'nobody of equal priority',
      high(),
      { a: [pod('equal', { priority: 100, cpu: '3' })], b: [pod('low', { cpu: '4' })] },
      ['low on b'],
    ],
    [
      'those that no budget protects',
      high(),
      { a: [pod('guarded', { cpu: '2' }), pod('free', { priority: 5, cpu: '2' })] },
      ['free on a'],
      { handle: { disruptionBudgets: () => [budget('guarded', 0)] } },
    ],
    [
      'a protected pod where there is no other',
      high(),
      { a: [pod('guarded', { cpu: '4' })] },
      ['guarded on a'],
      { handle: { disruptionBudgets: () => [budget('guarded', 0)] } },
    ],
    [
      'a pod whose eviction the budget has counted already',
      high(),
      { a: [pod('guarded', { cpu: '2' }), pod('free', { priority: 5, cpu: '2' })] },
      ['guarded on a'],
      { handle: { disruptionBudgets: () => [budget('guarded', 0, { disruptedPods: new Set(['guarded']) })] } },
    ],
    [
      'pods that an empty budget selector does not protect',
      high(),
      { a: [pod('guarded', { cpu: '2' }), pod('free', { priority: 5, cpu: '2' })] },
      ['guarded on a'],
      { handle: { disruptionBudgets: () => [budget('guarded', 0, { selector: {} })] } },
    ],
  ])('%s', async (_, preemptor, running, expected, options) => {
    const nodes = Object.keys(running).map((name) => node(name));
    const { scheduler, nominate } = schedule(preemptor, nodes, running, options);
    await settle();
    expect(evictions(scheduler.writes)).toEqual(expected);
    expect(nominate).toBe(expected[0]?.split(' on ')[1]);
  });
});

describe('where preemption makes room', () => {
  const at = (day: number): string => `2025-12-0${day}T00:00:00Z`;
  it.each<[string, Running, string, TestSchedulerOptions?]>([
    [
      'on the node with the fewest broken budgets',
      { a: [pod('guarded', { cpu: '4' })], b: [pod('free', { priority: 50, cpu: '4' })] },
      'b',
      { handle: { disruptionBudgets: () => [budget('guarded', 0)] } },
    ],
    [
      'then on the one whose most important victim is the least important',
      { a: [pod('middle', { priority: 50, cpu: '4' })], b: [pod('low', { cpu: '2' }), pod('low2', { cpu: '2' })] },
      'b',
    ],
    [
      'then on the one with the smallest sum of priorities',
      {
        a: [pod('a1', { priority: 9, cpu: '3' }), pod('a2', { priority: 8, cpu: '1' })],
        b: [pod('b1', { priority: 9, cpu: '3' }), pod('b2', { priority: 1, cpu: '1' })],
      },
      'b',
    ],
    [
      'then on the one with the fewest victims',
      { a: [pod('a1', { cpu: '2' }), pod('a2', { cpu: '2' })], b: [pod('b1', { cpu: '4' })] },
      'b',
    ],
    [
      'then on the one whose victims started last',
      { a: [pod('a1', { cpu: '4', startTime: at(1) })], b: [pod('b1', { cpu: '4', startTime: at(2) })] },
      'b',
    ],
    ['then on the first', { a: [pod('a1', { cpu: '4' })], b: [pod('b1', { cpu: '4' })] }, 'a'],
  ])('%s', (_, running, expected, options) => {
    const nodes = Object.keys(running).map((name) => node(name));
    expect(schedule(high({ cpu: '4' }), nodes, running, options).nominate).toBe(expected);
  });
});

describe('a pod that fits nowhere', () => {
  const full = { a: [pod('low', { cpu: '4' })] };

  it('says only why it did not fit while room is being made', () => {
    expect(schedule(high(), [node('a')], full).message).toBe('0/1 nodes are available: 1 Insufficient cpu.');
  });

  it('with preemption policy Never evicts nobody, and keeps its nomination', async () => {
    const never = high({ spec: { preemptionPolicy: 'Never' } });
    const { message, nominate, scheduler } = schedule(never, [node('a')], full);
    await settle();
    expect(message).toBe(
      '0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.',
    );
    expect([nominate, scheduler.writes]).toEqual([undefined, []]);
  });

  it('waits while victims on its nominated node are leaving', async () => {
    const leaving = pod('low', {
      cpu: '4',
      metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
      status: { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] },
    });
    const preemptor = high({ status: { nominatedNodeName: 'a' } });
    const { message, scheduler } = schedule(preemptor, [node('a')], { a: [leaving] });
    await settle();
    expect(message).toContain('preemption: not eligible due to a terminating pod on the nominated node.');
    expect(scheduler.writes).toEqual([]);
  });

  it('gives its nomination back where evicting no longer helps', () => {
    const preemptor = high({ status: { nominatedNodeName: 'a' } });
    expect(schedule(preemptor, [node('a')], { a: [pod('equal', { priority: 100, cpu: '4' })] })).toMatchObject({
      nominate: '',
      message:
        '0/1 nodes are available: 1 Insufficient cpu. ' +
        'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    });
  });

  it('tells for each node why evicting does not help', () => {
    const mixed = schedule(high({ cpu: '3' }), [node('a'), node('b')], {
      a: [pod('equal', { priority: 100, cpu: '2' }), pod('low', { cpu: '1' })],
      b: [pod('equal2', { priority: 100, cpu: '2' })],
    });
    expect(mixed.message).toBe(
      '0/2 nodes are available: 2 Insufficient cpu. ' +
        'preemption: 0/2 nodes are available: 1 Insufficient cpu, 1 No preemption victims found for incoming pod.',
    );
  });

  it('evicts pods whose anti-affinity keeps it away', async () => {
    const term = { topologyKey: 'zone', labelSelector: { matchLabels: { name: 'high' } } };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    const { scheduler } = schedule(high({ cpu: '1' }), [node('a')], { a: [pod('shy', { spec: { affinity } })] });
    await settle();
    expect(evictions(scheduler.writes)).toEqual(['shy on a']);
  });

  it('evicts pods that use up the skew', async () => {
    const spread = {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
    };
    const labels = { app: 'web' };
    const preemptor = high({ cpu: '1', metadata: { labels }, spec: { topologySpreadConstraints: [spread] } });
    const { scheduler, nominate } = schedule(preemptor, [node('a'), node('b')], {
      a: [pod('w', { metadata: { labels } })],
      b: [pod('guard', { priority: 1000, cpu: '4' })],
    });
    await settle();
    expect([evictions(scheduler.writes), nominate]).toEqual([['w on a'], 'a']);
  });

  it('keeps out of the queue until its victims are on their way', async () => {
    const preemptor = high();
    const ended: string[] = [];
    const handle = { preemptionEnded: ({ metadata }: Pod) => void ended.push(metadata.name) };
    const { scheduler } = schedule(preemptor, [node('a')], full, { handle });
    expect(scheduler.framework.preEnqueue(preemptor)?.reasons).toEqual([
      'waiting for the preemption for this pod to be finished',
    ]);
    await settle();
    expect([scheduler.framework.preEnqueue(preemptor), ended]).toEqual([undefined, ['high']]);
  });

  it('takes the nomination of less important pods for the same node away', async () => {
    const scheduler = aScheduler();
    scheduler.cache.setNode(node('a'));
    scheduler.cache.setPod(pod('low', { cpu: '4' }), 'a');
    scheduler.nominator.nominate(podInfo(pod('middle', { priority: 50, cpu: '4' })), 'a');
    scheduler.place(high());
    await settle();
    expect(scheduler.writes).toContain('clear the nomination of middle');
  });

  it('rejects a victim that waits in Permit instead of deleting it', async () => {
    const rejected: string[] = [];
    const handle = { rejectWaiting: (uid: string) => rejected.push(uid) > 0 };
    const { scheduler } = schedule(high(), [node('a')], full, { handle });
    await settle();
    expect([rejected, scheduler.writes]).toEqual([['low'], []]);
  });
});

describe('a nominated pod', () => {
  const nominated = pod('nominated', { priority: 100, cpu: '3' });
  const withNominated = (waiting: Pod) => {
    const scheduler = aScheduler();
    scheduler.cache.setNode(node('a'));
    scheduler.nominator.nominate(podInfo(nominated), 'a');
    return scheduler.place(waiting);
  };
  it('keeps its room from less important pods', () => {
    expect(withNominated(pod('low', { cpu: '2' })).kind).toBe('none');
  });
  it('does not keep it from more important ones', () => {
    expect(withNominated(pod('higher', { priority: 200, cpu: '2' })).kind).toBe('node');
  });
  it('does not keep it from itself', () => {
    expect(withNominated(nominated).kind).toBe('node');
  });
  it('tries its nominated node before all others', () => {
    const scheduler = aScheduler();
    for (const name of ['a', 'b']) scheduler.cache.setNode(node(name));
    scheduler.cache.setPod(pod('there', { cpu: '2' }), 'b');
    const placed = scheduler.place(pod('p', { status: { nominatedNodeName: 'b' } }));
    expect(placed).toMatchObject({ kind: 'node', name: 'b' });
  });
});
