/** Time as a seam, so that unit tests neither sleep nor depend on the date. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Calls back after `milliseconds`; the return value cancels. */
  after(milliseconds: number, call: () => void): () => void;
}

/**
 * The longest wait for one timer of Node, in milliseconds. Its timers stand still while the machine sleeps, and cannot
 * wait longer than 25 days; so a long wait looks at the time of day now and then.
 */
const longestTimer = 60_000;

/** A clock that is set back delays nothing. */
function after(milliseconds: number, call: () => void): () => void {
  const due = Date.now() + milliseconds;
  let timer: NodeJS.Timeout;
  const arm = (left: number): void => {
    const next = () => {
      const rest = Math.min(left - longestTimer, due - Date.now());
      if (rest > 0) arm(rest);
      else call();
    };
    timer = setTimeout(next, Math.min(left, longestTimer));
  };
  arm(milliseconds);
  return () => clearTimeout(timer);
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = after(milliseconds, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
  after,
};

/** Waits; ends early, without an error, when the signal aborts. */
export async function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(milliseconds, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

const secondAsText = (second: number): string => `${new Date(second * 1000).toISOString().slice(0, -'.000Z'.length)}Z`;

/** The last one asked for: writers of one second get the same text. */
let lastSecond = { second: 0, text: secondAsText(0) };

/** RFC 3339 with seconds, as metav1.Time is written. */
export function timestamp(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== lastSecond.second) lastSecond = { second, text: secondAsText(second) };
  return lastSecond.text;
}
/** RFC 3339 with microseconds, as metav1.MicroTime is written. */
export const microTimestamp = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace('Z', '000Z');
