import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAccess } from '../../../../main/web/access.ts';
import { keepAlive } from '../../../../main/web/keep-alive.ts';

const token = 'a-token-of-some-length';

describe('access', () => {
  const admitted = (access: ReturnType<typeof createAccess>, given = token): string => {
    const admission = access.admit(given);
    if (typeof admission === 'string') throw new Error(admission);
    return admission.cookie;
  };

  test('is refused to a token that can be guessed', () => expect(() => createAccess('short')).toThrow('16 characters'));

  test('goes on for what is used, and ends for the oldest of very many', () => {
    const access = createAccess(token);
    const first = admitted(access);
    const second = admitted(access);
    for (let round = 0; round < 62; round++) admitted(access);
    expect(access.knows(first)).toBe(true);
    admitted(access);
    expect([access.knows(first), access.knows(second), access.knows('other')]).toEqual([true, false, false]);
  });

  test('by a key is given once, and not for ever', () => {
    let now = 0;
    const access = createAccess(token, () => now);
    const [key, late] = [access.key(), access.key()];
    admitted(access, key);
    expect(access.admit(key)).toBe('wrong');
    now = 121_000;
    expect(access.admit(late)).toBe('wrong');
  });

  test('is not to be had by trying', () => {
    let now = 0;
    const access = createAccess(token, () => now);
    const cookie = admitted(access);
    for (let round = 0; round < 20; round++) expect(access.admit(`guess ${round}`)).toBe('wrong');
    expect([access.admit('guess'), access.admit(token), access.knows(cookie)]).toEqual(['later', 'later', true]);
    now = 61_000;
    admitted(access);
  });
});

describe('a quiet socket', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const open = () => Object.assign(new EventEmitter(), { ping: vi.fn(), send: vi.fn(), terminate: vi.fn() });

  test('is kept, and ended when its other end is gone', () => {
    const socket = open();
    keepAlive(socket);
    for (let round = 0; round < 5; round++) {
      vi.advanceTimersByTime(15_000);
      socket.emit('pong');
    }
    expect([socket.ping.mock.calls.length, socket.terminate.mock.calls.length]).toEqual([5, 0]);
    expect(socket.send).toHaveBeenCalledWith('{"beat":true}');
    vi.advanceTimersByTime(30_000);
    expect(socket.terminate).toHaveBeenCalledOnce();
    socket.emit('close');
    expect(vi.getTimerCount()).toBe(0);
  });
});
