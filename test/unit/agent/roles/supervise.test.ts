import { expect, it } from 'vitest';
import { type SupervisedProcess, supervise } from '../../../../agent/roles/supervise.ts';
import { createFakeClock, settle } from '../../../fakes/clock.ts';

/** A process that ends when the test ends it, or when it is killed by a signal that it obeys. */
function fakeProcess(obeys: readonly string[]) {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const listeners: Record<'beat' | 'up', () => void> = { beat: () => {}, up: () => {} };
  const killedBy: string[] = [];
  const process: SupervisedProcess = {
    ended,
    onBeat: (listener) => {
      listeners.beat = listener;
    },
    onUp: (listener) => {
      listeners.up = listener;
    },
    kill: (signal) => {
      killedBy.push(signal);
      if (obeys.includes(signal)) end(`was killed by ${signal}`);
    },
  };
  return { process, end, killedBy, beat: () => listeners.beat(), up: () => listeners.up() };
}

function startSupervising(obeys: readonly string[] = ['SIGTERM', 'SIGKILL']) {
  const clock = createFakeClock();
  const stopping = new AbortController();
  const lines: string[] = [];
  const started: ReturnType<typeof fakeProcess>[] = [];
  const start = () => {
    const fake = fakeProcess(obeys);
    started.push(fake);
    return fake.process;
  };
  const done = supervise({ start, clock, log: (line) => lines.push(line), signal: stopping.signal });
  const latest = () => started.at(-1) ?? fakeProcess([]);
  return { clock, lines, started, done, latest, stop: () => stopping.abort() };
}

it('starts a process again that has ended after it was up', async () => {
  const { started, lines, latest, stop, done } = startSupervising();
  latest().up();
  latest().end('exited with 1');
  await settle();
  expect([started.length, lines]).toEqual([2, ['supervisor: the agent exited with 1; starting it again']]);
  stop();
  await done;
});

it('tells who started it that the first process was never up', async () => {
  const { started, latest, done } = startSupervising();
  latest().end('exited with 1');
  await expect(done).rejects.toThrow('the agent exited with 1 before it was up');
  expect(started).toHaveLength(1);
});

it('pauses for a second after a fourth quick end', async () => {
  const { clock, started, latest, stop, done } = startSupervising();
  latest().up();
  for (let ends = 0; ends < 4; ends += 1) {
    latest().end('exited with 1');
    await settle();
  }
  expect(started).toHaveLength(4);
  await clock.advance(1_000);
  expect(started).toHaveLength(5);
  stop();
  await done;
});

it('kills a process that has not moved for half a minute, and starts it again', async () => {
  const { clock, started, lines, latest, stop, done } = startSupervising(['SIGKILL', 'SIGTERM']);
  latest().up();
  await clock.advance(29_000);
  expect(started).toHaveLength(1);
  await clock.advance(1_000);
  expect(lines).toEqual([
    'supervisor: the agent has not moved for half a minute; killing it',
    'supervisor: the agent was killed by SIGKILL; starting it again',
  ]);
  expect(started).toHaveLength(2);
  stop();
  await done;
});

it('leaves a process alone that beats', async () => {
  const { clock, latest, started, stop, done } = startSupervising();
  latest().up();
  for (let beats = 0; beats < 60; beats += 1) {
    latest().beat();
    await clock.advance(2_000);
  }
  expect([started.length, latest().killedBy]).toEqual([1, []]);
  stop();
  await done;
});

it('stops the process when it is stopped, and kills one that does not obey', async () => {
  const { clock, latest, stop, done, started } = startSupervising(['SIGKILL']);
  latest().up();
  stop();
  await clock.advance(4_000);
  await done;
  expect([started.length, latest().killedBy]).toEqual([1, ['SIGTERM', 'SIGKILL']]);
});
