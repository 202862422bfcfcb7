/** Everything that is served and is not a resource: discovery, OpenAPI, health, version, metrics. */

import { createHash } from 'node:crypto';
import { localPriority } from '../../api/apiregistration/priorities.ts';
import { mediaType } from '../../api/media-types.ts';
import type { MetricsRegistry } from '../../metrics/registry.ts';
import type { Aggregation } from '../aggregation/aggregation.ts';
import type { Core } from '../core.ts';
import { methodNotAllowed, noSuchPath } from '../errors.ts';
import { asksForPlain, type Clause, clausesOf } from '../media.ts';
import { json, jsonBody, type Reply } from '../reply.ts';
import type { ServerRequest } from '../request.ts';
import { unstoredResources } from '../unstored.ts';
import {
  aggregatedDiscovery,
  coreVersions,
  groupDocument,
  groupListOf,
  resourceListOf,
  type Served,
  servedVersions,
} from './discovery.ts';
import { createHealth, healthPath } from './health.ts';
import { issuerReply } from './issuer.ts';
import type { OpenApi } from './openapi.ts';
import { versionDocument } from './version.ts';

export interface Documents {
  reply(request: ServerRequest): Promise<Reply>;
}

export interface DocumentsOptions {
  core: Core;
  metrics: MetricsRegistry;
  openApi: OpenApi;
  /** What other servers serve. */
  aggregation: Pick<Aggregation, 'revision' | 'versions' | 'priorityOf'>;
  /** As clients reach the server, `host:port`. */
  address: () => string;
}

const nothingServed: Served = { kinds: [], unstored: [], remotes: [], priorityOf: localPriority };

const aggregatedVersions = new Set(['v2', 'v2beta1']);
const versionIn = ({ type, parameters }: Clause): string | undefined => {
  const isList = parameters.get('as') === 'APIGroupDiscoveryList' && parameters.get('g') === 'apidiscovery.k8s.io';
  const version = parameters.get('v') ?? '';
  return type === mediaType.json && isList && aggregatedVersions.has(version) ? version : undefined;
};

/** The version of the aggregated documents that the client would rather have than the plain ones. */
const wantsAggregated = (accept: string): string | undefined => {
  const first = clausesOf(accept).find((clause) => versionIn(clause) !== undefined || asksForPlain(clause));
  return first && versionIn(first);
};

export function createDocuments({ core, metrics, openApi, aggregation, address }: DocumentsOptions): Documents {
  const health = createHealth({ log: core.log, checkStore: core.checkStore });
  let derived = { revision: '', versions: servedVersions(nothingServed) };
  /** Made anew after a kind has come or gone, here or elsewhere. */
  const groupVersions = () => {
    const revision = `${core.kinds.revision}/${aggregation.revision}`;
    if (derived.revision !== revision) {
      const { versions, priorityOf } = aggregation;
      const served = { kinds: core.kinds.list(), unstored: unstoredResources, remotes: versions(), priorityOf };
      derived = { revision, versions: servedVersions(served) };
    }
    return derived.versions;
  };

  const aggregated = (request: ServerRequest, which: 'core' | 'named'): Reply | undefined => {
    const version = wantsAggregated(request.header('accept') ?? '');
    if (!version) return undefined;
    const document = jsonBody(aggregatedDiscovery(groupVersions(), which, version));
    const etag = `"${createHash('sha256')
      .update(Buffer.concat([...document.chunks()]))
      .digest('hex')
      .toUpperCase()}"`;
    if (request.header('if-none-match') === etag) return { status: 304, text: '', headers: { etag, vary: 'Accept' } };
    return {
      status: 200,
      body: document,
      headers: {
        'content-type': `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
        etag,
        vary: 'Accept',
      },
    };
  };

  const discovery = (request: ServerRequest, parts: readonly string[]): Reply | undefined => {
    const [root, group = '', version = ''] = normalizedRoot(parts);
    if (root === 'api' && !version && !group) return aggregated(request, 'core') ?? json(200, coreVersions(address()));
    if (root === 'apis' && !group) return aggregated(request, 'named') ?? json(200, groupListOf(groupVersions()));
    const found = groupVersions().find(
      (each) => each.group === (root === 'api' ? '' : group) && each.version === version,
    );
    if (found) return json(200, resourceListOf(found));
    const document = root === 'apis' && !version ? groupDocument(groupVersions(), group) : undefined;
    return document && json(200, document);
  };

  /** `/api/v1` as if it were `/apis/<core>/v1`. */
  const normalizedRoot = (parts: readonly string[]): readonly string[] =>
    parts[0] === 'api' && parts.length > 1 ? ['api', '', ...parts.slice(1)] : parts;

  const paths = [
    '/.well-known/openid-configuration',
    '/api',
    '/api/v1',
    '/apis',
    '/healthz',
    '/livez',
    '/metrics',
    '/openapi/v2',
    '/openapi/v3',
    '/openid/v1/jwks',
    '/readyz',
    '/version',
  ];

  /** Undefined where nothing of that path is served. */
  const documentAt = (request: ServerRequest): Reply | Promise<Reply> | undefined => {
    const { pathname } = request;
    if (healthPath.test(pathname)) return health(pathname, request.query);
    if (pathname === '/version' || pathname === '/version/') return json(200, versionDocument());
    if (pathname === '/metrics') {
      return { status: 200, text: metrics.text(), contentType: 'text/plain; version=0.0.4' };
    }
    if (pathname.startsWith('/openapi/')) return openApi.reply(request);
    const parts = pathname.split('/').filter(Boolean);
    if (parts.length === 0) return json(200, { paths });
    return issuerReply(core.tokens, pathname) ?? discovery(request, parts);
  };

  return {
    reply: async (request) => {
      const found = await documentAt(request);
      if (!found) throw noSuchPath();
      // A path that is not served has no methods either: not found comes first.
      if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
      return found;
    },
  };
}
