import { describe, expect, it } from 'vitest';
import { pods } from '../../../../agent/api/core/pod.ts';
import type { AnyObject, KubeObject, Pod, WatchEvent } from '../../../../agent/api/types.ts';
import { createClient } from '../../../../agent/client/client.ts';
import { createInformer, createInformers, keyOf, splitKey } from '../../../../agent/client/informer.ts';
import type { ApiRequest, ApiResponse } from '../../../../agent/client/transport.ts';
import { createMetricsRegistry } from '../../../../agent/metrics/registry.ts';
import { aPod } from '../../../builders/objects.ts';
import { createFakeClock, settle } from '../../../fakes/clock.ts';
import { quietLog } from '../../../fakes/log.ts';

type Pushed = WatchEvent<Pod> | Error | 'end';

/** A server that answers lists from `items`, and watches with what the test pushes. */
function aServer(items: Pod[] = []) {
  const requests: string[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const watches: { push(event: Pushed): void }[] = [];
  const server = { items, version: '10', fail: undefined as ApiResponse | Error | undefined };

  const answerWatch = (): ApiResponse => {
    const queue: Pushed[] = [];
    let wake = () => {};
    watches.push({
      push(event) {
        queue.push(event);
        wake();
      },
    });
    async function* events(): AsyncGenerator<WatchEvent> {
      for (;;) {
        const next = queue.shift();
        if (next === undefined) await new Promise<void>((resolve) => (wake = resolve));
        else if (next === 'end') return;
        else if (next instanceof Error) throw next;
        else if (next.type === 'ERROR') yield next;
        else yield { type: next.type, object: next.object as KubeObject as AnyObject };
      }
    }
    return { status: 200, headers: {}, events: events() };
  };
  const transport = {
    async request({ path, signal }: ApiRequest): Promise<ApiResponse> {
      requests.push(path);
      signals.push(signal);
      const { fail } = server;
      server.fail = undefined;
      if (fail instanceof Error) throw fail;
      if (fail) return fail;
      if (path.includes('watch=true')) return answerWatch();
      const metadata = { resourceVersion: server.version };
      return { status: 200, headers: {}, body: { metadata, items: server.items } };
    },
  };
  return { server, requests, signals, watches, client: createClient(transport) };
}

function anInformer(items: Pod[] = []) {
  const world = aServer(items);
  const clock = createFakeClock();
  const stop = new AbortController();
  const informer = createInformer(world.client, pods, {}, { clock, log: quietLog, signal: stop.signal });
  const changes: string[] = [];
  informer.onChange(({ type, object }) => changes.push(`${type} ${keyOf(object)}@${object.metadata.resourceVersion}`));
  return { ...world, clock, stop, informer, changes };
}

const podAt = (name: string, version: string, uid = `uid-${name}`): Pod =>
  aPod({ metadata: { name, uid, resourceVersion: version } });
const gone = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  code: 410,
  reason: 'Expired',
} as const;

