/** Waits for work that cannot be cancelled, and gives up after a while: an engine may stop answering in mid-request. */

/** The work took too long, and nobody waits for it any more. */
export class TimedOut extends Error {
  constructor(milliseconds: number) {
    super(`not done within ${milliseconds / 1000} s`);
    this.name = 'TimedOut';
  }
}

/** Rejects with `TimedOut` if the work takes longer than `milliseconds`. */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new TimedOut(milliseconds)), milliseconds);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for the work without a limit; once the signal aborts, for `milliseconds` more. Rejects with `TimedOut`. */
export async function untilEnd<T>(work: Promise<T>, signal: AbortSignal, milliseconds: number): Promise<T> {
  const told = Promise.withResolvers<void>();
  const tell = () => told.resolve();
  signal.addEventListener('abort', tell, { once: true });
  if (signal.aborted) tell();
  await Promise.race([Promise.allSettled([work]), told.promise]);
  signal.removeEventListener('abort', tell);
  return within(work, milliseconds);
}
