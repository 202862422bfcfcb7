/**
 * The seam of the store: a revisioned key-value store with watch, modelled on what the API server asks of etcd.
 * Revisions are global, dense (every write is exactly one more) and monotonic, and are the `resourceVersion`.
 * https://etcd.io/docs/v3.5/learning/api/ and https://github.com/k3s-io/kine
 */
export interface Entry {
  key: string;
  value: Uint8Array;
  /** Revision of the write that made the key. */
  createRevision: number;
  /** Revision of its last write. */
  revision: number;
}

export type Change =
  | { type: 'put'; entry: Entry; previous?: Entry }
  /** `entry` is what was deleted, with `revision` the one of the deletion. */
  | { type: 'delete'; entry: Entry };

/** A conflict is a result, not an exception: `current` is absent where the key does not exist. */
export type WriteResult = { ok: true; entry: Entry } | { ok: false; current?: Entry };

export interface Store {
  /** The last revision that was written; 0 in an empty store. */
  revision(): Promise<number>;
  get(key: string): Promise<Entry | undefined>;
  /** In key order; `revision` is the one at which the list was read. */
  list(prefix: string): Promise<{ entries: Entry[]; revision: number }>;
  create(key: string, value: Uint8Array): Promise<WriteResult>;
  /** Writes only where the key's revision is `expected`. Durable when it resolves. */
  update(key: string, value: Uint8Array, expected: number): Promise<WriteResult>;
  delete(key: string, expected: number): Promise<WriteResult>;
  /**
   * Changes after revision `after`, in order, without gaps. Ends when `signal` aborts.
   * Throws `CompactedError` where `after` is older than the last compaction, and the cause once the store has failed for good.
   */
  watch(prefix: string, after: number, signal: AbortSignal): AsyncIterable<Change>;
  /** Forgets history up to `revision`; current values stay. */
  compact(revision: number): Promise<void>;
  /** Resolves where the store can be read and, as far as is known, written; rejects with the cause and what to do. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export class CompactedError extends Error {
  readonly compacted: number;
  constructor(compacted: number) {
    super(`required revision has been compacted at ${compacted}`);
    this.name = 'CompactedError';
    this.compacted = compacted;
  }
}
