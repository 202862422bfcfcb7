/** Calls the store's thread, with promises. */
import { Worker } from 'node:worker_threads';
import type { Answer, CallName, StoreCalls } from './sqlite-protocol.ts';

export interface StoreThread {
  /** `moved`: buffers of the input that the thread takes over; all others are copied. */
  call<N extends CallName>(
    call: N,
    input: StoreCalls[N]['input'],
    moved?: readonly ArrayBuffer[],
  ): Promise<StoreCalls[N]['output']>;
  /** Ends the thread after `close` has been answered. */
  ended(): Promise<void>;
  /** Ends the thread at once. */
  kill(): Promise<void>;
}

interface Waiting {
  resolve(output: unknown): void;
  reject(error: Error): void;
}

export function createStoreWorker(): Worker {
  const url = new URL('./sqlite-worker.ts', import.meta.url);
  // SQLite needs little heap; the limit keeps the thread from growing.
  return new Worker(url, { resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 4 } });
}

/** Calls `onFailure` once if the thread ends unexpectedly. */
export function attachStoreThread(worker: Worker, onFailure: (error: Error) => void): StoreThread {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let failure: Error | undefined;
  let ending = false;

  const fail = (error: Error) => {
    if (failure) return;
    failure = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    if (!ending) onFailure(error);
  };
  worker.on('message', (answer: Answer) => {
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) call?.reject(new Error(`store: ${answer.error}`));
    else call?.resolve(answer.output);
  });
  worker.on('error', (error) => fail(new Error(`the thread of the store failed: ${error.message}`, { cause: error })));
  const exit = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      fail(new Error(ending ? 'the store is closed' : 'the thread of the store ended'));
      resolve();
    });
  });

  return {
    call: <N extends CallName>(call: N, input: StoreCalls[N]['input'], moved: readonly ArrayBuffer[] = []) =>
      new Promise<StoreCalls[N]['output']>((resolve, reject) => {
        if (failure) return reject(failure);
        if (call === 'close') ending = true;
        lastId += 1;
        // The protocol guarantees that the thread answers a call with that call's output.
        waiting.set(lastId, { resolve: (output) => resolve(output as StoreCalls[N]['output']), reject });
        worker.postMessage({ id: lastId, call, input }, moved);
      }),
    ended: () => exit,
    kill: async () => {
      ending = true;
      await worker.terminate();
    },
  };
}
