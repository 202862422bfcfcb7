/** Services of a machine whose one cluster has one pod, which says as much as a test wants: no engine, real window. */
import { setTimeout as delay } from 'node:timers/promises';
import { builtInKinds } from '../../../agent/api/kinds.ts';
import type { Services } from '../../../main/calls/services.ts';
import type { KubeConnection, KubeResponse } from '../../../main/kube/connection.ts';
import { fakeServices } from '../../unit/main/fake-services.ts';

export interface TalkOptions {
  /** Lines that are there from the beginning. */
  backlog: number;
  /** Lines a second that come from then on. */
  rate: number;
}

export const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'talker',
    namespace: 'default',
    uid: 'talker-1',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec: { containers: [{ name: 'app', image: 'talker' }] },
  status: {
    phase: 'Running',
    containerStatuses: [
      { name: 'app', image: 'talker', imageID: '', ready: true, restartCount: 0, state: { running: {} } },
    ],
  },
};

/** Aggregated: https://kubernetes.io/docs/reference/using-api/api-concepts/#aggregated-discovery */
const discovery = (isCore: boolean) => ({
  kind: 'APIGroupDiscoveryList',
  items: [...Map.groupBy(builtInKinds, ({ representations }) => representations[0].group)]
    .filter(([group]) => (group === '') === isCore)
    .map(([name, kinds]) => ({
      metadata: { name },
      versions: [
        {
          version: kinds[0]?.representations[0].version,
          resources: kinds.map(({ plural, kind, namespaced, subresources = [] }) => ({
            resource: plural,
            responseKind: { kind },
            scope: namespaced ? 'Namespaced' : 'Cluster',
            verbs: ['get', 'list', 'watch'],
            subresources: subresources.map((each) => ({ subresource: each.name })),
          })),
        },
      ],
    })),
});

const began = Date.parse('2026-01-01T00:00:00Z');
const linesPerMillisecond = 3;
const words = ['served GET /api/v1/items in 12 ms', 'level=warn queue is long', 'level=error no such item'];
const filler = 'and so on, and so forth, '.repeat(8);

/** Several lines share a stamp; one in ten is long. */
function lineAt(number: number): string {
  const stamp = new Date(began + Math.floor(number / linesPerMillisecond)).toISOString().replace('Z', '000000Z');
  const word = words[number % 50 === 0 ? 2 : number % 20 === 0 ? 1 : 0];
  return `${stamp} #${number} ${word}${number % 10 === 3 ? ` ${filler}` : ''}\n`;
}

const numberSince = (stamp: string): number => Math.max(0, (Date.parse(stamp) - began) * linesPerMillisecond);

export function talkingServices({ backlog, rate }: TalkOptions) {
  const encoder = new TextEncoder();
  const begun = performance.now();
  const broken = new Set<AbortController>();
  let isSilent = false;
  const written = () => backlog + Math.floor(((performance.now() - begun) / 1000) * rate);

  async function* talk(from: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for (let next = from; ; ) {
      const end = Math.min(written(), next + 2_000);
      let text = '';
      for (; next < end; next++) text += lineAt(next);
      if (text) yield encoder.encode(text);
      await delay(next < written() ? 0 : 20, undefined, { signal });
    }
  }

  async function* wait(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  }

  const answer = (body: AsyncIterable<Uint8Array>, status = 200): KubeResponse => ({ status, headers: {}, body });
  const json = (value: unknown, status = 200) =>
    answer(
      (async function* () {
        yield encoder.encode(JSON.stringify(value));
      })(),
      status,
    );

  const connection: KubeConnection = {
    async request({ path, signal }) {
      const { pathname, searchParams } = new URL(path, 'http://x');
      if (pathname.endsWith('/log')) {
        const breaker = new AbortController();
        broken.add(breaker);
        const since = searchParams.get('sinceTime');
        const from = since
          ? numberSince(since)
          : Math.max(0, written() - Number(searchParams.get('tailLines') ?? Infinity));
        return answer(talk(from, AbortSignal.any([breaker.signal, ...(signal ? [signal] : [])])));
      }
      if (searchParams.has('watch')) return answer(wait(signal));
      if (pathname === '/version') return isSilent ? answer(wait(signal)) : json({ gitVersion: 'v1.36.3' });
      if (pathname === '/api' || pathname === '/apis') return json(discovery(pathname === '/api'));
      if (/\/pods\/talker$/.test(pathname)) return json(pod);
      const items = pathname.endsWith('/pods') ? [pod] : [];
      return json({ apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '1' }, items });
    },
    socket: () => Promise.reject(new Error('there are no sockets here')),
  };

  const fake = fakeServices();
  const context = { name: 'talk', cluster: 'talk', namespace: 'default', current: true };
  const services: Services = {
    ...fake,
    kube: { ...fake.kube, contexts: async () => [context], connection: async () => connection },
  };
  return {
    services,
    written,
    /** Requests are taken and not answered, as of a server that was paused. */
    fallSilent() {
      isSilent = true;
    },
    /** Every log that is open breaks in the middle. */
    breakLogs() {
      for (const breaker of broken) breaker.abort(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
      broken.clear();
    },
  };
}

export const logAddress = '#/talk/pods?o=default/talker&tab=logs';