describe('informer', () => {
  it('lists, then watches from the version of the list', async () => {
    const { requests, informer, changes } = anInformer([podAt('a', '7')]);
    await informer.synced;
    await settle();
    expect(informer.get('default/a')?.metadata.name).toBe('a');
    expect(changes).toEqual(['added default/a@7']);
    expect(requests).toEqual(['/api/v1/pods', '/api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion=10']);
  });

  it('follows changes, and tells old from new', async () => {
    const { informer, watches, changes } = anInformer();
    await settle();
    watches[0]?.push({ type: 'ADDED', object: podAt('a', '11') });
    watches[0]?.push({ type: 'MODIFIED', object: podAt('a', '12') });
    watches[0]?.push({ type: 'DELETED', object: podAt('a', '13') });
    await settle();
    expect(changes).toEqual(['added default/a@11', 'updated default/a@12', 'deleted default/a@13']);
    expect(informer.list()).toEqual([]);
  });

  it('shows an object that was replaced under its name as deleted and added', async () => {
    const { watches, changes } = anInformer();
    await settle();
    watches[0]?.push({ type: 'ADDED', object: podAt('a', '11', 'first') });
    watches[0]?.push({ type: 'MODIFIED', object: podAt('a', '15', 'second') });
    await settle();
    expect(changes).toEqual(['added default/a@11', 'deleted default/a@11', 'added default/a@15']);
  });

  it('goes on from its last version, bookmarks included, after a lost connection', async () => {
    const { clock, watches, requests } = anInformer();
    await settle();
    watches[0]?.push({ type: 'BOOKMARK', object: podAt('', '42') });
    watches[0]?.push(new Error('connection reset'));
    await settle();
    await clock.advance(100);
    expect(requests.at(-1)).toContain('resourceVersion=42');
    expect(requests.filter((path) => !path.includes('watch'))).toHaveLength(1);
  });

  it('lists again where its version is too old, and says what has changed meanwhile', async () => {
    const before = [podAt('kept', '5'), podAt('changed', '6'), podAt('deleted', '7')];
    const { server, clock, watches, requests, changes } = anInformer(before);
    await settle();
    changes.length = 0;
    server.items = [podAt('kept', '5'), podAt('changed', '50'), podAt('made', '51')];
    server.version = '60';
    watches[0]?.push({ type: 'ERROR', object: gone });
    await settle();
    await clock.advance(100);
    expect(changes).toEqual(['deleted default/deleted@7', 'updated default/changed@50', 'added default/made@51']);
    expect(requests.at(-1)).toContain('resourceVersion=60');
  });

  it('waits longer and longer while the server is away, and then catches up', async () => {
    const { server, clock, watches, requests, informer } = anInformer();
    await settle();
    const at: number[] = [];
    watches[0]?.push('end');
    for (let attempt = 0; attempt < 8; attempt += 1) {
      server.fail = new Error('connection refused');
      const before = requests.length;
      const started = clock.now();
      while (requests.length === before) await clock.advance(10);
      at.push(clock.now() - started);
    }
    expect(at.every((wait, i) => i === 0 || wait >= (at[i - 1] ?? 0) * 0.9)).toBe(true);
    expect(at.at(-1)).toBeGreaterThan(3_000);
    await clock.advance(15_000);
    watches.at(-1)?.push({ type: 'ADDED', object: podAt('a', '11') });
    await settle();
    expect(informer.get('default/a')).toBeDefined();
  });

  it('keeps indices, also those that are declared late', async () => {
    const { watches, informer } = anInformer();
    await settle();
    const on = (node: string, version: string) =>
      aPod({ metadata: { name: 'a', uid: 'a', resourceVersion: version }, spec: { nodeName: node } });
    watches[0]?.push({ type: 'ADDED', object: on('n1', '11') });
    await settle();
    informer.index('node', ({ spec }) => [spec.nodeName ?? '']);
    expect(informer.byIndex('node', 'n1')).toHaveLength(1);
    watches[0]?.push({ type: 'MODIFIED', object: on('n2', '12') });
    await settle();
    expect([informer.byIndex('node', 'n1').length, informer.byIndex('node', 'n2').length]).toEqual([0, 1]);
    watches[0]?.push({ type: 'DELETED', object: on('n2', '13') });
    await settle();
    expect(informer.byIndex('node', 'n2')).toEqual([]);
  });

  it('tells when it has seen one’s own write', async () => {
    const { watches, informer } = anInformer();
    await settle();
    let seen = false;
    void informer.caughtUp(podAt('a', '12')).then(() => (seen = true));
    watches[0]?.push({ type: 'ADDED', object: podAt('b', '11') });
    await settle();
    expect(seen).toBe(false);
    watches[0]?.push({ type: 'ADDED', object: podAt('a', '12') });
    await settle();
    expect(seen).toBe(true);
  });

  it('tells when an object is on its way out', async () => {
    const { watches, informer } = anInformer([podAt('a', '5')]);
    await settle();
    let seen = false;
    void informer.seenDeleted(podAt('a', '5')).then(() => (seen = true));
    await settle();
    expect(seen).toBe(false);
    const leaving = aPod({
      metadata: { name: 'a', uid: 'uid-a', resourceVersion: '11', deletionTimestamp: '2026-01-01T00:00:00Z' },
    });
    watches[0]?.push({ type: 'MODIFIED', object: leaving });
    await settle();
    expect(seen).toBe(true);
  });

  it('goes on where a listener throws', async () => {
    const { watches, informer } = anInformer();
    informer.onChange(() => {
      throw new Error('bad listener');
    });
    const seen: string[] = [];
    informer.onChange(({ object }) => seen.push(object.metadata.name));
    await settle();
    watches[0]?.push({ type: 'ADDED', object: podAt('a', '11') });
    watches[0]?.push({ type: 'ADDED', object: podAt('b', '12') });
    await settle();
    expect(seen).toEqual(['a', 'b']);
  });

  it('is shared by everybody who asks for the same kind', () => {
    const { client } = aServer();
    const informers = createInformers(client, {
      clock: createFakeClock(),
      log: quietLog,
      signal: AbortSignal.abort(),
    });
    expect(informers.for(pods)).toBe(informers.for(pods));
  });
});

