/**
 * The stock JavaScript client over hours of churn: its informers miss no event and repeat none, whatever happens to
 * their connections and to the server. The hours pass on a clock of the test's.
 */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRandom } from '../../../agent/kubelet/runtime/simulated/random.ts';
import { eventually } from '../../cluster/lab.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { type Churn, createChurn } from './churn.ts';
import { createObservedInformer, type ObservedInformer } from './observed-informer.ts';
import { createRestartableServer, type RestartableServer } from './restartable-server.ts';

const second = 1000;
const minute = 60 * second;
const clock = createFakeClock();
const namespace = 'default';
const label = { key: 'churn', value: 'yes' };
const random = createRandom('churn');
const hours = 10;

let server: RestartableServer;
let churn: Churn;
let informers: Record<'plain' | 'bookmarked', ObservedInformer>;
/** How long an informer waits before it starts again. */
let pause = 5 * second;

beforeAll(async () => {
  server = await createRestartableServer(clock);
  const common = { config: server.config, clock, namespace, labelSelector: 'churn=yes', pause: () => pause };
  informers = {
    plain: createObservedInformer({ ...common, bookmarks: false }),
    bookmarked: createObservedInformer({ ...common, bookmarks: true }),
  };
  const names = Array.from({ length: 12 }, (_, index) => `map-${index}`);
  churn = createChurn({ config: server.config, namespace, label, names, random });
  await Promise.all(Object.values(informers).map((informer) => informer.start()));
});
afterAll(async () => {
  await Promise.all(Object.values(informers).map((informer) => informer.stop()));
  await server.close();
});

/** Time passes until every informer knows what is there. */
const caughtUp = (known = churn.selected()): Promise<void> =>
  eventually(async () => {
    await clock.advance(second);
    for (const [name, informer] of Object.entries(informers)) expect(informer.cache(), name).toEqual(known);
  });

/** An hour and a minute in which nothing is written: every watch times out at least once. */
async function idleHour(): Promise<void> {
  const lists = informers.bookmarked.lists();
  for (let passed = 0; passed < 61; passed += 1) {
    const before = informers.bookmarked.progress();
    await clock.advance(minute);
    // A bookmark has come, or the next watch has begun.
    await eventually(async () => {
      await clock.advance(second);
      expect(informers.bookmarked.progress()).toBeGreaterThan(before);
    });
  }
  // It is told how far the server is, so it goes on from there.
  expect(informers.bookmarked.lists()).toBe(lists);
}

const cutAll = (): void => {
  for (const informer of Object.values(informers)) informer.cut();
};

type Incident = (write: () => Promise<void>) => Promise<void>;

const incidents: Record<string, Incident> = {
  'nothing happens': (write) => write(),
  'the connections are cut': async (write) => {
    cutAll();
    await write();
  },
  'the connections are cut, and history is forgotten meanwhile': async (write) => {
    pause = 20 * minute;
    cutAll();
    await write();
    for (let passed = 0; passed < 20; passed += 1) await clock.advance(minute);
    pause = 5 * second;
  },
  'the server starts again': async (write) => {
    await server.stop();
    await server.start();
    await write();
  },
  'an hour passes': async (write) => {
    await write();
    await caughtUp();
    await idleHour();
  },
};

/** The difference between two states of the cache, as a list tells it. */
function difference(before: Record<string, string>, after: Record<string, string>): string[] {
  const gone = Object.keys(before).filter((name) => !(name in after));
  const here = Object.entries(after).filter(([name, version]) => before[name] !== version);
  return [
    ...gone.map((name) => `delete ${name}`),
    ...here.map(([name, version]) => `${name in before ? 'update' : 'add'} ${name} ${version}`),
  ];
}

/**
 * Writes `count` times amid an incident. Every informer says each event once, in order; one that has listed again
 * meanwhile says what the list tells it.
 */
async function round(title: string, incident: Incident, count: number): Promise<void> {
  const known = churn.selected();
  const lists = [informers.plain.lists(), informers.bookmarked.lists()];
  const said: string[] = [];
  await incident(async () => {
    for (let writes = 0; writes < count; writes += 1) said.push(...(await churn.write()));
  });
  await caughtUp();
  for (const [index, informer] of [informers.plain, informers.bookmarked].entries()) {
    const heard = informer.take();
    const hasListed = informer.lists() !== lists[index];
    // It may also list after it has heard everything.
    const isByList = hasListed && !isDeepStrictEqual(heard, said);
    const expected = isByList ? difference(known, churn.selected()).sort() : said;
    expect(isByList ? heard.sort() : heard, `${title}; informer ${index}, listed again: ${hasListed}`).toEqual(
      expected,
    );
  }
}

it('informers say each event once and miss none, over hours of cuts, time-outs, lost history and restarts', async () => {
  const order = Array.from({ length: hours }, () => Object.entries(incidents))
    .flat()
    .map((incident) => ({ incident, rank: random() }))
    .sort((a, b) => a.rank - b.rank);
  const start = clock.now();
  await caughtUp();
  for (const [index, { incident }] of order.entries()) {
    // Whoever has heard of this one is connected.
    await round(`before round ${index}`, (write) => write(), 1);
    await round(`round ${index}, ${incident[0]}`, incident[1], 1 + Math.floor(random() * 8));
  }
  expect((clock.now() - start) / (60 * minute)).toBeGreaterThan(hours);
  // Each time history was forgotten both listed again.
  expect(informers.bookmarked.lists()).toBeGreaterThan(hours);
  expect(informers.plain.lists()).toBeGreaterThan(hours);
});
