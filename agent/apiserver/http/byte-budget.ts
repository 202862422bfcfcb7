/**
 * How many bytes of bodies the server holds at a time, of one user and of all: a thousand large ones at once wait
 * outside.
 */
import { tooManyRequests } from '../errors.ts';

export interface ByteLimits {
  ofOneUser: number;
  inAll: number;
}
/** Ten of the largest bodies of one user, and forty of all. */
const defaultLimits: ByteLimits = { ofOneUser: 32 << 20, inAll: 128 << 20 };

export interface Share {
  /** Throws `ApiError` 429 where it would be too much. */
  take(bytes: number): void;
  /** Gives all of it back. */
  release(): void;
}

export interface ByteBudget {
  open(user: string): Share;
}

export function createByteBudget({ ofOneUser, inAll }: ByteLimits = defaultLimits): ByteBudget {
  const held = new Map<string, number>();
  let total = 0;
  return {
    open: (user) => {
      let own = 0;
      const change = (bytes: number) => {
        own += bytes;
        total += bytes;
        const left = (held.get(user) ?? 0) + bytes;
        if (left > 0) held.set(user, left);
        else held.delete(user);
      };
      return {
        take: (bytes) => {
          if ((held.get(user) ?? 0) + bytes > ofOneUser || total + bytes > inAll) throw tooManyRequests();
          change(bytes);
        },
        release: () => change(-own),
      };
    },
  };
}
