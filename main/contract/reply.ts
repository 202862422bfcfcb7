/** The answer to every call between the window and main. */

/** Errors are data at this boundary. `hint` is the user's next step. */
export interface CallError {
  code: string;
  message: string;
  hint?: string;
}

export type Reply<T> = { ok: true; value: T } | { ok: false; error: CallError };
