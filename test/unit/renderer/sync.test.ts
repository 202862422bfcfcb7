// @vitest-environment jsdom
import { expect, test, vi } from 'vitest';

vi.stubGlobal('skiff', { call: () => new Promise(() => undefined), on: () => () => undefined });
const { heardOf, isSilent, syncs } = await import('../../../renderer/data/sync.ts');

const second = 1_000;

test('a context is silent once it has been asked in vain for a quarter of a minute', () => {
  expect(isSilent({ at: 0, asked: 100 * second }, 115 * second)).toBe(false);
  expect(isSilent({ at: 0, asked: 100 * second }, 116 * second)).toBe(true);
  expect(isSilent({ at: 110 * second, asked: 100 * second }, 116 * second)).toBe(false);
  // Looked at again after a while: it has its time to answer.
  expect(isSilent({ at: 10 * second, asked: 100 * second }, 101 * second)).toBe(false);
});

test('what is heard of one context says nothing of another', () => {
  heardOf('a', 5);
  heardOf('b');
  heardOf('a');
  expect(syncs.get()).toEqual({
    a: { at: expect.any(Number), asked: expect.any(Number), latency: 5 },
    b: { at: expect.any(Number), asked: expect.any(Number) },
  });
});
