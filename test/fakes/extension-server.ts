/**
 * Another API server, on localhost and over HTTPS: flunders, as upstream's sample has them, in memory. It knows who
 * asks from the front proxy's headers, if the front proxy has shown the certificate that it should have.
 * https://github.com/kubernetes/sample-apiserver
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import type { AnyObject } from '../../agent/api/types.ts';
import { createAuthority } from '../../main/cluster/pki.ts';

export const flunderGroup = 'wardle.example.com';
export const flunderVersion = `${flunderGroup}/v1alpha1`;

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** Of the client's certificate, where it is one of the authority that was given. */
  certificate: string | undefined;
}

/** Answers in place of the server; undefined leaves the request to it. */
export type Misbehave = (request: IncomingMessage, response: ServerResponse) => true | undefined;

export interface ExtensionServer {
  port: number;
  /** PEM in base64, of the authority that signed its certificate. */
  caBundle: string;
  seen: SeenRequest[];
  misbehave: Misbehave;
  /** Answers a request for another protocol; at first it greets, and says everything back. */
  takeUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** What it has, by path. */
  objects: Map<string, AnyObject>;
  /** Sends a text to all watches, whatever it is. */
  pour(text: string): void;
  /** Resolves once it has got that many requests. */
  reached(count: number): Promise<void>;
  /** Ends the connections that are open now; it still listens. */
  disconnect(): void;
  close(): Promise<void>;
}

export interface ExtensionServerOptions {
  /** Whom the certificate names. */
  hosts?: string[];
  /** PEM: whose certificates the front proxy has. */
  frontProxyCA?: string;
  /** Serves no aggregated discovery and no OpenAPI, as old ones. */
  old?: boolean;
  /** Serves no OpenAPI of version 3. */
  onlyV2?: boolean;
}

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const responseKind = { group: flunderGroup, version: 'v1alpha1', kind: 'Flunder' };

const aggregated = {
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  metadata: {},
  items: [
    {
      metadata: { name: flunderGroup, creationTimestamp: null },
      versions: [
        {
          version: 'v1alpha1',
          freshness: 'Current',
          resources: [
            {
              resource: 'flunders',
              responseKind,
              scope: 'Namespaced',
              singularResource: 'flunder',
              verbs,
              shortNames: ['fl'],
            },
          ],
        },
      ],
    },
  ],
};

const resourceList = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: flunderVersion,
  resources: [
    { name: 'flunders', singularName: 'flunder', namespaced: true, kind: 'Flunder', verbs, shortNames: ['fl'] },
    { name: 'flunders/status', singularName: '', namespaced: true, kind: 'Flunder', verbs: ['get', 'update'] },
  ],
};

const flunderSchema = {
  description: 'Flunder is what the sample has.',
  type: 'object',
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: {
      type: 'object',
      properties: { reference: { description: 'Whom the flunder refers to.', type: 'string' } },
    },
  },
  'x-kubernetes-group-version-kind': [responseKind],
};
const collectionPath = `/apis/${flunderVersion}/namespaces/{namespace}/flunders`;
const definition = 'com.example.wardle.v1alpha1.Flunder';
const ofKind = { 'x-kubernetes-action': 'post', 'x-kubernetes-group-version-kind': responseKind };

const openApiV2 = {
  swagger: '2.0',
  info: { title: 'wardle', version: 'v0.1' },
  paths: {
    '/apis/': { get: { responses: { 200: { description: 'OK' } } } },
    [collectionPath]: {
      post: {
        ...ofKind,
        consumes: ['*/*'],
        produces: ['application/json', 'application/yaml'],
        parameters: [
          { in: 'body', name: 'body', required: true, schema: { $ref: `#/definitions/${definition}` } },
          { in: 'path', name: 'namespace', required: true, type: 'string', uniqueItems: true },
        ],
        responses: { 200: { description: 'OK', schema: { $ref: `#/definitions/${definition}` } } },
      },
    },
  },
  definitions: { [definition]: flunderSchema },
};
const openApiV3 = {
  openapi: '3.0.0',
  info: { title: 'wardle', version: 'v0.1' },
  paths: {
    [collectionPath]: {
      post: {
        ...ofKind,
        responses: {
          200: {
            description: 'OK',
            content: { 'application/json': { schema: { $ref: `#/components/schemas/${definition}` } } },
          },
        },
      },
    },
  },
  components: { schemas: { [definition]: flunderSchema } },
};
const openApiIndex = {
  paths: {
    [`apis/${flunderVersion}`]: { serverRelativeURL: `/openapi/v3/apis/${flunderVersion}?hash=F00` },
    'apis/apps/v1': { serverRelativeURL: '/openapi/v3/apis/apps/v1?hash=BAD' },
  },
};

type Fields = Record<string, unknown>;

const failure = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  code,
  reason,
  message,
});

/** In the words of servers that do not have it: clients list instead. */
const noInitialEvents = failure(
  422,
  'Invalid',
  'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
);

interface Watcher {
  namespace: string;
  response: ServerResponse;
}

interface WatchEvent {
  type: string;
  object: AnyObject;
}

function send({ namespace, response }: Watcher, event: WatchEvent): void {
  if (namespace !== '' && namespace !== event.object.metadata.namespace) return;
  response.write(`${JSON.stringify(event)}\n`);
}

class Flunders {
  readonly objects = new Map<string, AnyObject>();
  readonly #watchers = new Set<Watcher>();
  readonly #history: WatchEvent[] = [];
  #revision = 1;

