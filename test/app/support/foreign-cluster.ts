/**
 * An API server as other people run them, as far as the window asks it: discovery, tables, watches, OpenAPI v3 and
 * access reviews for resources that Skiff knows nothing of. What it serves may change while it runs.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { AnyObject } from '../../../agent/api/types.ts';
import type { TableCell, TableColumn } from '../../../main/contract/resources.ts';

export interface ForeignResource {
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
  shortNames?: string[];
  verbs?: string[];
  subresources?: string[];
  /** Of its table, beside the name and the age. */
  columns?: (TableColumn & { value(object: AnyObject): TableCell })[];
  /** OpenAPI v3, of the kind and of what it refers to. */
  schemas?: Record<string, unknown>;
  /** It does not answer at all, or with what is wrong with it. */
  fault?: 'silent' | { message: string };
  /** What the user is told who asks for it. */
  forbidden?: string;
}

export interface ForeignCluster {
  url: string;
  /** `VERB PLURAL[/SUBRESOURCE]`, also with ` in NAMESPACE`: what the user may not do. */
  denied: Set<string>;
  /** The user may look into every namespace from now on. */
  openAll(): void;
  define(resource: ForeignResource): void;
  remove(plural: string): void;
  put(plural: string, object: AnyObject): void;
  drop(plural: string, name: string): void;
  /** Of all that are connected. */
  dropConnections(): void;
  close(): Promise<void>;
}

const allVerbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const created = '2026-01-01T00:00:00Z';
const nameColumn: TableColumn = { name: 'Name', type: 'string', format: 'name', description: 'Its name', priority: 0 };
const ageColumn: TableColumn = { name: 'Age', type: 'string', format: '', description: 'Its age', priority: 0 };

const status = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  code,
  reason,
  message,
});

