/** An API server in process, on a store in memory and a clock that stands still, entered through its front door. */
import { generateKeyPairSync } from 'node:crypto';
import { builtInKinds } from '../../../../agent/api/kinds.ts';
import { createKindRegistry } from '../../../../agent/api/registry.ts';
import { generate } from '../../../../agent/api/schema/generate.ts';
import type { AnyObject, ObjectList, Status, WatchEvent } from '../../../../agent/api/types.ts';
import { type ApiServer, type ApiServerOptions, createApiServer } from '../../../../agent/apiserver/server.ts';
import type { ApiRequest, ApiResponse } from '../../../../agent/client/transport.ts';
import { createLogger } from '../../../../agent/log.ts';
import { createMemoryStore } from '../../../../agent/store/memory.ts';
import type { Store } from '../../../../agent/store/store.ts';
import { createFakeClock, type FakeClock } from '../../../fakes/clock.ts';

const { definitions } = generate();
const serviceAccountKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

export interface TestApi {
  server: ApiServer;
  store: Store;
  clock: FakeClock;
  request(
    method: ApiRequest['method'],
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<ApiResponse>;
  /** These reject on any other status than success. */
  get(path: string, headers?: Record<string, string>): Promise<AnyObject>;
  list(path: string): Promise<ObjectList>;
  create(path: string, body: unknown): Promise<AnyObject>;
  /** Resolves with the Status of a request that must fail. */
  refused(
    method: ApiRequest['method'],
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Status>;
  watch(path: string): Promise<Watched>;
  close(): Promise<void>;
}

export interface Watched {
  /** The next `count` events as `TYPE name@revision`. */
  next(count: number): Promise<string[]>;
  event(): Promise<WatchEvent>;
}

const shown = ({ type, object }: WatchEvent): string =>
  type === 'ERROR' ? `ERROR ${object.code}` : `${type} ${object.metadata.name}@${object.metadata.resourceVersion}`;

function watched(events: AsyncIterable<WatchEvent>): Watched {
  const iterator = events[Symbol.asyncIterator]();
  const event = async () => {
    const { value, done } = await iterator.next();
    if (done) throw new Error('the watch has ended');
    return value;
  };
  return {
    event,
    next: async (count) => {
      const seen: string[] = [];
      while (seen.length < count) seen.push(shown(await event()));
      return seen;
    },
  };
}

export async function startApi(options: Partial<ApiServerOptions> = {}): Promise<TestApi> {
  const clock = createFakeClock();
  const store = options.store ?? createMemoryStore();
  const log = createLogger('apiserver', () => {});
  const server = await createApiServer({
    kinds: createKindRegistry(builtInKinds),
    store,
    clock,
    log,
    definitions,
    serviceAccountKey,
    ...options,
  });
  const transport = server.transport({ username: 'admin', groups: ['system:masters'] });
  const request: TestApi['request'] = (method, path, body, headers) =>
    transport.request({ method, path, body, ...(headers ? { headers } : {}) });
  const succeed = async (...input: Parameters<TestApi['request']>): Promise<unknown> => {
    const { status, body } = await request(...input);
    if (status >= 300) throw new Error(`${input[0]} ${input[1]}: ${status} ${JSON.stringify(body)}`);
    return body;
  };
  return {
    server,
    store,
    clock,
    request,
    get: async (path, headers) => (await succeed('GET', path, undefined, headers)) as AnyObject,
    list: async (path) => (await succeed('GET', path)) as ObjectList,
    create: async (path, body) => (await succeed('POST', path, body)) as AnyObject,
    refused: async (...input) => {
      const { status, body } = await request(...input);
      if (status < 400) throw new Error(`${input[0]} ${input[1]} was answered with ${status}`);
      return body as Status;
    },
    watch: async (path) => {
      const { events } = await request('GET', path);
      if (!events) throw new Error('not a watch');
      return watched(events);
    },
    close: async () => {
      await server.close();
      await store.close();
    },
  };
}

export const inDefault = (plural: string, name = ''): string =>
  `/api/v1/namespaces/default/${plural}${name ? `/${name}` : ''}`;
export const configMap = (name: string, data: Record<string, string> = {}, labels?: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(labels ? { labels } : {}) },
  data,
});
export const pod = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'main', image: 'web:1.0' }], ...spec },
});
