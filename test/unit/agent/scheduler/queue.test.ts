import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../../agent/api/types.ts';
import type { ClusterEvent, EventHint } from '../../../../agent/scheduler/framework/events.ts';
import { fits, neverFit } from '../../../../agent/scheduler/framework/plugin.ts';
import { prioritySort } from '../../../../agent/scheduler/plugins/priority-sort.ts';
import { schedulingGates } from '../../../../agent/scheduler/plugins/scheduling-gates.ts';
import { createQueue, type QueuedPod, type SchedulingQueue } from '../../../../agent/scheduler/queue/queue.ts';
import { aNode, aPod } from '../../../builders/objects.ts';
import { createFakeClock } from '../../../fakes/clock.ts';

const nodeAdded: ClusterEvent = { resource: 'Node', actions: ['add'], object: aNode() };
const podDeleted: ClusterEvent = { resource: 'AssignedPod', actions: ['delete'], old: aPod() };

/** `Fit` hears of new nodes; `Choosy` only of deleted pods, and only of those that it likes. */
const hints = new Map<string, readonly EventHint[]>([
  ['Fit', [{ resource: 'Node', actions: ['add', 'allocatable'] }]],
  [
    'Choosy',
    [
      {
        resource: 'AssignedPod',
        actions: ['delete'],
        hint: (pod, { old }) => (old?.metadata.namespace === pod.metadata.namespace ? 'queue' : 'skip'),
      },
    ],
  ],
  ['SchedulingGates', schedulingGates.eventsToRegister?.() ?? []],
]);

const pod = (name: string, priority = 0, spec: Partial<Pod['spec']> = {}): Pod =>
  aPod({ metadata: { name, uid: name }, spec: { priority, ...spec } });

function aQueue() {
  const clock = createFakeClock();
  const stop = new AbortController();
  const framework = { less: prioritySort.less, hints, preEnqueue: rejectionOf };
  const options = { clock, signal: stop.signal, frameworkOf: () => framework, onActive: () => undefined };
  const queue = createQueue(options);
  const pop = (): string | undefined => queue.pop()?.uid;
  return { clock, stop, queue, pop };
}

function rejectionOf(each: Pod) {
  const verdict = schedulingGates.preEnqueue(each);
  return verdict === 'fits' ? undefined : { plugin: 'SchedulingGates', ...verdict };
}

/** The pod that is next; the test has put one there. */
function popped(queue: SchedulingQueue): QueuedPod {
  const queued = queue.pop();
  if (!queued) throw new Error('nothing is active');
  return queued;
}
const park = (queue: SchedulingQueue, ...plugins: string[]): void => queue.park(popped(queue), new Set(plugins));
const retry = (queue: SchedulingQueue): void => queue.retry(popped(queue));

