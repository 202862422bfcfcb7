/**
 * The seam of the store: a revisioned key-value store with watch, modelled on the API server's use of etcd. Revisions
 * are global, dense (each write is exactly one more) and monotonic; they are the `resourceVersion`.
 * https://etcd.io/docs/v3.5/learning/api/ and https://github.com/k3s-io/kine
 */
export interface Entry {
  key: string;
  value: Uint8Array;
  /** Revision of the write that created the key. */
  createRevision: number;
  /** Revision of the key's last write. */
  revision: number;
}

export type Change =
  | { type: 'put'; entry: Entry; previous?: Entry }
  /** `entry` is the deleted entry; its `revision` is the revision of the deletion. */
  | { type: 'delete'; entry: Entry };

/**
 * A conflict is a result, not an exception. `current` is absent if the key does not exist. `changed` is there if
 * nothing but the guard refused the write: the revision at which it did.
 */
export type WriteResult = { ok: true; entry: Entry } | { ok: false; current?: Entry; changed?: number };

/** Refuses a write if any key with the prefix was written after the revision. Deletions do not count. */
export interface Guard {
  prefix: string;
  since: number;
}

export interface Store {
  /** Several API servers write to it: what one of them has seen may be old. Such a store has guards as well. */
  readonly isShared?: true;
  /** The last written revision; 0 for an empty store. */
  revision(): Promise<number>;
  get(key: string): Promise<Entry | undefined>;
  /** The entries in key order. `revision` is the revision at which the list was read. */
  list(prefix: string): Promise<{ entries: Entry[]; revision: number }>;
  /** A store that is not shared ignores the guard: its only writer need not look out for others. */
  create(key: string, value: Uint8Array, guard?: Guard): Promise<WriteResult>;
  /** Writes only if the key's revision is `expected`. The write is durable when the call resolves. */
  update(key: string, value: Uint8Array, expected: number, guard?: Guard): Promise<WriteResult>;
  delete(key: string, expected: number): Promise<WriteResult>;
  /**
   * Yields the changes after revision `after`, in order, without gaps. Ends when `signal` aborts. Throws
   * `CompactedError` if `after` is older than the last compaction, and the cause once the store has failed for good.
   */
  watch(prefix: string, after: number, signal: AbortSignal): AsyncIterable<Change>;
  /** Drops the history up to `revision`; current values stay. */
  compact(revision: number): Promise<void>;
  /** Resolves if the store can be read and, as far as known, written; rejects with the cause and a remedy. */
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

/**
 * The store does not answer, or its answer was lost: a write may have been done all the same. Asking again may help.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
