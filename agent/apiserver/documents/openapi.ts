/**
 * OpenAPI v3 and v2. The documents are large and rarely asked for: nothing is built before somebody does, and nothing
 * is kept; clients keep them by their hash.
 */
import { createHash } from 'node:crypto';
import type { KindRegistry } from '../../api/registry.ts';
import type { Definitions, Descriptions } from '../../api/schema/schema.ts';
import { kubernetesVersion } from '../../api/version.ts';
import { noSuchPath, notAcceptable } from '../errors.ts';
import { json, type Reply } from '../reply.ts';
import type { ServerRequest } from '../request.ts';

export interface OpenApi {
  reply(request: ServerRequest): Promise<Reply>;
}

export interface OpenApiOptions {
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

export function createOpenApi({ kinds, definitions, descriptions }: OpenApiOptions): OpenApi {
  let hash: string | undefined;
  const currentHash = (): string => {
    hash ??= createHash('sha256').update(kubernetesVersion.git).update(JSON.stringify(definitions)).digest('hex');
    return hash.toUpperCase();
  };

  const v3 = async (pathname: string, request: ServerRequest): Promise<Reply> => {
    const { openApiV3, openApiV3Index } = await import('../../api/openapi/v3.ts');
    if (pathname === '/openapi/v3') return json(200, openApiV3Index(kinds.list(), currentHash()));
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
    // The hash in the address vouches for the content.
    const immutable = request.query.get('hash') === currentHash();
    return {
      ...json(200, document),
      headers: {
        etag: `"${currentHash()}"`,
        'cache-control': immutable ? 'public, immutable' : 'no-cache, private',
        vary: 'Accept',
      },
    };
  };

  const v2 = async (accept: string): Promise<Reply> => {
    const { openApiV2 } = await import('../../api/openapi/v2.ts');
    const document = openApiV2(kinds.list(), definitions, await descriptions(), kubernetesVersion.git);
    const headers = { etag: `"${currentHash()}"`, vary: 'Accept' };
    if (anyOf(accept, protobufV2, deprecatedProtobufV2)) {
      const { encodeOpenApiV2 } = await import('./openapi-v2-protobuf.ts');
      return { status: 200, binary: encodeOpenApiV2(document), contentType: protobufV2, headers };
    }
    return { ...json(200, document), headers };
  };

  return {
    reply: async (request) => {
      const pathname = request.pathname.replace(/\/$/, '');
      const accept = request.header('accept') ?? '*/*';
      if (!anyOf(accept, 'application/json', '*/*', protobufV2, deprecatedProtobufV2)) throw notAcceptable();
      return pathname === '/openapi/v2' ? v2(accept) : v3(pathname, request);
    },
  };
}
