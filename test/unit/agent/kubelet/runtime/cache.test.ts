import { afterEach, expect, test } from 'vitest';
import { createRuntimeCache } from '../../../../../agent/kubelet/runtime/cache.ts';
import type { RuntimeEvent } from '../../../../../agent/kubelet/runtime/runtime.ts';
import { createSimulatedRuntime } from '../../../../../agent/kubelet/runtime/simulated/simulated.ts';
import { createFakeClock, settle } from '../../../../fakes/clock.ts';
import { quietLog } from '../../../../fakes/log.ts';

const ending = new AbortController();
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
