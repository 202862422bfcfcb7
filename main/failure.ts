/** Turns any thrown error into the error that the window receives: a code, a sentence and the next step. */
import { ApiError } from '../agent/api/errors.ts';
import { own } from '../agent/api/own.ts';
import type { CallError } from './contract/reply.ts';

/** Thrown by handlers, for failures with a next step for the user. */
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

/** Node's connection errors as sentences with a next step. */
const networkFailures: Record<string, { message: string; hint: string }> = {
  ECONNREFUSED: { message: 'The API server does not answer', hint: 'Start the cluster, or check that it is running.' },
  ECONNRESET: {
    message: 'The API server closed the connection',
    hint: 'It may be restarting; Skiff tries again by itself.',
  },
  ENOTFOUND: { message: 'The host name in the kubeconfig does not resolve', hint: 'Check your network or VPN.' },
  ETIMEDOUT: { message: 'The API server did not answer in time', hint: 'Check your network or VPN.' },
  EHOSTUNREACH: { message: 'There is no route to the API server', hint: 'Check your network or VPN.' },
  CERT_HAS_EXPIRED: { message: 'The certificate has expired', hint: 'Renew the credentials of this context.' },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    message: 'The server’s certificate is not signed by the authority in the kubeconfig',
    hint: 'Check certificate-authority-data of this cluster.',
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    message: 'The server’s certificate is not signed by the authority in the kubeconfig',
    hint: 'Check certificate-authority-data of this cluster.',
  },
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
  if (error instanceof ApiError) return withHint(error.reason, error.message, own(apiHints, error.reason));
  const code = textOf(error, 'code');
  const message = textOf(error, 'message') ?? String(error);
  if (error instanceof Error && error.name === 'AbortError') return { code: 'Cancelled', message: 'Cancelled' };
  const hint = textOf(error, 'hint');
  const network = code && !hint ? networkFailures[code] : undefined;
  if (code) return network ? { code, ...network } : withHint(code, message || code, hint);
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause !== undefined && textOf(cause, 'code')) return toCallError(cause);
  return withHint('Failed', message, textOf(error, 'hint'));
}
