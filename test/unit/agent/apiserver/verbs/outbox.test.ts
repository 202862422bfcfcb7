import { describe, expect, it } from 'vitest';
import { Outbox } from '../../../../../agent/apiserver/verbs/outbox.ts';

/** An outbox in a time that only the test moves. */
function startOutbox() {
  let now = 0;
  let calls: { due: number; call: () => void }[] = [];
  const at = (due: number) => (call: () => void) => void calls.push({ due, call });
  const written: string[] = [];
  const outbox = new Outbox((frames) => written.push(`${now}: ${frames.toString()}`), {
    now: () => now,
    soon: (call) => at(now)(call),
    later: (call, milliseconds) => at(now + milliseconds)(call),
  });
  const goTo = (time: number) => {
    now = time;
    const due = calls.filter((each) => each.due <= now);
    calls = calls.filter((each) => each.due > now);
    for (const { call } of due) call();
  };
  const add = (...frames: string[]) => {
    for (const frame of frames) outbox.add(Buffer.from(frame));
  };
  return { outbox, written, add, goTo };
}

describe('frames of a watch', () => {
  it('go out at the end of the turn, all of one turn as one write', () => {
    const { written, add, goTo } = startOutbox();
    add('a', 'b', 'c');
    expect(written).toEqual([]);
    goTo(0);
    expect(written).toEqual(['0: abc']);
    goTo(10);
    add('d');
    goTo(10);
    expect(written).toEqual(['0: abc', '10: d']);
  });

  it('that follow closely wait for each other, and none waits for long', () => {
    const { written, add, goTo } = startOutbox();
    for (let time = 0; time < 10; time += 1) {
      add(String(time));
      goTo(time);
    }
    goTo(20);
    expect(written).toEqual(['0: 0', '4: 1234', '8: 5678', '20: 9']);
  });

  it('are the very bytes that all watchers share, where one is alone', async () => {
    const frame = Buffer.from('a');
    const written: Buffer[] = [];
    new Outbox((frames) => written.push(frames)).add(frame);
    await new Promise((resolve) => setImmediate(resolve));
    expect(written[0]).toBe(frame);
  });

  it('go out at once where the watch ends, and not twice', () => {
    const { outbox, written, add, goTo } = startOutbox();
    add('a');
    outbox.flush();
    goTo(10);
    expect(written).toEqual(['0: a']);
  });

  it('are dropped where nobody reads any more', () => {
    const { outbox, written, add, goTo } = startOutbox();
    add('a');
    outbox.drop();
    goTo(10);
    expect(written).toEqual([]);
  });
});
