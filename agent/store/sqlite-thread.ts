/** Calls to the store's thread, as promises. */
import { Worker } from 'node:worker_threads';
import type { Answer, CallName, StoreCalls } from './sqlite-protocol.ts';

export interface StoreThread {
  call<N extends CallName>(call: N, input: StoreCalls[N]['input']): Promise<StoreCalls[N]['output']>;
  /** Ends the thread after `close` has been answered. */
  ended(): Promise<void>;
}

interface Waiting {
  resolve(output: unknown): void;
  reject(error: Error): void;
}

export function startStoreThread(): StoreThread {
  const url = new URL('./sqlite-worker.ts', import.meta.url);
  // SQLite needs little: a small heap keeps the thread from growing lazily.
  const worker = new Worker(url, { resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 4 } });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let failure: Error | undefined;

  const fail = (error: Error) => {
    failure = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', (answer: Answer) => {
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) call?.reject(new Error(`store: ${answer.error}`));
    else call?.resolve(answer.output);
  });
  worker.on('error', (error) => fail(new Error('the thread of the store failed', { cause: error })));
  const exit = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      fail(failure ?? new Error('the store is closed'));
      resolve();
    });
  });

  return {
    call: <N extends CallName>(call: N, input: StoreCalls[N]['input']) =>
      new Promise<StoreCalls[N]['output']>((resolve, reject) => {
        if (failure) return reject(failure);
        lastId += 1;
        // The thread answers a call with the output of that call: the protocol's one promise.
        waiting.set(lastId, { resolve: (output) => resolve(output as StoreCalls[N]['output']), reject });
        worker.postMessage({ id: lastId, call, input });
      }),
    ended: () => exit,
  };
}