describe('scheduling queue', () => {
  it('takes the highest priority first, then the oldest', async () => {
    const { clock, queue, pop } = aQueue();
    queue.add(pod('old'));
    await clock.advance(1000);
    queue.add(pod('young'));
    queue.add(pod('urgent', 1000));
    expect([pop(), pop(), pop(), pop()]).toEqual(['urgent', 'old', 'young', undefined]);
  });

  it('keeps an unschedulable pod until something changes, and not before its back-off is over', async () => {
    const { clock, queue, pop } = aQueue();
    queue.add(pod('a'));
    park(queue, 'Fit');
    await clock.advance(60_000);
    expect(pop()).toBeUndefined();
    queue.handleEvent(nodeAdded);
    park(queue, 'Fit');
    queue.handleEvent(nodeAdded);
    await clock.advance(1_999);
    expect(pop()).toBeUndefined();
    await clock.advance(1);
    expect(pop()).toBe('a');
  });

  it('tries an unschedulable pod again after five minutes', async () => {
    const { clock, queue, pop } = aQueue();
    queue.add(pod('a'));
    park(queue, 'Fit');
    await clock.advance(5 * 60_000 - 1);
    expect(pop()).toBeUndefined();
    await clock.advance(1);
    expect(pop()).toBe('a');
  });

  it('backs off between one and ten seconds', async () => {
    const { clock, queue, pop } = aQueue();
    queue.add(pod('a'));
    const waits: number[] = [];
    for (const seconds of [1, 2, 4, 8, 10, 10]) {
      retry(queue);
      const before = clock.now();
      await clock.advance(seconds * 1000 - 1);
      expect(pop()).toBeUndefined();
      await clock.advance(1);
      waits.push(clock.now() - before);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(pop()).toBe('a');
  });

  it('tries a pod that was changed at once', () => {
    const { queue, pop } = aQueue();
    queue.add(pod('a'));
    retry(queue);
    queue.update(pod('a'), { resource: 'UnscheduledPod', actions: ['labels'], object: pod('a') });
    expect(pop()).toBe('a');
  });

  it('forgets a pod that has gone, and leaves no timer behind', async () => {
    const { clock, queue, pop } = aQueue();
    queue.add(pod('a'));
    retry(queue);
    queue.delete('a');
    expect(clock.pending).toBe(0);
    await clock.advance(10_000);
    expect(pop()).toBeUndefined();
  });

  it('drops its timers when it is stopped', () => {
    const { clock, queue, stop } = aQueue();
    queue.add(pod('a'));
    park(queue, 'Fit');
    stop.abort();
    expect(clock.pending).toBe(0);
  });

  it('does not try a pod again that was deleted while it was being scheduled', async () => {
    const { clock, queue, pop } = aQueue();
    queue.add(pod('a'));
    const queued = popped(queue);
    queue.delete('a');
    queue.retry(queued);
    await clock.advance(10_000);
    expect(pop()).toBeUndefined();
  });
});

describe('hints', () => {
  const elsewhere: ClusterEvent = { ...podDeleted, old: aPod({ metadata: { namespace: 'elsewhere' } }) };
  it.each<[string, string[], ClusterEvent, string | undefined]>([
    ['an event that the rejecting plugin registered', ['Fit'], nodeAdded, 'a'],
    [
      'another action of the same object',
      ['Fit'],
      { resource: 'Node', actions: ['labels'], object: aNode() },
      undefined,
    ],
    ['an event of another object', ['Fit'], podDeleted, undefined],
    ['an event that the hint likes', ['Choosy'], podDeleted, 'a'],
    ['an event that the hint skips', ['Choosy'], elsewhere, undefined],
    ['an event that only one of two rejecting plugins registered', ['Choosy', 'Fit'], nodeAdded, 'a'],
    ['any event where no plugin is to blame', [], podDeleted, 'a'],
    ['an event that only a plugin without registration could use', ['Silent'], nodeAdded, undefined],
    [
      'one of several actions that came at once',
      ['Fit'],
      { resource: 'Node', actions: ['labels', 'allocatable'], object: aNode() },
      'a',
    ],
  ])('%s decides over a waiting pod', async (_, rejectedBy, event, expected) => {
    const { clock, queue, pop } = aQueue();
    queue.add(pod('a'));
    park(queue, ...rejectedBy);
    await clock.advance(60_000);
    queue.handleEvent(event);
    expect(pop()).toBe(expected);
  });

  it('count for events that came while the pod was being scheduled', async () => {
    const { clock, queue, pop } = aQueue();
    queue.add(pod('a'));
    const queued = popped(queue);
    queue.handleEvent(nodeAdded);
    queue.park(queued, new Set(['Fit']));
    await clock.advance(1000);
    expect(pop()).toBe('a');
  });

  it('do not count for events that came before the pod was popped, while others were being scheduled', async () => {
    const { clock, queue, pop } = aQueue();
    queue.add(pod('a'));
    popped(queue);
    queue.handleEvent(nodeAdded);
    queue.add(pod('b'));
    park(queue, 'Fit');
    await clock.advance(60_000);
    expect(pop()).toBeUndefined();
  });

  it('leave out the pod whose own failure was the event', async () => {
    const { clock, queue, pop } = aQueue();
    for (const name of ['a', 'b']) {
      queue.add(pod(name));
      park(queue, 'Fit');
    }
    await clock.advance(60_000);
    queue.handleEvent(nodeAdded, 'a');
    expect([pop(), pop()]).toEqual(['b', undefined]);
  });
});

describe('scheduling gates', () => {
  const gated = pod('a', 0, { schedulingGates: [{ name: 'example.com/wait' }] });

  it('keep a pod out, whatever happens and however long it takes', async () => {
    const { clock, queue, pop } = aQueue();
    queue.add(gated);
    expect(queue.pending).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 1 });
    queue.handleEvent(nodeAdded);
    await clock.advance(10 * 60_000);
    expect(pop()).toBeUndefined();
  });

  it('let the pod in when the last one is gone', () => {
    const { queue, pop } = aQueue();
    queue.add(gated);
    queue.update(pod('a'), { resource: 'UnscheduledPod', actions: ['gates-eliminated'], old: gated, object: pod('a') });
    expect(pop()).toBe('a');
  });

  it('name themselves in the order given', () => {
    const gates = [{ name: 'b' }, { name: 'a' }];
    expect(schedulingGates.preEnqueue(pod('x', 0, { schedulingGates: gates }))).toEqual(
      neverFit('waiting for scheduling gates: [b a]'),
    );
    expect(schedulingGates.preEnqueue(pod('x'))).toBe(fits);
  });
});

describe('pending pods', () => {
  it('are counted by where they wait', () => {
    const { queue } = aQueue();
    queue.add(pod('backing', 4));
    retry(queue);
    queue.add(pod('parked', 3));
    park(queue, 'Fit');
    queue.add(pod('active', 2));
    queue.add(pod('gated', 1, { schedulingGates: [{ name: 'example.com/wait' }] }));
    expect(queue.pending).toEqual({ active: 1, backoff: 1, unschedulable: 1, gated: 1 });
  });
});
