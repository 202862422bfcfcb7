/**
 * Who may use the web shell: a browser that once came with the token, and has had a cookie since. The cookie differs
 * from the token, because a browser sends cookies to every port of 127.0.0.1. Programs that open browsers get neither,
 * but a key for one use: other users of the machine can read the arguments of processes.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';

export interface Access {
  /**
   * A cookie's value for the right token or an unused key; `wrong` for anything else; `later` after too many wrong
   * ones.
   */
  admit(given: string): { cookie: string } | 'wrong' | 'later';
  knows(cookie: string): boolean;
  /** A key for one use, valid for two minutes. */
  key(): string;
}

const maxBrowsers = 64;
const keyLife = 120_000;
const wrongOnes = { most: 20, within: 60_000 };
const shortestToken = 16;

const secret = (): string => randomBytes(24).toString('base64url');

const sameText = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

export const newToken = secret;

export function createAccess(token: string, now: () => number = Date.now): Access {
  if (token.length < shortestToken) throw new Error(`a token has at least ${shortestToken} characters`);
  /** Ordered by last use: beyond the limit, the cookie that was unused for longest goes. */
  const cookies = new Set<string>();
  const keys = new Map<string, number>();
  let wrong: number[] = [];

  const isKey = (given: string): boolean => {
    for (const [key, until] of keys) {
      if (until < now()) keys.delete(key);
      else if (sameText(key, given)) return keys.delete(key);
    }
    return false;
  };
  const find = (given: string): string | undefined => [...cookies].find((cookie) => sameText(cookie, given));

  return {
    admit(given) {
      wrong = wrong.filter((at) => at > now() - wrongOnes.within);
      if (wrong.length >= wrongOnes.most) return 'later';
      if (!sameText(given, token) && !isKey(given)) {
        wrong.push(now());
        return 'wrong';
      }
      const cookie = secret();
      cookies.add(cookie);
      for (const oldest of cookies) {
        if (cookies.size <= maxBrowsers) break;
        cookies.delete(oldest);
      }
      return { cookie };
    },
    knows(given) {
      const cookie = find(given);
      if (!cookie) return false;
      cookies.delete(cookie);
      cookies.add(cookie);
      return true;
    },
    key() {
      const key = secret();
      keys.set(key, now() + keyLife);
      return key;
    },
  };
}
