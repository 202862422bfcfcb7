/**
 * What upstream's Go clients put on the wire: one HTTP/2 connection; the typed client speaks protobuf both ways, the
 * dynamic client JSON. https://github.com/kubernetes/client-go/blob/release-1.36/rest/request.go
 */
import http2 from 'node:http2';
import type { JsonObject } from '../../../agent/api/json/value.ts';
import type { AnyObject, ObjectList, Status, WatchEvent } from '../../../agent/api/types.ts';
import type { TestApiServer } from '../harness.ts';
import { decodeAsGo, encodeAsGo } from './go-protobuf.ts';

export interface Resource {
  apiVersion: string;
  kind: string;
  plural: string;
  /** Absent: cluster scoped, or all namespaces. */
  namespace?: string;
}

export type Options = Readonly<Record<string, string | number | boolean>>;
export type PatchType = 'json-patch' | 'merge-patch' | 'strategic-merge-patch' | 'apply-patch';

/** Methods reject with the Status of a failure. */
export interface ResourceClient {
  create(object: JsonObject, options?: Options, name?: string, ...subresources: string[]): Promise<AnyObject>;
  get(name: string, ...subresources: string[]): Promise<AnyObject>;
  list(options?: Options): Promise<ObjectList>;
  update(object: AnyObject, ...subresources: string[]): Promise<AnyObject>;
  /** Reads, changes and writes until nobody else has written in between. */
  updateOnConflict(name: string, change: (object: AnyObject) => void, ...subresources: string[]): Promise<AnyObject>;
  patch(name: string, type: PatchType, patch: unknown, ...subresources: string[]): Promise<AnyObject>;
  apply(object: AnyObject, options: Options, ...subresources: string[]): Promise<AnyObject>;
  delete(name: string, options?: JsonObject): Promise<AnyObject>;
  deleteCollection(options: JsonObject, selection: Options): Promise<AnyObject>;
  watch(options?: Options): Promise<Watch>;
}

export interface Watch {
  next(): Promise<WatchEvent>;
  /** Skips what does not match. */
  until(matches: (event: WatchEvent) => boolean): Promise<WatchEvent>;
  stop(): void;
}

export interface Answered {
  status: number;
  headers: http2.IncomingHttpHeaders;
  body: Buffer;
}

export interface GoClient {
  typed(resource: Resource): ResourceClient;
  dynamic(resource: Resource): ResourceClient;
  /** Whatever its status. */
  send(method: string, path: string, headers?: Record<string, string>, body?: Buffer | string): Promise<Answered>;
  /** The JSON of a path that must be there. */
  read(path: string, headers?: Record<string, string>): Promise<JsonObject>;
  close(): void;
}

interface Codec {
  accept: string;
  contentType: string;
  encode(apiVersion: string, kind: string, object: JsonObject): Buffer;
  decode(bytes: Buffer): AnyObject;
  /** The first event of the bytes, and how long it is; undefined where it is not whole. */
  event(bytes: Buffer): { event: WatchEvent; length: number } | undefined;
}

const protobufType = 'application/vnd.kubernetes.protobuf';

const json: Codec = {
  accept: 'application/json',
  contentType: 'application/json',
  encode: (apiVersion, kind, object) => Buffer.from(JSON.stringify({ kind, apiVersion, ...object })),
  decode: (bytes) => JSON.parse(bytes.toString()),
  event: (bytes) => {
    const end = bytes.indexOf('\n');
    if (end < 0) return undefined;
    return { event: JSON.parse(bytes.subarray(0, end).toString()), length: end + 1 };
  },
};

const goProtobuf: Codec = {
  accept: `${protobufType},application/json`,
  contentType: protobufType,
  encode: encodeAsGo,
  decode: decodeAsGo,
  event: (bytes) => {
    const length = bytes.length < 4 ? Number.POSITIVE_INFINITY : bytes.readUInt32BE(0) + 4;
    if (bytes.length < length) return undefined;
    const frame = bytes.subarray(4, length);
    const type = frame.subarray(2, 2 + frame.readUInt8(1)).toString() as 'ADDED';
    return { event: { type, object: decodeAsGo(frame.subarray(frame.indexOf('k8s\0'))) }, length };
  },
};

const query = (options: Options = {}): string => {
  const text = new URLSearchParams(Object.entries(options).map(([key, value]) => [key, String(value)])).toString();
  return text && `?${text}`;
};

const collectionOf = ({ apiVersion, plural, namespace }: Resource): string =>
  `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}${namespace ? `/namespaces/${namespace}` : ''}/${plural}`;

function watchOf(stream: http2.ClientHttp2Stream, codec: Codec): Watch {
  let rest: Buffer = Buffer.alloc(0);
  const chunks = stream[Symbol.asyncIterator]();
  const next = async (): Promise<WatchEvent> => {
    for (;;) {
      const found = codec.event(rest);
      if (found) {
        rest = rest.subarray(found.length);
        return found.event;
      }
      const { value, done } = await chunks.next();
      if (done) throw new Error('the watch has ended');
      rest = Buffer.concat([rest, value]);
    }
  };
  return {
    next,
    until: async (matches) => {
      for (;;) {
        const event = await next();
        if (matches(event)) return event;
      }
    },
    stop: () => stream.close(),
  };
}

