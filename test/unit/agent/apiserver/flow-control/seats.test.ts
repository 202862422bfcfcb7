import { describe, expect, it } from 'vitest';
import { handOf } from '../../../../../agent/apiserver/flow-control/queues.ts';
import { seatsOf } from '../../../../../agent/apiserver/flow-control/seats.ts';
import { builtInLevels, flowTo, level, limited, startFlows } from './flows.ts';

const queuing = { queues: 1, handSize: 1, queueLengthLimit: 2 };
const queued = (limits: object = {}) =>
  limited({ limitResponse: { type: 'Queue', queuing: { ...queuing, ...limits } } });
const tooMany = { code: 429, reason: 'TooManyRequests', details: { retryAfterSeconds: 1 } };

/** Whether it is open still after everything that could settle it. */
async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  let isOpen = true;
  const settle = () => {
    isOpen = false;
  };
  promise.then(settle, settle);
  await new Promise((resolve) => setImmediate(resolve));
  return isOpen;
}

describe('the seats of the server', () => {
  it('are divided by upstream’s shares', () => {
    const rows = [...seatsOf(builtInLevels, 600)].map(([name, { nominal, least }]) => `${name} ${nominal} ${least}`);
    expect(rows).toEqual([
      'catch-all 13 13',
      'exempt 0 0',
      'system 74 50',
      'node-high 98 73',
      'leader-election 25 25',
      'workload-high 98 49',
      'workload-low 245 24',
      'global-default 49 24',
    ]);
  });
});

describe('a level that rejects', () => {
  it('refuses one more than has a seat, until one of them is over', async () => {
    const flows = startFlows(1, [level('tiny', limited({}))], [flowTo('tiny', 'ann')]);
    const leave = await flows.enter('ann');
    await expect(flows.enter('ann')).rejects.toMatchObject(tooMany);
    leave();
    leave();
    await flows.enter('ann');
    await expect(flows.enter('ann')).rejects.toMatchObject(tooMany);
  });
});

describe('a level that queues', () => {
  it('lets as many wait as its queue is long, and serves them in turn', async () => {
    const flows = startFlows(1, [level('tiny', queued())], [flowTo('tiny', 'ann')]);
    const first = await flows.enter('ann');
    const [second, third] = [flows.enter('ann'), flows.enter('ann')];
    await expect(flows.enter('ann')).rejects.toMatchObject(tooMany);
    expect([await isWaiting(second), await isWaiting(third)]).toEqual([true, true]);
    first();
    (await second)();
    expect(await isWaiting(third)).toBe(false);
  });

  it('refuses who has waited for a quarter of a minute', async () => {
    const flows = startFlows(1, [level('tiny', queued())], [flowTo('tiny', 'ann')]);
    await flows.enter('ann');
    const refused = expect(flows.enter('ann')).rejects.toMatchObject(tooMany);
    await flows.clock.advance(15_000);
    await refused;
    expect(flows.clock.pending).toBe(0);
  });

  it('forgets who goes away', async () => {
    const flows = startFlows(1, [level('tiny', queued({ queueLengthLimit: 1 }))], [flowTo('tiny', 'ann')]);
    const first = await flows.enter('ann');
    const client = new AbortController();
    const gone = expect(flows.enter('ann', client.signal)).rejects.toMatchObject(tooMany);
    client.abort();
    await gone;
    const next = flows.enter('ann');
    first();
    expect(await isWaiting(next)).toBe(false);
  });

  it('serves a modest flow although another fills its own queues', async () => {
    const spec = queued({ queues: 64, handSize: 1, queueLengthLimit: 50 });
    const flows = startFlows(1, [level('tiny', spec)], [flowTo('tiny', 'ann'), flowTo('tiny', 'bob')]);
    const first = await flows.enter('ann');
    const many = Array.from({ length: 50 }, () => flows.enter('ann'));
    await expect(flows.enter('ann')).rejects.toMatchObject(tooMany);
    const modest = flows.enter('bob');
    first();
    (await many[0])?.();
    expect([await isWaiting(modest), await isWaiting(many[1] ?? modest)]).toEqual([false, true]);
  });

  it('lets everybody go on when it is deleted', async () => {
    const flows = startFlows(1, [level('tiny', queued())], [flowTo('tiny', 'ann')]);
    await flows.enter('ann');
    const waiting = flows.enter('ann');
    flows.levels = [];
    flows.changed();
    await expect(flows.enter('ann')).rejects.toThrow('no schema is about it');
    expect(await isWaiting(waiting)).toBe(false);
  });
});

describe('a level that is idle', () => {
  const lender = limited({ lendablePercent: 50 });
  const schemas = [flowTo('lender', 'ann'), flowTo('borrower', 'bob')];

  it('lends what it may, to who may borrow', async () => {
    const flows = startFlows(
      4,
      [level('lender', lender), level('borrower', limited({ borrowingLimitPercent: 100 }))],
      schemas,
    );
    for (let seats = 0; seats < 3; seats += 1) await flows.enter('bob');
    await expect(flows.enter('bob')).rejects.toMatchObject(tooMany);
    await flows.enter('ann');
    await expect(flows.enter('ann')).rejects.toMatchObject(tooMany);
  });

  it('gets its own back before anybody borrows again', async () => {
    const waits = { limitResponse: { type: 'Queue', queuing } };
    const levels = [
      level('borrower', limited({ borrowingLimitPercent: 100, ...waits })),
      level('lender', limited({ lendablePercent: 100, ...waits })),
    ];
    const flows = startFlows(2, levels, schemas);
    const leave = [await flows.enter('bob'), await flows.enter('bob')];
    const [again, owed] = [flows.enter('bob'), flows.enter('ann')];
    leave[0]?.();
    expect([await isWaiting(again), await isWaiting(owed)]).toEqual([true, false]);
  });

  it('lends nothing to who may not borrow', async () => {
    const flows = startFlows(4, [level('lender', lender), level('borrower', limited({}))], schemas);
    await flows.enter('bob');
    await flows.enter('bob');
    await expect(flows.enter('bob')).rejects.toMatchObject(tooMany);
  });
});

it('the exempt level has no limit', async () => {
  const exempt = level('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } });
  const flows = startFlows(1, [exempt], [flowTo('exempt', 'ann')]);
  const entered = await Promise.all(Array.from({ length: 1000 }, () => flows.enter('ann')));
  expect(entered).toHaveLength(1000);
});

describe('a hand of queues', () => {
  it('is the same for the same flow, has no queue twice, and is dealt from all', () => {
    const deal = { queues: 128, handSize: 6 };
    const hands = Array.from({ length: 500 }, (_, flow) => handOf(`flow ${flow}`, deal));
    expect(handOf('flow 7', deal)).toEqual(hands[7]);
    expect(hands.filter((hand) => new Set(hand).size !== 6 || hand.some((queue) => queue < 0 || queue > 127))).toEqual(
      [],
    );
    expect(new Set(hands.flat()).size).toBe(128);
  });

  it('may be of ten million queues', () => {
    expect(new Set(handOf('a', { queues: 10_000_000, handSize: 2 })).size).toBe(2);
  });
});
