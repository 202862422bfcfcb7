/**
 * OpenAPI v3 and v2. The documents are large and rarely asked for: nothing is built before somebody does, and nothing
 * is kept; clients keep them by their hash.
 */

import { createHash, type Hash } from 'node:crypto';
import { apiVersionOf, type Kind, servedRepresentations } from '../../api/kind.ts';
import { mediaType } from '../../api/media-types.ts';
import type { DocumentPart } from '../../api/openapi/merge-v2.ts';
import type { KindRegistry } from '../../api/registry.ts';
import type { Definitions, Descriptions } from '../../api/schema/schema.ts';
import type { APIService } from '../../api/types.ts';
import { kubernetesVersion } from '../../api/version.ts';
import type { GroupVersion } from '../../api/version-order.ts';
import type { Aggregation } from '../aggregation/aggregation.ts';
import { noSuchPath, notAcceptable } from '../errors.ts';
import { json, type Reply } from '../reply.ts';
import type { ServerRequest } from '../request.ts';

export interface OpenApi {
  reply(request: ServerRequest): Promise<Reply>;
}

export interface OpenApiOptions {
  /** What other servers document. */
  aggregation: Pick<Aggregation, 'at' | 'pass' | 'documentedParts' | 'documentIndex' | 'documentedOnlyInV2'>;
  kinds: KindRegistry;
  definitions: Definitions;
  /** The documentation of the schemas, read when it is first wanted. */
  descriptions(): Promise<Descriptions>;
}

const v3Document = /^\/openapi\/v3\/(?:api|apis\/([^/]+))\/([^/]+)$/;
const protobufV2 = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
/** Not a valid media type, which is why it was renamed; older clients still ask for it, and get the new one. */
const deprecatedProtobufV2 = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const anyOf = (accept: string, ...types: string[]): boolean => types.some((type) => accept.includes(type));

/** What the documents of a kind are made of; functions are none of it. */
const hashed = (hash: Hash, kind: Kind): Hash => hash.update(JSON.stringify(kind));

/** The hash of the document of a group and version, or of everything; it changes as its kinds come and go. */
function createHashes(kinds: KindRegistry, definitions: Definitions): (document?: GroupVersion) => string {
  let base: Hash | undefined;
  let known = { revision: -1, hashes: new Map<string, string>() };
  const make = (document: GroupVersion | undefined): string => {
    base ??= createHash('sha256').update(kubernetesVersion.git).update(JSON.stringify(definitions));
    const isIn = ({ group, version }: GroupVersion) =>
      !document || (group === document.group && version === document.version);
    const own = kinds.list().filter((kind) => servedRepresentations(kind).some(isIn));
    return own.reduce(hashed, base.copy()).digest('hex').toUpperCase();
  };
  return (document) => {
    if (known.revision !== kinds.revision) known = { revision: kinds.revision, hashes: new Map() };
    const key = document ? apiVersionOf(document) : '';
    const found = known.hashes.get(key) ?? make(document);
    known.hashes.set(key, found);
    return found;
  };
}

const hashWith = (own: string, parts: readonly { tag: string }[]): string =>
  parts.length === 0
    ? own
    : parts
        .reduce((hash, { tag }) => hash.update(tag), createHash('sha256').update(own))
        .digest('hex')
        .toUpperCase();

const isKnown = (request: ServerRequest, hash: string): boolean => request.header('if-none-match') === `"${hash}"`;
const unchanged = (hash: string): Reply => ({
  status: 304,
  text: '',
  headers: { etag: `"${hash}"`, vary: 'Accept' },
});

function documentReply(request: ServerRequest, document: object, hash: string): Reply {
  if (isKnown(request, hash)) return unchanged(hash);
  // The hash in the address vouches for the content.
  const immutable = request.query.get('hash') === hash;
  return {
    ...json(200, document),
    headers: {
      etag: `"${hash}"`,
      'cache-control': immutable ? 'public, immutable' : 'no-cache, private',
      vary: 'Accept',
    },
  };
}

export function createOpenApi({ kinds, aggregation, definitions, descriptions }: OpenApiOptions): OpenApi {
  const hashOf = createHashes(kinds, definitions);

  /** As upstream's aggregator: what another server documents in version 2 alone is converted. */
  const passed = async (service: APIService, request: ServerRequest): Promise<Reply> => {
    const part = await aggregation.documentedOnlyInV2(service);
    if (!part) return aggregation.pass(service, request);
    const { asV3 } = await import('../../api/openapi/v2-to-v3.ts');
    const info = { title: service.metadata.name, version: service.spec.version ?? '' };
    return documentReply(request, asV3(part, info), part.tag.toUpperCase());
  };

  const v3 = async (pathname: string, request: ServerRequest): Promise<Reply> => {
    const elsewhere = aggregation.at(pathname.slice('/openapi/v3'.length));
    if (elsewhere) return passed(elsewhere, request);
    const { openApiV3, openApiV3Index } = await import('../../api/openapi/v3.ts');
    if (pathname === '/openapi/v3') {
      const { paths } = openApiV3Index(kinds.list(), hashOf);
      return json(200, { paths: { ...paths, ...(await aggregation.documentIndex()) } });
    }
    const [, group = '', version] = v3Document.exec(pathname) ?? [];
    if (!version) throw noSuchPath();
    const document = openApiV3(
      kinds.list(),
      { group, version },
      definitions,
      await descriptions(),
      kubernetesVersion.git,
    );
    if (!document) throw noSuchPath();
    return documentReply(request, document, hashOf({ group, version }));
  };

  const v2 = async (request: ServerRequest, accept: string): Promise<Reply> => {
    const parts = await aggregation.documentedParts();
    const hash = hashWith(hashOf(), parts);
    if (isKnown(request, hash)) return unchanged(hash);
    const { openApiV2 } = await import('../../api/openapi/v2.ts');
    const { mergeV2 } = await import('../../api/openapi/merge-v2.ts');
    const own = openApiV2(kinds.list(), definitions, await descriptions(), kubernetesVersion.git);
    const document = parts.reduce<DocumentPart>(mergeV2, own);
    const headers = { etag: `"${hash}"`, vary: 'Accept' };
    if (anyOf(accept, protobufV2, deprecatedProtobufV2)) {
      const { encodeOpenApiV2 } = await import('./openapi-v2-protobuf.ts');
      return { status: 200, binary: encodeOpenApiV2({ ...document }), contentType: protobufV2, headers };
    }
    return { ...json(200, document), headers };
  };

  return {
    reply: async (request) => {
      const pathname = request.pathname.replace(/\/$/, '');
      const accept = request.header('accept') ?? '*/*';
      if (!anyOf(accept, mediaType.json, '*/*', protobufV2, deprecatedProtobufV2)) throw notAcceptable();
      return pathname === '/openapi/v2' ? v2(request, accept) : v3(pathname, request);
    },
  };
}
