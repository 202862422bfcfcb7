/** What every call between the window and main answers: errors are data at this boundary. */

/** Errors are data at this boundary. `hint` is the next step for the person. */
export interface CallError {
  code: string;
  message: string;
  hint?: string;
}

export type Reply<T> = { ok: true; value: T } | { ok: false; error: CallError };
