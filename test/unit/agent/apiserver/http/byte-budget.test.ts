import { describe, expect, it } from 'vitest';
import { createByteBudget } from '../../../../../agent/apiserver/http/byte-budget.ts';

const refusal = expect.objectContaining({ code: 429, reason: 'TooManyRequests' });

describe('bodies that are on their way', () => {
  it('are so many bytes of one user at the most, whatever others send', () => {
    const budget = createByteBudget({ ofOneUser: 10, inAll: 100 });
    const [first, second, other] = [budget.open('eve'), budget.open('eve'), budget.open('ann')];
    first.take(6);
    second.take(4);
    expect(() => second.take(1)).toThrow(refusal);
    other.take(10);
    expect(() => other.take(1)).toThrow(refusal);
  });

  it('are so many bytes of all at the most', () => {
    const budget = createByteBudget({ ofOneUser: 10, inAll: 15 });
    budget.open('eve').take(10);
    const ann = budget.open('ann');
    ann.take(5);
    expect(() => ann.take(1)).toThrow(refusal);
  });

  it('make room for others once they have been read', () => {
    const budget = createByteBudget({ ofOneUser: 10, inAll: 15 });
    const first = budget.open('eve');
    first.take(4);
    first.take(6);
    expect(() => budget.open('eve').take(1)).toThrow(refusal);
    first.release();
    budget.open('eve').take(10);
  });
});
