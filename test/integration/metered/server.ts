/**
 * An API server in a process of its own that tells how long it stood still and what it holds. Started by `client.ts`.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMemoryStore } from '../../../agent/store/memory.ts';
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

/** Bytes. `held` is what is alive after a collection: the heap and what lies outside of it. */
export interface Memory {
  held: number;
  resident: number;
}

export type Question = 'longest' | 'memory';

const store = createMemoryStore();
const api = await startTestApiServer({ store });
const meter = startTurnMeter();
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function memory(): Memory {
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external, resident: rss };
}

process.on('message', (question: Question) => {
  process.send?.(question === 'memory' ? memory() : meter.longest());
});
process.on('disconnect', () => process.exit(0));
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