const path = /^\/(?:api|apis\/([^/]+))\/([^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/;

interface ForeignClusterOptions {
  /** The only namespaces that the user may look into; what belongs to none is not shown at all. */
  onlyIn?: readonly string[];
}

export async function startForeignCluster(options: ForeignClusterOptions = {}): Promise<ForeignCluster> {
  let { onlyIn } = options;
  let resources: ForeignResource[] = [];
  const objects = new Map<string, Map<string, AnyObject>>();
  const watchers = new Map<string, Set<(type: string, object: AnyObject) => void>>();
  const denied = new Set<string>();
  let revision = 1;

  const objectsOf = (plural: string): Map<string, AnyObject> => {
    const found = objects.get(plural) ?? new Map<string, AnyObject>();
    objects.set(plural, found);
    return found;
  };
  const tell = (plural: string, type: string, object: AnyObject) => {
    for (const watcher of watchers.get(plural) ?? []) watcher(type, object);
  };
  const tableOf = (resource: ForeignResource, some: readonly AnyObject[], rest: Record<string, unknown> = {}) => {
    const columns = resource.columns ?? [];
    return {
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: `${revision}` },
      columnDefinitions: [nameColumn, ...columns.map(({ value: _, ...column }) => column), ageColumn],
      rows: some.map((object) => ({
        cells: [object.metadata.name, ...columns.map(({ value }) => value(object)), '3d'],
        object,
      })),
      ...rest,
    };
  };
  const discovery = (isCore: boolean) => ({
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: [...Map.groupBy(resources, ({ group }) => group)]
      .filter(([group]) => (group === '') === isCore)
      .map(([name, some]) => ({
        metadata: { name },
        versions: [{ version: some[0]?.version, freshness: 'Current', resources: some.map(discovered) }],
      })),
  });

  const list = (
    request: IncomingMessage,
    response: ServerResponse,
    resource: ForeignResource,
    url: URL,
    in_?: string,
  ) => {
    const asTable = request.headers.accept?.includes('as=Table') ?? false;
    const { plural, kind, group, version } = resource;
    if (!url.searchParams.has('watch')) {
      const items = [...objectsOf(plural).values()].filter(({ metadata }) => !in_ || metadata.namespace === in_);
      const apiVersion = group ? `${group}/${version}` : version;
      const metadata = { resourceVersion: `${revision}` };
      return answer(
        response,
        asTable ? tableOf(resource, items) : { kind: `${kind}List`, apiVersion, metadata, items },
      );
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watcher = (type: string, object: AnyObject) =>
      response.write(`${JSON.stringify({ type, object: asTable ? tableOf(resource, [object]) : object })}\n`);
    const all = watchers.get(plural) ?? new Set();
    watchers.set(plural, all.add(watcher));
    response.on('close', () => all.delete(watcher));
  };

  const review = async (request: IncomingMessage, response: ServerResponse) => {
    const { spec } = JSON.parse(await text(request)) as {
      spec: { resourceAttributes: { verb: string; resource: string; subresource?: string; namespace?: string } };
    };
    const { verb, resource, subresource, namespace } = spec.resourceAttributes;
    const what = `${verb} ${resource}${subresource ? `/${subresource}` : ''}`;
    const allowed = !denied.has(what) && !denied.has(`${what} in ${namespace}`);
    answer(response, { status: { allowed, ...(allowed ? {} : { reason: 'the role “viewer” does not grant it' }) } });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', 'http://foreign');
    const { pathname } = url;
    if (pathname === '/version') return answer(response, { gitVersion: 'v1.31.2' });
    if (pathname === '/api' || pathname === '/apis') return tagged(request, response, discovery(pathname === '/api'));
    if (pathname.endsWith('/selfsubjectaccessreviews')) return review(request, response);
    if (pathname.endsWith('/selfsubjectreviews'))
      return answer(response, { status: { userInfo: { username: 'jane' } } });
    if (pathname === '/openapi/v3') return answer(response, openApiIndex(resources));
    const document = /^\/openapi\/v3\/apis\/([^/]+)\/[^/]+$/.exec(pathname);
    if (document) {
      const some = resources.filter(({ group }) => group === document[1]);
      return answer(response, { components: { schemas: Object.assign({}, ...some.map(({ schemas }) => schemas)) } });
    }
    const [, group = '', , in_, plural = '', name] = path.exec(pathname) ?? [];
    const resource = resources.find((each) => each.plural === plural && each.group === group);
    if (!resource)
      return answer(response, status(404, 'NotFound', 'the server could not find the requested resource'), 404);
    if (resource.forbidden) return answer(response, status(403, 'Forbidden', resource.forbidden), 403);
    if (resource.fault === 'silent') return;
    if (resource.fault) return answer(response, status(500, 'InternalError', resource.fault.message), 500);
    if (onlyIn && !onlyIn.includes(in_ ?? '')) {
      const where = in_ ? `in the namespace "${in_}"` : 'at the cluster scope';
      const message = `${plural} is forbidden: User "jane" cannot list resource "${plural}" in API group "${group}" ${where}`;
      return answer(response, status(403, 'Forbidden', message), 403);
    }
    if (!name) return list(request, response, resource, url, in_);
    const found = objectsOf(plural).get(name);
    if (found) return answer(response, found);
    return answer(response, status(404, 'NotFound', `${plural} "${name}" not found`), 404);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      answer(response, status(500, 'InternalError', `${error}`), 500),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    denied,
    openAll: () => {
      onlyIn = undefined;
    },
    define: (resource) => {
      resources = [...resources.filter(({ plural }) => plural !== resource.plural), resource];
    },
    remove: (plural) => {
      resources = resources.filter((each) => each.plural !== plural);
    },
    put: (plural, object) => {
      revision += 1;
      const type = objectsOf(plural).has(object.metadata.name) ? 'MODIFIED' : 'ADDED';
      const metadata = { ...object.metadata, resourceVersion: `${revision}` };
      objectsOf(plural).set(object.metadata.name, { ...object, metadata });
      tell(plural, type, { ...object, metadata });
    },
    drop: (plural, name) => {
      const object = objectsOf(plural).get(name);
      objectsOf(plural).delete(name);
      if (object) tell(plural, 'DELETED', object);
    },
    dropConnections: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const discovered = ({ plural, kind, namespaced, shortNames, verbs, subresources }: ForeignResource) => ({
  resource: plural,
  responseKind: { kind },
  scope: namespaced ? 'Namespaced' : 'Cluster',
  singularResource: kind.toLowerCase(),
  verbs: verbs ?? allVerbs,
  ...(shortNames ? { shortNames } : {}),
  subresources: (subresources ?? []).map((subresource) => ({ subresource, verbs: ['get', 'patch', 'update'] })),
});

const openApiIndex = (resources: readonly ForeignResource[]) => ({
  paths: Object.fromEntries(
    resources
      .filter(({ schemas }) => schemas)
      .map(({ group, version }) => [
        `apis/${group}/${version}`,
        { serverRelativeURL: `/openapi/v3/apis/${group}/${version}?hash=1` },
      ]),
  ),
});

function answer(response: ServerResponse, body: unknown, code = 200): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function tagged(request: IncomingMessage, response: ServerResponse, body: unknown): void {
  const content = JSON.stringify(body);
  const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
  const isKnown = request.headers['if-none-match'] === etag;
  response.writeHead(isKnown ? 304 : 200, { 'content-type': 'application/json', etag });
  response.end(isKnown ? undefined : content);
}

export const foreignObject = (
  { group, version, kind, namespaced }: Pick<ForeignResource, 'group' | 'version' | 'kind' | 'namespaced'>,
  name: string,
  rest: Partial<AnyObject> = {},
): AnyObject => ({
  apiVersion: group ? `${group}/${version}` : version,
  kind,
  ...rest,
  metadata: {
    name,
    ...(namespaced ? { namespace: 'shop' } : {}),
    uid: `${kind}-${name}`,
    resourceVersion: '1',
    creationTimestamp: created,
    ...rest.metadata,
  },
});
