/** Client certificates and bearer tokens. https://kubernetes.io/docs/reference/access-authn-authz/authentication/ */
import { TLSSocket } from 'node:tls';
import type { Core } from '../core.ts';
import { anonymousUser, authenticatedGroup, type UserInfo } from '../user.ts';
import { verifyToken } from './bearer-tokens.ts';

/** Tells in logs and reviews which certificate it was, as the id of a token does. */
const credentialId = 'authentication.kubernetes.io/credential-id';

interface Shown {
  subject?: { CN?: string | string[]; O?: string | string[] };
  fingerprint256?: string;
}

/** CN is the user, O are the groups. Node gives a repeated part as an array. */
function userOfCertificate(socket: TLSSocket): UserInfo | undefined {
  if (!socket.authorized) return undefined;
  const { subject, fingerprint256 }: Shown = socket.getPeerCertificate();
  const [username] = [subject?.CN ?? []].flat();
  if (!username) return undefined;
  const fingerprint = fingerprint256?.replaceAll(':', '').toLowerCase();
  return {
    username,
    groups: [...[subject?.O ?? []].flat(), authenticatedGroup],
    ...(fingerprint ? { extra: { [credentialId]: [`X509SHA256=${fingerprint}`] } } : {}),
  };
}

/** A connection's certificate does not change; looking at it once is enough. */
const seen = new WeakMap<TLSSocket, { user: UserInfo | undefined }>();

function certificateUser(socket: unknown): UserInfo | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  let known = seen.get(socket);
  if (!known) {
    known = { user: userOfCertificate(socket) };
    seen.set(socket, known);
  }
  return known.user;
}

/** kubectl of a browser sends its token as a WebSocket subprotocol, as browsers can set no header there. */
function bearerToken(authorization: string | undefined, protocols: string | undefined): string | undefined {
  const match = /^Bearer +(\S+) *$/i.exec(authorization ?? '');
  if (match) return match[1];
  const prefix = 'base64url.bearer.authorization.k8s.io.';
  const protocol = protocols
    ?.split(',')
    .map((each) => each.trim())
    .find((each) => each.startsWith(prefix));
  return protocol && Buffer.from(protocol.slice(prefix.length), 'base64url').toString('utf8');
}

export interface Authenticated {
  user: UserInfo;
  /** For `Warning` headers. */
  warnings: readonly string[];
}

export interface Credentials {
  socket: unknown;
  authorization: string | undefined;
  webSocketProtocols: string | undefined;
}

const showsCertificate = (socket: unknown): boolean =>
  socket instanceof TLSSocket && Object.keys(socket.getPeerCertificate() ?? {}).length > 0;

/** Undefined: credentials of nobody we know. Who shows none is anonymous. */
export function authenticate(core: Core, credentials: Credentials): Authenticated | undefined {
  const { socket } = credentials;
  const token = bearerToken(credentials.authorization, credentials.webSocketProtocols);
  const known = token === undefined ? undefined : verifyToken(core, token, [core.tokens.issuer]);
  const user = known?.user ?? certificateUser(socket);
  if (user) return { user, warnings: known?.warnings ?? [] };
  return token === undefined && !showsCertificate(socket) ? { user: anonymousUser, warnings: [] } : undefined;
}
