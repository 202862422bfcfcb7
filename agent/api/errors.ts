/**
 * Errors of the Kubernetes API as data: every component throws and catches these, and the wire carries their `Status`.
 */
import type { meta, Status } from './types.ts';

export class ApiError extends Error {
  readonly code: number;
  /**
   * Machine-readable, e.g. `NotFound`; '' where upstream has none.
   * https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/types.go
   */
  readonly reason: string;
  readonly details: meta.StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: meta.StatusDetails) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason ? { reason: this.reason } : {}),
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }

  static fromStatus(status: Partial<Status>): ApiError {
    return new ApiError(
      status.code ?? 500,
      status.reason ?? 'InternalError',
      status.message ?? 'unknown error',
      status.details,
    );
  }
}

export const isNotFound = (error: unknown): error is ApiError => error instanceof ApiError && error.code === 404;
export const isConflict = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.reason === 'Conflict';
export const isAlreadyExists = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.reason === 'AlreadyExists';
export const isGone = (error: unknown): error is ApiError => error instanceof ApiError && error.code === 410;
/**
 * What is refused because its namespace is going. https://github.com/kubernetes/api/blob/master/core/v1/types.go
 * (NamespaceTerminatingCause)
 */
export const isNamespaceTerminating = (error: unknown): error is ApiError =>
  error instanceof ApiError && Boolean(error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating'));

/** What a caught value says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
