import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRuntimeCache } from '../../../../../agent/kubelet/runtime/cache.ts';
import type { RuntimeContainer, RuntimeEvent, RuntimeSandbox } from '../../../../../agent/kubelet/runtime/runtime.ts';
import { createSimulatedRuntime } from '../../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { createFakeClock, settle } from '../../../../fakes/clock.ts';
import { quietLog } from '../../../../fakes/log.ts';

let ending = new AbortController();
beforeEach(() => {
  ending = new AbortController();
});
afterEach(() => ending.abort());

test('an engine that goes away is reported once, and again when it is back', async () => {
  const clock = createFakeClock();
  const engine = { away: false, cut: new AbortController() };
  const failed = () => new Error('connect ENOENT /run/engine.sock');
  const runtime = {
    ...createSimulatedRuntime({ clock }),
    async *events(signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
      if (engine.away) throw failed();
      const until = AbortSignal.any([signal, engine.cut.signal]);
      await new Promise((resolve) => until.addEventListener('abort', resolve, { once: true }));
      throw failed();
    },
    async listContainers() {
      if (engine.away) throw failed();
      return [];
    },
  };
  const heard: (string | undefined)[] = [];
  const cache = createRuntimeCache({
    runtime,
    clock,
    log: quietLog,
    onChange: () => undefined,
    onHealth: (trouble) => heard.push(trouble),
  });
  void cache.run(ending.signal);
  await cache.synced;
  engine.away = true;
  engine.cut.abort();
  await settle();
  await clock.advance(1_000);
  expect(heard).toEqual(['connect ENOENT /run/engine.sock']);
  engine.away = false;
  engine.cut = new AbortController();
  await clock.advance(10_000);
  expect(heard).toEqual(['connect ENOENT /run/engine.sock', undefined]);
});

const pod = { name: 'p', namespace: 'ns', uid: 'u' };
const running: RuntimeContainer = {
  id: 'c',
  pod,
  name: 'c',
  attempt: 0,
  image: 'i',
  imageID: 'i',
  state: 'running',
  createdAt: 1,
  startedAt: 2,
  finishedAt: 0,
  exitCode: 0,
  oomKilled: false,
  error: '',
  labels: {},
  resources: {},
};
const ready: RuntimeSandbox = {
  id: 's',
  pod,
  attempt: 0,
  state: 'ready',
  hostNetwork: false,
  createdAt: 1,
  pid: 7,
  labels: {},
};
const inspected = { ...running, state: 'exited' as const, exitCode: 137, oomKilled: true, finishedAt: 9 };

/**
 * A cache of one running pod; `tell` hands it an event, and `asked` has the ids that it then asked the engine about.
 */
async function following() {
  const clock = createFakeClock();
  const asked: string[] = [];
  const waiting: RuntimeEvent[] = [];
  let wake = () => {};
  const runtime = {
    ...createSimulatedRuntime({ clock }),
    async *events(signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
      while (!signal.aborted) {
        const event = waiting.shift();
        if (event) yield event;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    listSandboxes: async () => [ready],
    listContainers: async () => [running],
    async inspect(id: string) {
      asked.push(id);
      return { type: 'container' as const, container: inspected };
    },
  };
  const cache = createRuntimeCache({
    runtime,
    clock,
    log: quietLog,
    onChange: () => undefined,
    onHealth: () => undefined,
  });
  void cache.run(ending.signal);
  ending.signal.addEventListener('abort', () => wake(), { once: true });
  await cache.synced;
  const tell = async (event: Omit<RuntimeEvent, 'pod'>) => {
    waiting.push({ pod, ...event });
    wake();
    await settle();
  };
  return { cache, asked, tell };
}

test('an end that the event describes is taken from it, and the engine is not asked', async () => {
  const { cache, asked, tell } = await following();
  await tell({ type: 'died', id: 'c', end: { exitCode: 3, finishedAt: 5 } });
  await tell({ type: 'died', id: 's' });
  expect(cache.containers('u')).toEqual([{ ...running, state: 'exited', exitCode: 3, finishedAt: 5 }]);
  expect(cache.sandboxes('u')).toEqual([{ ...ready, state: 'notready', pid: 0 }]);
  expect(asked).toEqual([]);
});

test('the engine is asked about an end that the event does not describe, or in which memory ran out', async () => {
  const { cache, asked, tell } = await following();
  await tell({ type: 'died', id: 'c' });
  expect([cache.containers('u'), asked]).toEqual([[inspected], ['c']]);
  await tell({ type: 'started', id: 'c' });
  cache.put({ type: 'container', container: running });
  await tell({ type: 'oom', id: 'c' });
  cache.put({ type: 'container', container: running });
  await tell({ type: 'died', id: 'c', end: { exitCode: 1, finishedAt: 5 } });
  expect([cache.containers('u'), asked]).toEqual([[inspected], ['c', 'c', 'c', 'c']]);
});

test('what was read before a container ended does not bring it back, but another start does', async () => {
  const { cache, tell } = await following();
  const end = { exitCode: 0, finishedAt: 5 };
  await tell({ type: 'died', id: 'c', end });
  cache.put({ type: 'container', container: running });
  expect(cache.containers('u')).toMatchObject([{ state: 'exited' }]);
  await tell({ type: 'started', id: 'c', own: true });
  cache.put({ type: 'container', container: running });
  expect(cache.containers('u')).toEqual([running]);
});

test('a start that the agent asked for itself is not read once more', async () => {
  const { asked, tell } = await following();
  await tell({ type: 'started', id: 'c', own: true });
  expect(asked).toEqual([]);
  await tell({ type: 'started', id: 'c' });
  expect(asked).toEqual(['c']);
});