describe('scoped informers', () => {
  it('stop telling when their signal aborts, and only theirs', async () => {
    const { client, watches } = aServer();
    const deps = { clock: createFakeClock(), log: quietLog, signal: new AbortController().signal };
    const informers = createInformers(client, deps);
    const term = new AbortController();
    const [scoped, all]: [string[], string[]] = [[], []];
    informers
      .until(term.signal)
      .for(pods)
      .onChange(({ object }) => scoped.push(object.metadata.name));
    informers.for(pods).onChange(({ object }) => all.push(object.metadata.name));
    await settle();
    watches[0]?.push({ type: 'ADDED', object: podAt('a', '11') });
    await settle();
    term.abort();
    watches[0]?.push({ type: 'ADDED', object: podAt('b', '12') });
    await settle();
    expect([scoped, all]).toEqual([['a'], ['a', 'b']]);
  });

  it('are kept while somebody uses them; the last to leave ends the watch and frees the objects', async () => {
    const { client, requests, watches, signals } = aServer([podAt('a', '7')]);
    const metrics = createMetricsRegistry();
    const deps = { clock: createFakeClock(), log: quietLog, signal: new AbortController().signal, metrics };
    const informers = createInformers(client, deps);
    const [first, second] = [new AbortController(), new AbortController()];
    const informer = informers.until(first.signal).for(pods);
    const same = informers.until(second.signal).for(pods);
    await settle();
    expect(watches).toHaveLength(1);
    expect(metrics.text()).toContain('skiff_informer_synced{resource="v1/pods"} 1');
    expect(metrics.text()).toContain('skiff_informer_users{resource="v1/pods"} 2');
    first.abort();
    expect([same.list().length, signals.at(-1)?.aborted]).toEqual([1, false]);
    const waiting = same.caughtUp(podAt('a', '99'));
    second.abort();
    expect([informer.list(), same.list(), signals.at(-1)?.aborted]).toEqual([[], [], true]);
    await expect(waiting).rejects.toThrow('the informer of pods has stopped');
    expect(metrics.text()).not.toContain('v1/pods');
    // Whoever comes later starts anew.
    informers.until(new AbortController().signal).for(pods);
    await settle();
    expect(requests.filter((path) => path === '/api/v1/pods')).toHaveLength(2);
  });

  it('of a scope within a scope end with either', async () => {
    const { client } = aServer();
    const deps = { clock: createFakeClock(), log: quietLog, signal: new AbortController().signal };
    const outer = new AbortController();
    const metrics = createMetricsRegistry();
    const informers = createInformers(client, { ...deps, metrics });
    informers.until(outer.signal).until(new AbortController().signal).for(pods);
    expect(metrics.text()).toContain('v1/pods');
    outer.abort();
    expect(metrics.text()).not.toContain('v1/pods');
  });
});

describe('keys', () => {
  it.each([
    ['default/web', ['default', 'web']],
    ['worker', ['', 'worker']],
  ])('splits %s', (key, parts) => {
    expect(splitKey(key)).toEqual(parts);
  });
});
