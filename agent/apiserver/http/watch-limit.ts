/**
 * How many watches one user may have open at once. Upstream has no such limit; here one thread serves everybody, and
 * each change goes to all watches of its kind in one turn.
 */
import { tooManyRequests } from '../errors.ts';

/** Far more than clients open: a kubelet has two for each pod, a window or a controller one for each kind. */
export const usualWatches = 2_000;

export interface WatchLimit {
  /** The caller calls what it returns when the watch ends. Throws `ApiError` 429 where the user has too many. */
  begin(username: string): () => void;
}

export function createWatchLimit(most: number): WatchLimit {
  const open = new Map<string, number>();
  return {
    begin: (username) => {
      const before = open.get(username) ?? 0;
      if (before >= most) throw tooManyRequests();
      open.set(username, before + 1);
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        const left = (open.get(username) ?? 0) - 1;
        if (left > 0) open.set(username, left);
        else open.delete(username);
      };
    },
  };
}
