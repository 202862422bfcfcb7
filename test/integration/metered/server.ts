/**
 * An API server in a process of its own that tells how long it stood still and what it holds. Started by `client.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../agent/clock.ts';
import { startTrimming, threadGarbage } from '../../../agent/idle-memory.ts';
import { createSqliteStore } from '../../../agent/store/sqlite.ts';
import { startTestApiServer } from '../harness.ts';
import { fill } from './many.ts';
import { startTurnMeter } from './turn-meter.ts';

export interface Ready {
  url: string;
  ca: string;
  admin: { certificate: string; key: string };
  /** May nothing but what everybody may. */
  nobody: { certificate: string; key: string };
}

/**
 * `longest` starts to measure turns again, which `rest` stops: it allocates. `alive` is what collections
 * leave, in bytes: the heap and what lies outside of it. One collection leaves some twenty megabytes, or far more
 * while V8 is in the middle of one of its own, so there are as many as find something. `resident` is what the system
 * counts, in bytes.
 */
export type Question = 'longest' | 'rest' | 'alive' | 'resident';

const garbage = threadGarbage();
startTrimming(garbage, systemClock);
// As on a node: a store in memory would keep the bytes that the server has replaced.
const folder = mkdtempSync(join(tmpdir(), 'skiff-metered-'));
const store = await createSqliteStore({ path: join(folder, 'state.db') });
const api = await startTestApiServer({ store });
const meter = startTurnMeter();

function inUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function alive(): number {
  let before: number;
  do {
    before = inUse();
    garbage.collectAll();
  } while (inUse() < before * 0.99);
  return inUse();
}

const answers: Record<Question, () => number> = {
  longest: () => meter.longest(),
  rest: () => meter.rest(),
  alive,
  resident: () => process.memoryUsage.rss(),
};

process.on('message', (question: Question) => {
  process.send?.(answers[question]());
});
process.on('disconnect', () => {
  rmSync(folder, { recursive: true });
  process.exit(0);
});
const { certificate, key } = api.admin;
const eve = await api.authority.issue({ commonName: 'eve', organizations: [], usages: ['client'] });
await api.transport.request({
  method: 'POST',
  path: '/api/v1/namespaces/default/serviceaccounts',
  body: { metadata: { name: 'default' } },
});
await fill(store, api.transport);
const ready: Ready = {
  url: api.url,
  ca: api.ca,
  admin: { certificate, key },
  nobody: { certificate: eve.certificate, key: eve.key },
};
process.send?.(ready);
