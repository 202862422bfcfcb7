/**
 * Authenticates clients of the kubelet: it serves the API server and members of system:masters.
 * https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
 */
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { HttpError } from './http-error.ts';

/** Throws `HttpError` 401 without a valid client certificate, and 403 for any other user. */
export function authenticate(request: IncomingMessage): void {
  const { socket } = request;
  if (!(socket instanceof TLSSocket) || !socket.authorized) throw new HttpError(401, 'Unauthorized');
  const { subject } = socket.getPeerCertificate();
  const user = [subject.CN].flat()[0] ?? '';
  const groups = [subject.O ?? []].flat();
  if (groups.includes('system:masters') || user === 'kube-apiserver-kubelet-client') return;
  throw new HttpError(403, `Forbidden (user=${user}, verb=get, resource=nodes, subresource=proxy)`);
}
