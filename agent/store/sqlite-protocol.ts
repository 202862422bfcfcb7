/** The messages between the store and its thread. */
import type { Entry } from './store.ts';

export interface Write {
  type: 'create' | 'update' | 'delete';
  key: string;
  /** Absent on a deletion. */
  value?: Uint8Array;
  /** The revision that the key must have; absent for a creation. */
  expected?: number;
}

/** The results of a batch, one per write, in order. `current` has no value if the writer already has it. */
export type Written =
  | { ok: true; revision: number; createRevision: number /** What a deletion removed. */; value?: Uint8Array }
  | { ok: false; current?: Entry };

export interface StoredChange {
  type: 'put' | 'delete';
  entry: Entry;
}

/** The calls by name, with their inputs and outputs. */
export interface StoreCalls {
  open: { input: { path: string }; output: { revision: number } };
  /** Writes one transaction; answered once it is on disk. */
  write: { input: Write[]; output: Written[] };
  get: { input: { key: string }; output: Entry | undefined };
  list: { input: { prefix: string }; output: { entries: Entry[]; revision: number } };
  /** Changes after a revision. `compacted` is set if some of them are no longer stored. */
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
