/** Whoever shows a bearer token, of whichever kind. */
import type { Core } from '../core.ts';
import type { UserInfo } from '../user.ts';
import { verifyBootstrapToken } from './bootstrap-tokens.ts';
import { verifyBoundToken } from './bound-tokens.ts';

export interface Recognized {
  user: UserInfo;
  /** Those of the wanted ones that the token is meant for. */
  audiences: readonly string[];
  /** For `Warning` headers. */
  warnings?: readonly string[];
}

/** Undefined where the token is nobody's, or is meant for none of the audiences. */
export function verifyToken(core: Core, token: string, audiences: readonly string[]): Recognized | undefined {
  const bound = verifyBoundToken(core, token, audiences);
  if (bound) return bound;
  // Such a token names no audience: it is meant for the API server.
  const own = audiences.filter((audience) => audience === core.tokens.issuer);
  const user = own.length > 0 ? verifyBootstrapToken(core, token) : undefined;
  return user && { user, audiences: own };
}