type Send = GoClient['send'];

function resourceClient(session: http2.ClientHttp2Session, send: Send, resource: Resource, codec: Codec) {
  const { apiVersion, kind } = resource;
  const collection = collectionOf(resource);
  const at = (name: string, subresources: string[]): string => [collection, name, ...subresources].join('/');
  const ask = async (method: string, path: string, body?: Buffer, contentType = codec.contentType) => {
    const headers = { accept: codec.accept, ...(body ? { 'content-type': contentType } : {}) };
    const answer = await send(method, path, headers, body);
    const isProtobuf = answer.headers['content-type'] === protobufType;
    const object = (isProtobuf ? goProtobuf : json).decode(answer.body);
    if (answer.status >= 300) throw Object.assign(new Error((object as object as Status).message), object);
    return object;
  };
  const deleteOptions = (options: JsonObject) => codec.encode(apiVersion, 'DeleteOptions', options);
  const kindOf = (object: JsonObject) => (typeof object.kind === 'string' ? object.kind : kind);
  const versionOf = (object: JsonObject) => (typeof object.apiVersion === 'string' ? object.apiVersion : apiVersion);
  const body = (object: JsonObject) => codec.encode(versionOf(object), kindOf(object), object);
  const client: ResourceClient = {
    create: (object, options, name, ...subresources) =>
      ask('POST', (name ? at(name, subresources) : collection) + query(options), body(object)),
    get: (name, ...subresources) => ask('GET', at(name, subresources)),
    list: async (options) => {
      const { items, ...list } = (await ask('GET', collection + query(options))) as object as Partial<ObjectList>;
      // Protobuf has no empty lists.
      return { ...list, items: items ?? [] } as ObjectList;
    },
    update: (object, ...subresources) => ask('PUT', at(object.metadata.name, subresources), body({ ...object })),
    updateOnConflict: async (name, change, ...subresources) => {
      for (let attempt = 0; attempt < 20; attempt += 1) {
        const object = await client.get(name);
        change(object);
        try {
          return await client.update(object, ...subresources);
        } catch (error) {
          if ((error as Status).reason !== 'Conflict') throw error;
        }
      }
      throw new Error(`${name}: twenty conflicts`);
    },
    patch: (name, type, patch, ...subresources) =>
      ask('PATCH', at(name, subresources), Buffer.from(JSON.stringify(patch)), `application/${type}+json`),
    apply: (object, options, ...subresources) =>
      ask(
        'PATCH',
        at(object.metadata.name, subresources) + query(options),
        Buffer.from(JSON.stringify(object)),
        'application/apply-patch+yaml',
      ),
    delete: (name, options = {}) => ask('DELETE', at(name, []), deleteOptions(options)),
    deleteCollection: (options, selection) => ask('DELETE', collection + query(selection), deleteOptions(options)),
    watch: async (options) => {
      const path = collection + query({ ...options, watch: true });
      const stream = session.request({ ':path': path, accept: codec.accept });
      const status = await new Promise((resolve, reject) => {
        stream.once('response', (headers) => resolve(headers[':status']));
        stream.once('error', reject);
      });
      if (status !== 200) throw new Error(`${path}: ${status}`);
      return watchOf(stream, codec);
    },
  };
  return client;
}

/** As the administrator where no certificate is given; with a token as whom it names. */
export function createGoClient(
  { url, ca, admin }: Pick<TestApiServer, 'url' | 'ca' | 'admin'>,
  identity: { certificate?: string; key?: string; token?: string } = admin,
): GoClient {
  const session = http2.connect(url, { ca, cert: identity.certificate, key: identity.key });
  const authorization: Record<string, string> = identity.token ? { authorization: `Bearer ${identity.token}` } : {};
  const send: Send = (method, path, headers = {}, body) =>
    new Promise((resolve, reject) => {
      const head = { ':method': method, ':path': path, 'user-agent': 'e2e.test/v1.36.0', ...authorization, ...headers };
      // Node takes a DELETE for one without a body.
      const stream = session.request(head, { endStream: body === undefined });
      const chunks: Buffer[] = [];
      let answered: http2.IncomingHttpHeaders = {};
      stream.on('response', (response) => {
        answered = response;
      });
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () =>
        resolve({ status: Number(answered[':status']), headers: answered, body: Buffer.concat(chunks) }),
      );
      stream.on('error', reject);
      if (body !== undefined) stream.end(body);
    });
  return {
    typed: (resource) => resourceClient(session, send, resource, goProtobuf),
    dynamic: (resource) => resourceClient(session, send, resource, json),
    send,
    read: async (path, headers) => {
      const { status, body } = await send('GET', path, { accept: 'application/json', ...headers });
      if (status !== 200) throw new Error(`${path}: ${status} ${body}`);
      return JSON.parse(body.toString());
    },
    close: () => session.destroy(),
  };
}
