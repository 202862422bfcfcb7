/**
 * What somebody outside needs to check a service-account token without asking the server.
 * https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery
 */
import { mediaType } from '../../api/media-types.ts';
import type { ServiceAccountTokens } from '../authentication/service-account-tokens.ts';
import { jsonBody, type Reply } from '../reply.ts';

const configurationPath = '/.well-known/openid-configuration';
const keysPath = '/openid/v1/jwks';

const cacheable = (contentType: string, value: unknown): Reply => ({
  status: 200,
  body: jsonBody(value),
  headers: { 'content-type': contentType, 'cache-control': 'public, max-age=3600' },
});

/** Undefined for any other path. Keys are asked of the issuer's own address, which pods can reach. */
export function issuerReply({ issuer, publicKey }: ServiceAccountTokens, pathname: string): Reply | undefined {
  if (pathname === configurationPath) {
    return cacheable(mediaType.json, {
      issuer,
      jwks_uri: `${issuer}${keysPath}`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [publicKey.alg],
    });
  }
  if (pathname === keysPath) return cacheable('application/jwk-set+json', { keys: [publicKey] });
  return undefined;
}
