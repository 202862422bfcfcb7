/** Turns whatever was thrown into the error that crosses to the window: a code, a sentence, and the next step. */
import { ApiError } from '../../agent/api/errors.ts';
import type { CallError } from '../contract.ts';

/** Thrown by handlers; everything in `main` that fails with a next step for the person throws one of these. */
export class CallFailure extends Error implements CallError {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CallFailure';
    this.code = code;
    this.hint = hint;
  }
}

const networkHints: Record<string, string> = {
  ECONNREFUSED: 'The API server does not answer. Start the cluster, or check that it is running.',
  ECONNRESET: 'The API server closed the connection. It may be restarting; Skiff tries again by itself.',
  ENOTFOUND: 'The host name in the kubeconfig does not resolve. Check your network or VPN.',
  ETIMEDOUT: 'No answer in time. Check your network or VPN.',
  EHOSTUNREACH: 'There is no route to the API server. Check your network or VPN.',
  CERT_HAS_EXPIRED: 'The certificate has expired. Renew the credentials of this context.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The server’s certificate is not signed by the authority in the kubeconfig.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The server’s certificate is not signed by the authority in the kubeconfig.',
};

const apiHints: Record<string, string> = {
  Unauthorized: 'The credentials of this context were refused. Renew them, then try again.',
  Forbidden: 'The user of this context may not do this. Ask for the permission, or switch context.',
  Conflict: 'Someone changed the object in the meantime. Reload it and apply your change again.',
};

const textOf = (value: unknown, key: string): string | undefined => {
  if (typeof value !== 'object' || value === null || !(key in value)) return undefined;
  const field = (value as Record<string, unknown>)[key];
  return typeof field === 'string' && field ? field : undefined;
};

const withHint = (code: string, message: string, hint: string | undefined): CallError =>
  hint ? { code, message, hint } : { code, message };

export function toCallError(error: unknown): CallError {
  if (error instanceof ApiError) return withHint(error.reason, error.message, apiHints[error.reason]);
  const code = textOf(error, 'code');
  const message = textOf(error, 'message') ?? String(error);
  if (error instanceof Error && error.name === 'AbortError') return { code: 'Cancelled', message: 'Cancelled' };
  if (code) return withHint(code, message || code, textOf(error, 'hint') ?? networkHints[code]);
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause !== undefined && textOf(cause, 'code')) return toCallError(cause);
  return withHint('Failed', message, textOf(error, 'hint'));
}
