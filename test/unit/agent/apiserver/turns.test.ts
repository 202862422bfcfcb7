import { describe, expect, it } from 'vitest';
import { createTurns } from '../../../../agent/apiserver/turns.ts';

/** A clock that only work moves. */
function startTurns() {
  let now = 0;
  const turns = createTurns(() => now);
  const done: string[] = [];
  const work = async (name: string, ...steps: number[]): Promise<void> => {
    for (const milliseconds of steps) {
      await turns.pause();
      now += milliseconds;
      done.push(name);
    }
  };
  return { turns, work, done };
}
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('steps of work', () => {
  it('that are short are taken in one turn of the event loop', async () => {
    const { work, done } = startTurns();
    void work('a', 1, 1, 1, 1);
    await Promise.resolve().then(() => undefined);
    for (let tick = 0; tick < 20; tick += 1) await undefined;
    expect(done).toEqual(['a', 'a', 'a', 'a']);
  });

  it('that are long are taken one in a turn, by turns', async () => {
    const { work, done } = startTurns();
    const all = Promise.all([work('a', 40, 40, 40), work('b', 40, 40), work('c', 1)]);
    for (let tick = 0; tick < 20; tick += 1) await undefined;
    expect(done).toEqual(['a']);
    const seen: string[][] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      done.length = 0;
      await nextTurn();
      for (let tick = 0; tick < 20; tick += 1) await undefined;
      seen.push([...done]);
    }
    await all;
    expect(seen).toEqual([['b'], ['c', 'a'], ['b'], ['a'], []]);
  });

  it('of a generator are told from each other by its yields', async () => {
    const { turns, work, done } = startTurns();
    function* steps(): Generator<undefined, string> {
      done.push('first');
      yield;
      done.push('second');
      return 'result';
    }
    const [result] = await Promise.all([turns.run(steps()), work('between', 40)]);
    expect([result, done]).toEqual(['result', ['first', 'between', 'second']]);
  });
});
