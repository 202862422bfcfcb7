/** Starts clients of a load, each in a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

interface Connected {
  kubeconfig: string;
}

/** So many calls a second for so many seconds, each for the next of the names; creations make names of their own. */
export interface PacedTask extends Connected {
  act: 'create' | 'patch' | 'get';
  perSecond: number;
  seconds: number;
  names: string[];
}

/** Watches of all config maps after a revision. */
export interface WatchTask extends Connected {
  act: 'watch';
  watches: number;
  resourceVersion: string;
}

export type Task = PacedTask | WatchTask;

/** The client is connected; its watches have started, or its code is compiled and it waits to be told to go. */
export type Begun = 'begun';

export interface Outcome {
  /** Milliseconds of each call. */
  latencies: number[];
  /** Calls a second that were answered. */
  rate: number;
  /** Milliseconds, on a clock that all processes share, at which each name was sent or seen. */
  times: [name: string, at: number][];
  /** Of all watches. */
  events: number;
}

export interface ClientProcess {
  begun: Promise<void>;
  /** Rejects where the process ends without one. */
  outcome: Promise<Outcome>;
  /** Ends a watch, or lets calls begin. */
  proceed(): void;
}

export function startClient(task: Task): ClientProcess {
  const child = fork(new URL('./client-process.ts', import.meta.url), { serialization: 'advanced' });
  const begun = Promise.withResolvers<void>();
  const outcome = Promise.withResolvers<Outcome>();
  child.on('message', (message: Begun | Outcome) => {
    if (message === 'begun') begun.resolve();
    else outcome.resolve(message);
  });
  void once(child, 'exit').then(([code]) => {
    const error = new Error(`a client of the load (${task.act}) ended with ${code}`);
    begun.reject(error);
    outcome.reject(error);
  });
  child.send(task);
  return { begun: begun.promise, outcome: outcome.promise, proceed: () => child.send('proceed') };
}
