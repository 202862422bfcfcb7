/**
 * Secrets by which new nodes introduce themselves.
 * https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/
 */
import type { Secret } from '../types.ts';

export const bootstrapTokenType = 'bootstrap.kubernetes.io/token';

/** The group of tokens that may join nodes; kubeadm's default. */
export const joiningGroup = 'system:bootstrappers:kubeadm:default-node-token';

/** The text of one of the secret's values; '' where it has none. */
export function secretText({ data }: Secret, key: string): string {
  const bytes = Uint8Array.from(atob(data?.[key] ?? ''), (each) => each.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

/** In milliseconds since the epoch; one that cannot be read has passed, and none never does. */
export function tokenEnd(secret: Secret): number {
  const expiration = secretText(secret, 'expiration');
  if (expiration === '') return Number.POSITIVE_INFINITY;
  const end = Date.parse(expiration);
  return Number.isNaN(end) ? 0 : end;
}
