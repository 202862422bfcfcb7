import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../agent/clock.ts';

const day = 24 * 60 * 60 * 1000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a timer of the system', () => {
  it.each([1, 25, 60])('waits %i days', (days) => {
    const call = vi.fn();
    systemClock.after(days * day, call);
    vi.advanceTimersByTime(days * day - 1);
    expect(call).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2);
    expect(call).toHaveBeenCalledTimes(1);
  });

  it('ends soon after the machine has slept beyond its time', () => {
    const call = vi.fn();
    systemClock.after(day, call);
    vi.advanceTimersByTime(1000);
    vi.setSystemTime(Date.now() + 2 * day);
    vi.advanceTimersByTime(60_000);
    expect(call).toHaveBeenCalledTimes(1);
  });

  it('is not delayed by a clock that is set back', () => {
    const call = vi.fn();
    systemClock.after(day, call);
    vi.setSystemTime(Date.now() - 2 * day);
    vi.advanceTimersByTime(day);
    expect(call).toHaveBeenCalledTimes(1);
  });

  it('is cancelled, however long it has waited', () => {
    const call = vi.fn();
    const cancel = systemClock.after(60 * day, call);
    vi.advanceTimersByTime(40 * day);
    cancel();
    vi.advanceTimersByTime(40 * day);
    expect(call).not.toHaveBeenCalled();
  });
});

describe('a sleep', () => {
  it('of months ends at its time', async () => {
    const slept = systemClock.sleep(60 * day).then(() => Date.now());
    const begun = Date.now();
    await vi.advanceTimersByTimeAsync(61 * day);
    expect((await slept) - begun).toBe(60 * day);
  });

  it('is ended by its signal', async () => {
    const stop = new AbortController();
    const slept = systemClock.sleep(60 * day, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(slept).rejects.toThrow('stopped');
    expect(vi.getTimerCount()).toBe(0);
  });
});
