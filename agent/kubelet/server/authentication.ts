/**
 * Who asks the kubelet, and whether it may. The API server and members of system:masters may do everything; for all
 * others the API server is asked.
 * https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
 */
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { HttpError } from './http-error.ts';

export interface KubeletUser {
  username: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

/** What the API server says of a client. */
export interface ApiAccess {
  /** Undefined if nobody has the token. */
  userOf(token: string): Promise<KubeletUser | undefined>;
  /** Whether the user may do this with a subresource of this node. */
  mayAccess(user: KubeletUser, verb: string, subresource: string): Promise<boolean>;
}

function certifiedUser({ socket }: IncomingMessage): KubeletUser | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  return { username: [subject.CN].flat()[0] ?? '', groups: [subject.O ?? []].flat() };
}

const tokenOf = ({ headers }: IncomingMessage): string | undefined =>
  /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];

async function userOf(request: IncomingMessage, access: ApiAccess | undefined): Promise<KubeletUser> {
  const certified = certifiedUser(request);
  if (certified) return certified;
  const token = tokenOf(request);
  const user = token === undefined ? undefined : await access?.userOf(token);
  if (!user) throw new HttpError(401, 'Unauthorized');
  return user;
}

const isTrusted = ({ username, groups }: KubeletUser): boolean =>
  groups.includes('system:masters') || username === 'kube-apiserver-kubelet-client';

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** By the first step of the path: one of these is enough. */
const ownSubresources: Readonly<Record<string, readonly string[]>> = {
  stats: ['stats'],
  metrics: ['metrics'],
  logs: ['log'],
  checkpoint: ['checkpoint'],
  pods: ['pods', 'proxy'],
  runningpods: ['pods', 'proxy'],
  configz: ['configz', 'proxy'],
  healthz: ['healthz', 'proxy'],
};

/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/kubelet/server/auth.go */
function subresourcesOf({ url = '/' }: IncomingMessage): readonly string[] {
  const [, first = ''] = /^\/([^/?]*)/.exec(url) ?? [];
  return (Object.hasOwn(ownSubresources, first) ? ownSubresources[first] : undefined) ?? ['proxy'];
}

/** Rejects with `HttpError` 401 for a client that nobody knows, and 403 for one that may not. */
export async function authenticate(request: IncomingMessage, access: ApiAccess | undefined): Promise<void> {
  const user = await userOf(request, access);
  if (isTrusted(user)) return;
  const verb = verbs[request.method ?? ''] ?? '';
  const subresources = subresourcesOf(request);
  for (const subresource of subresources) {
    if (await access?.mayAccess(user, verb, subresource)) return;
  }
  const asked = `verb=${verb}, resource=nodes, subresource(s)=[${subresources.join(' ')}]`;
  throw new HttpError(403, `Forbidden (user=${user.username}, ${asked})`);
}
