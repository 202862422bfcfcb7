import { describe, expect, it } from 'vitest';
import { Outbox } from '../../../../../agent/apiserver/verbs/outbox.ts';

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

function startOutbox() {
  const written: string[] = [];
  const outbox = new Outbox((frames) => written.push(frames.toString()));
  return { outbox, written, add: (frame: string) => outbox.add(Buffer.from(frame)) };
}

describe('frames of a watch', () => {
  it('of one turn go out as one write, in their order', async () => {
    const { written, add } = startOutbox();
    for (const frame of ['a', 'b', 'c']) add(frame);
    await Promise.resolve();
    expect(written).toEqual([]);
    await nextTurn();
    expect(written).toEqual(['abc']);
    add('d');
    await nextTurn();
    expect(written).toEqual(['abc', 'd']);
  });

  it('are the very bytes that all watchers share, where one is alone', async () => {
    const frame = Buffer.from('a');
    const written: Buffer[] = [];
    new Outbox((frames) => written.push(frames)).add(frame);
    await nextTurn();
    expect(written[0]).toBe(frame);
  });

  it('go out at once where the watch ends, and not twice', async () => {
    const { outbox, written, add } = startOutbox();
    add('a');
    outbox.flush();
    expect(written).toEqual(['a']);
    await nextTurn();
    expect(written).toEqual(['a']);
  });

  it('are dropped where nobody reads any more', async () => {
    const { outbox, written, add } = startOutbox();
    add('a');
    outbox.drop();
    await nextTurn();
    expect(written).toEqual([]);
  });
});
