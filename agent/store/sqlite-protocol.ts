/** What the store and its thread say to each other. */
import type { Entry } from './store.ts';

export interface Write {
  type: 'create' | 'update' | 'delete';
  key: string;
  /** Absent on a deletion. */
  value?: Uint8Array;
  /** Revision that the key must have; absent on a creation. */
  expected?: number;
}

/** Of one write, in the order of the batch. `current` carries no value where the writer has it. */
export type Written =
  | { ok: true; revision: number; createRevision: number /** What a deletion removed. */; value?: Uint8Array }
  | { ok: false; current?: Entry };

export interface StoredChange {
  type: 'put' | 'delete';
  entry: Entry;
}

/** Requests by name, with what they answer. */
export interface StoreCalls {
  open: { input: { path: string }; output: { revision: number } };
  /** One transaction; answered once it is on disk. */
  write: { input: Write[]; output: Written[] };
  get: { input: { key: string }; output: Entry | undefined };
  list: { input: { prefix: string }; output: { entries: Entry[]; revision: number } };
  /** Changes after a revision. `compacted` is set where some of them are forgotten. */
  history: {
    input: { prefix: string; after: number };
    output: { changes: StoredChange[]; revision: number } | { compacted: number };
  };
  compact: { input: { revision: number }; output: { compacted: number } };
  /** See `Store.check`. */
  check: { input: undefined; output: undefined };
  close: { input: undefined; output: undefined };
}

export type CallName = keyof StoreCalls;
export type Request = { [N in CallName]: { id: number; call: N; input: StoreCalls[N]['input'] } }[CallName];
export type Answer = { id: number; output: unknown } | { id: number; error: string };
