import { afterEach, describe, expect, it, vi } from 'vitest';
import { type BootOptions, type BootStep, OperationError, runSteps } from '../../../../main/cluster/boot.ts';
import type { BootProgress } from '../../../../main/contract/clusters.ts';

interface State {
  did: string[];
}

const step = (title: string, run: BootStep<State>['run'] = async () => {}): BootStep<State> => ({
  title,
  async run(state, signal) {
    state.did.push(title);
    await run(state, signal);
  },
  undo: async (state) => void state.did.push(`undo ${title}`),
});

const untilAborted = (_: State, signal: AbortSignal) =>
  new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

/** As a request to an engine that has fallen silent. */
const forEver = () => new Promise<void>(() => {});

afterEach(() => vi.useRealTimers());

function boot(steps: BootStep<State>[], options: Partial<BootOptions<State>> = {}) {
  const state: State = { did: [] };
  const progress: BootProgress[] = [];
  const done = runSteps<State>({
    profile: 'skiff',
    operation: 'start',
    steps,
    state,
    deadline: 60_000,
    signal: new AbortController().signal,
    onProgress: (report) => void progress.push(report),
    lastLines: async () => ['a line of the log'],
    ...options,
  });
  return { state, progress, done };
}

const broken = () =>
  Promise.reject(
    Object.assign(new Error('no disk'), { code: 'DiskFull', hint: 'free some', command: 'docker create x' }),
  );

describe('runSteps', () => {
  it('runs the steps in order and reports each', async () => {
    const { state, progress, done } = boot([step('one'), step('two')]);
    await done;
    expect(state.did).toEqual(['one', 'two']);
    expect(progress.at(-1)).toMatchObject({ finished: true, steps: [{ state: 'done' }, { state: 'done' }] });
  });

  it('undoes in reverse when a step fails, that step included', async () => {
    const { state, done } = boot([step('one'), step('two', broken), step('three')]);
    await expect(done).rejects.toBeInstanceOf(OperationError);
    expect(state.did).toEqual(['one', 'two', 'undo two', 'undo one']);
  });

  it('names the step, the command, the log and the fix', async () => {
    const { progress, done } = boot([step('one', broken)]);
    await expect(done).rejects.toMatchObject({ code: 'DiskFull', hint: 'free some' });
    expect(progress.at(-1)?.failure).toEqual({
      step: 'one',
      code: 'DiskFull',
      message: 'no disk',
      hint: 'free some',
      command: 'docker create x',
      log: ['a line of the log'],
    });
  });

  it('says a command once, and always what to do next', async () => {
    const refused = Object.assign(new Error('docker create x: no such image'), { command: 'docker create x' });
    const { progress, done } = boot([step('one', () => Promise.reject(refused))], { lastLines: async () => [] });
    await expect(done).rejects.toMatchObject({ code: 'StepFailed', message: 'no such image' });
    expect(progress.at(-1)?.failure).toMatchObject({
      command: 'docker create x',
      hint: 'Try again; `skiff doctor` looks for a cause.',
    });
  });

  it('says commands as the person would type them', async () => {
    const { done } = boot([step('one', broken)], { asTyped: (_, text) => text.replace('docker', 'podman') });
    await expect(done).rejects.toMatchObject({ failure: { command: 'podman create x', message: 'no disk' } });
  });

  it('asks for the log of what failed before it undoes anything', async () => {
    let asked: unknown[] = [];
    const lastLines = async ({ did }: State, error: unknown) => {
      asked = [[...did], error];
      return [];
    };
    const wrong = new Error('wrong');
    const { done } = boot([step('one', () => Promise.reject(wrong))], { lastLines });
    await expect(done).rejects.toBeInstanceOf(OperationError);
    expect(asked).toEqual([['one'], wrong]);
  });

  it('undoes when the person cancels, and tells it apart from a failure', async () => {
    const abort = new AbortController();
    const { state, progress, done } = boot([step('one'), step('two', untilAborted)], { signal: abort.signal });
    setImmediate(() => abort.abort(new Error('cancelled')));
    await expect(done).rejects.toMatchObject({ code: 'Cancelled' });
    expect(state.did).toEqual(['one', 'two', 'undo two', 'undo one']);
    expect(progress.at(-1)).toMatchObject({ cancelled: true, steps: [{ state: 'undone' }, { state: 'cancelled' }] });
  });

  it('says how to go on with what cannot be undone', async () => {
    const cancel = new AbortController();
    const forGood: BootStep<State> = { title: 'one', run: untilAborted };
    const { done } = boot([forGood], { signal: cancel.signal, operation: 'stop', profile: 'two' });
    cancel.abort();
    await expect(done).rejects.toMatchObject({
      message: 'cancelled while: one',
      hint: 'What is done so far stays; `skiff stop --profile two` continues from there.',
    });
  });

  it('fails when the deadline has passed', async () => {
    const { done } = boot([step('one', untilAborted)], { deadline: 5 });
    await expect(done).rejects.toMatchObject({ code: 'DeadlineExceeded' });
  });

  it('gives up on a step that does not end when it is told to, and undoes it all the same', async () => {
    vi.useFakeTimers();
    const cancel = new AbortController();
    const { state, done } = boot([step('one'), step('two', forEver)], { signal: cancel.signal });
    const failed = expect(done).rejects.toMatchObject({
      code: 'Cancelled',
      message: 'cancelled while: two',
      failure: { log: ['"two" was told to end: not done within 20 s'] },
    });
    await vi.advanceTimersByTimeAsync(0);
    cancel.abort();
    await vi.advanceTimersByTimeAsync(20_000);
    await failed;
    expect(state.did).toEqual(['one', 'two', 'undo two', 'undo one']);
  });

  it('waits for what cannot be cut off before it undoes it', async () => {
    vi.useFakeTimers();
    const cancel = new AbortController();
    const made = Promise.withResolvers<void>();
    const { state, done } = boot([step('one', () => made.promise), step('two')], { signal: cancel.signal });
    const failed = expect(done).rejects.toMatchObject({ message: 'cancelled while: two; everything was undone' });
    await vi.advanceTimersByTimeAsync(0);
    cancel.abort();
    await vi.advanceTimersByTimeAsync(19_000);
    expect(state.did).toEqual(['one']);
    made.resolve();
    await failed;
    expect(state.did).toEqual(['one', 'undo two', 'undo one']);
  });

  it('gives up on undoing a step that goes on for ever, and says so', async () => {
    vi.useFakeTimers();
    const { state, done } = boot([step('one'), { ...step('two', broken), undo: forEver }]);
    const log = expect.arrayContaining(['could not undo "two": not done within 60 s']);
    const failed = expect(done).rejects.toMatchObject({ failure: { log } });
    await vi.advanceTimersByTimeAsync(60_000);
    await failed;
    expect(state.did.at(-1)).toBe('undo one');
  });

  it('goes on undoing when one step cannot be undone', async () => {
    const stubborn: BootStep<State> = { ...step('two', broken), undo: () => Promise.reject(new Error('stuck')) };
    const { state, progress, done } = boot([step('one'), stubborn]);
    await expect(done).rejects.toThrow('no disk');
    expect(state.did.at(-1)).toBe('undo one');
    expect(progress.at(-1)?.failure?.log).toContain('could not undo "two": stuck');
  });
});
