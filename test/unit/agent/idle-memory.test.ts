import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { startTrimming } from '../../../agent/idle-memory.ts';
import { memoryFlags, memoryVariables } from '../../../main/cluster/nodes-process.ts';
import { createFakeClock, type FakeClock } from '../../fakes/clock.ts';

describe('memory is returned', () => {
  let clock: FakeClock;
  let collected: number[];
  let onCollection: () => void;
  beforeEach(() => {
    clock = createFakeClock();
    const start = clock.now();
    collected = [];
    const collectAll = () => collected.push(clock.now() - start);
    startTrimming({ onCollection: (call) => (onCollection = call), collectAll }, clock);
  });
  const collections = async (count: number, apart: number) => {
    for (let index = 0; index < count; index += 1) {
      onCollection();
      await clock.advance(apart);
    }
  };

  it('once, after a burst', async () => {
    await collections(20, 100);
    await clock.advance(600_000);
    expect(collected).toEqual([10_400]);
  });

  it('only when the burst is over', async () => {
    await collections(60, 1_000);
    expect(collected).toEqual([]);
    await clock.advance(20_000);
    expect(collected).toHaveLength(1);
  });

  it('after each of several bursts', async () => {
    await collections(20, 100);
    await clock.advance(60_000);
    await collections(20, 100);
    await clock.advance(60_000);
    expect(collected).toHaveLength(2);
  });

  it('never by a process that does a little all the time', async () => {
    await collections(300, 5_000);
    expect(collected).toEqual([]);
  });
});

it('the supervisor of a node gives the agent the same flags and variables as the process of simulated nodes', () => {
  const script = readFileSync(join(import.meta.dirname, '../../../agent/image/supervise.sh'), 'utf8');
  const variables = Object.entries(memoryVariables).map(([name, value]) => `${name}=${value}`);
  expect([...memoryFlags, ...variables].filter((each) => !script.includes(each))).toEqual([]);
});
