/** Waiting for work that cannot be cut off, and giving up on it: an engine may fall silent in the middle of a request. */

/** Work that went on for too long; nobody waits for it any more. */
export class NotEnded extends Error {
  constructor(milliseconds: number) {
    super(`not done within ${milliseconds / 1000} s`);
    this.name = 'NotEnded';
  }
}

/** Rejects with `NotEnded` where the work takes longer than that. */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new NotEnded(milliseconds)), milliseconds);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for the work as long as it takes, and once the signal has told it to end, for so many milliseconds more. */
export async function untilEnd<T>(work: Promise<T>, signal: AbortSignal, milliseconds: number): Promise<T> {
  const told = Promise.withResolvers<void>();
  const tell = () => told.resolve();
  signal.addEventListener('abort', tell, { once: true });
  if (signal.aborted) tell();
  await Promise.race([Promise.allSettled([work]), told.promise]);
  signal.removeEventListener('abort', tell);
  return within(work, milliseconds);
}
