/**
 * Keeps the agent of simulated nodes running, as `agent/image/supervise.sh` does on a node: starts it again when it has
 * ended, and kills it when its event loop is stuck.
 */
import { type Clock, pause } from '../clock.ts';

export interface SupervisedProcess {
  /** Resolves with how it ended: `exited with 1`, `was killed by SIGKILL`. */
  ended: Promise<string>;
  /** Calls back with each sign that its event loop turns. */
  onBeat(listener: () => void): void;
  /** Calls back once all its parts have started. */
  onUp(listener: () => void): void;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

interface Supervision {
  start(): SupervisedProcess;
  clock: Clock;
  log(line: string): void;
  /** Aborts when the process and its supervisor must end. */
  signal: AbortSignal;
}

/** In milliseconds. */
const lookInterval = 5_000;
const quickEnd = 5_000;
const quickEndPause = 1_000;
/** How long the agent may take to stop, before it is killed. Less than who stops the supervisor waits for it. */
const grace = 4_000;
const mostStillLooks = 6;
const mostQuickEnds = 3;

/**
 * Kills the process after six looks without a beat. It counts looks instead of reading a clock: after the machine
 * slept, the process has time to beat before the next look. Returns what ends the looking.
 */
function killWhenStill(child: SupervisedProcess, { clock, log }: Supervision): () => void {
  let [beats, stillLooks] = [0, 0];
  let cancel = (): void => {};
  child.onBeat(() => {
    beats += 1;
  });
  const look = (): void => {
    stillLooks = beats === 0 ? stillLooks + 1 : 0;
    beats = 0;
    if (stillLooks < mostStillLooks) cancel = clock.after(lookInterval, look);
    else {
      log('supervisor: the agent has not moved for half a minute; killing it');
      child.kill('SIGKILL');
    }
  };
  cancel = clock.after(lookInterval, look);
  return () => cancel();
}

async function untilEnded(child: SupervisedProcess, supervision: Supervision): Promise<string> {
  const { clock, signal } = supervision;
  const stopLooking = killWhenStill(child, supervision);
  let cancelKill = (): void => {};
  const stop = (): void => {
    child.kill('SIGTERM');
    cancelKill = clock.after(grace, () => child.kill('SIGKILL'));
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await child.ended;
  } finally {
    stopLooking();
    cancelKill();
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Resolves when the signal has aborted and the process has ended. Rejects if the process ends before it was up for the
 * first time: whoever starts a cluster must learn of that.
 */
export async function supervise(supervision: Supervision): Promise<void> {
  const { start, clock, log, signal } = supervision;
  let [wasUp, quickEnds] = [false, 0];
  while (!signal.aborted) {
    const startedAt = clock.now();
    const child = start();
    child.onUp(() => {
      wasUp = true;
    });
    const end = await untilEnded(child, supervision);
    if (signal.aborted) return;
    if (!wasUp) throw new Error(`the agent ${end} before it was up`);
    log(`supervisor: the agent ${end}; starting it again`);
    quickEnds = clock.now() - startedAt < quickEnd ? quickEnds + 1 : 0;
    if (quickEnds > mostQuickEnds) await pause(clock, quickEndPause, signal);
  }
}