  /** From the revision on that a list had; without one only what comes. */
  watch(namespace: string, revision: string | null, response: ServerResponse): void {
    const watcher = { namespace, response };
    this.#watchers.add(watcher);
    response.once('close', () => this.#watchers.delete(watcher));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (!revision) return;
    for (const event of this.#history) {
      if (Number(event.object.metadata.resourceVersion) > Number(revision)) send(watcher, event);
    }
  }

  list(namespace: string): object {
    const items = [...this.objects.values()].filter(
      ({ metadata }) => namespace === '' || metadata.namespace === namespace,
    );
    const metadata = { resourceVersion: String(this.#revision) };
    return { kind: 'FlunderList', apiVersion: flunderVersion, metadata, items };
  }

  create(namespace: string, body: Fields): AnyObject {
    this.#revision += 1;
    const given = body.metadata as AnyObject['metadata'];
    const metadata = {
      ...given,
      namespace,
      uid: `flunder-${this.#revision}`,
      resourceVersion: String(this.#revision),
      creationTimestamp: '2026-01-01T00:00:00Z',
    };
    const object: AnyObject = { ...body, kind: 'Flunder', apiVersion: flunderVersion, metadata };
    this.objects.set(`${namespace}/${metadata.name}`, object);
    this.#tell('ADDED', object);
    return object;
  }

  remove(object: AnyObject): void {
    this.#revision += 1;
    this.objects.delete(`${object.metadata.namespace}/${object.metadata.name}`);
    this.#tell('DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } });
  }

  pour(text: string): void {
    for (const { response } of this.#watchers) response.write(text);
  }

  #tell(type: string, object: AnyObject): void {
    this.#history.push({ type, object });
    for (const watcher of this.#watchers) send(watcher, { type, object });
  }
}

const flunderPath = new RegExp(`^/apis/${flunderVersion}(?:/namespaces/([^/]+))?/flunders(?:/([^/]+))?$`);

interface Answered {
  code: number;
  body: object;
  type?: string;
  etag?: string;
}

function documentAt(path: string, accept: string, { old, onlyV2 }: ExtensionServerOptions): Answered | undefined {
  if (path === `/apis/${flunderVersion}`) return { code: 200, body: resourceList };
  if (old) return undefined;
  const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  if (path === '/apis' && accept.includes('APIGroupDiscoveryList')) return { code: 200, body: aggregated, type };
  if (path === '/openapi/v2') return { code: 200, body: openApiV2, etag: '"flunders"' };
  if (onlyV2) return undefined;
  if (path === '/openapi/v3') return { code: 200, body: openApiIndex };
  if (path === `/openapi/v3/apis/${flunderVersion}`) return { code: 200, body: openApiV3, etag: '"F00"' };
  return undefined;
}

/** Greets, and says everything back. */
function echo(socket: Duplex): void {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: echo\r\n\r\nhello ');
  socket.pipe(socket);
}

export async function startExtensionServer(options: ExtensionServerOptions = {}): Promise<ExtensionServer> {
  const authority = await createAuthority('wardle-ca');
  const hosts = options.hosts ?? ['api.wardle.svc'];
  const { certificate, key } = await authority.issue({ commonName: 'wardle', hosts, usages: ['server'] });
  const flunders = new Flunders();
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();

  const flunderAt = async (request: IncomingMessage, response: ServerResponse, url: URL) => {
    const [, namespace = '', name = ''] = flunderPath.exec(url.pathname) ?? [];
    if (url.searchParams.has('sendInitialEvents')) return { code: 422, body: noInitialEvents };
    if (url.searchParams.has('watch'))
      return flunders.watch(namespace, url.searchParams.get('resourceVersion'), response);
    if (request.method === 'POST') {
      return { code: 201, body: flunders.create(namespace, JSON.parse(await text(request)) as Fields) };
    }
    if (name === '') return { code: 200, body: flunders.list(namespace) };
    const object = flunders.objects.get(`${namespace}/${name}`);
    if (!object) return { code: 404, body: failure(404, 'NotFound', `flunders "${name}" not found`) };
    if (request.method === 'DELETE') flunders.remove(object);
    return { code: 200, body: object };
  };
  const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<Answered | undefined> => {
    const url = new URL(request.url ?? '/', 'https://api');
    const document = documentAt(url.pathname, request.headers.accept ?? '', options);
    if (document) return document;
    if (!flunderPath.test(url.pathname)) return { code: 404, body: failure(404, 'NotFound', 'no such path') };
    return (await flunderAt(request, response, url)) ?? undefined;
  };
  const remember = (request: IncomingMessage): void => {
    const socket = request.socket as TLSSocket;
    const { subject } = socket.authorized ? socket.getPeerCertificate() : {};
    seen.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      certificate: subject && String(subject.CN),
    });
    for (const look of waiting) look();
  };
  const server: ExtensionServer = {
    port: 0,
    caBundle: Buffer.from(authority.certificate).toString('base64'),
    seen,
    misbehave: () => undefined,
    takeUpgrade: (_request, socket) => echo(socket),
    objects: flunders.objects,
    pour: (text) => flunders.pour(text),
    reached: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (seen.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    disconnect: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      server.disconnect();
      listener.close();
      await once(listener, 'close');
    },
  };
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    remember(request);
    if (server.misbehave(request, response)) return;
    const answer = await answerTo(request, response);
    if (!answer) return;
    const { code, body, type = 'application/json', etag } = answer;
    response.writeHead(code, { 'content-type': type, ...(etag ? { etag } : {}) });
    response.end(JSON.stringify(body));
  };
  const ca = options.frontProxyCA ? { ca: options.frontProxyCA } : {};
  const tls = { cert: certificate, key, requestCert: true, rejectUnauthorized: false, ...ca };
  const listener = createServer(tls, (request, response) => void respond(request, response));
  listener.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    remember(request);
    server.takeUpgrade(request, socket, head);
  });
  listener.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  server.port = (listener.address() as AddressInfo).port;
  return server;
}
