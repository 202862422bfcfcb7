/**
 * The store in etcd, which several API servers share. A revision of the store is one of etcd's, so that all of them
 * agree on the versions of objects. Every call is linearizable: it sees what any server wrote before it.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/storage/etcd3/store.go
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../log.ts';
import { createEtcdGateway, type EtcdMember, EtcdRefusal } from './etcd-gateway.ts';
import {
  encoded,
  entryOf,
  isAbsent,
  isAt,
  isUnchanged,
  type KeyValue,
  type RangeResponse,
  rangeOf,
  revisionIn,
  type TxnResponse,
  type WatchEvent,
  type WatchResponse,
} from './etcd-messages.ts';
import { untilThereIsLeader } from './etcd-patience.ts';
import { type Change, CompactedError, type Entry, type Guard, type Store, type WriteResult } from './store.ts';

/** Entries that one answer may have: several answers make a list, all of the same revision. */
const pageSize = 1_000;
/** Milliseconds between a watch that broke and the next attempt. */
const pause = 250;
const compactedMessage = 'required revision has been compacted';
/** There is no key below it. Asking for it costs nothing but the agreement of the members. */
const nothing = { key: encoded('\0') };

/** Shares one call among all who ask before it starts; whoever asks later may need a later answer. */
function shared<T>(call: () => Promise<T>): () => Promise<T> {
  let next: Promise<T> | undefined;
  let running: Promise<unknown> = Promise.resolve();
  return () => {
    next ??= running.then(() => {
      next = undefined;
      const own = call();
      // Whoever asked hears of a failure; the next call only waits for the end.
      running = own.catch(() => {});
      return own;
    });
    return next;
  };
}

function changeOf({ type, kv, prev_kv: previous }: WatchEvent): Change {
  if (type !== 'DELETE') return { type: 'put', entry: entryOf(kv) };
  const revision = Number(kv.mod_revision);
  // What was deleted is no longer stored: the watch is too far behind.
  if (!previous) throw new CompactedError(revision);
  return { type: 'delete', entry: { ...entryOf(previous), revision } };
}

export interface EtcdStoreOptions extends EtcdMember {
  log: Logger;
}

/** Connects with the first call, which rejects if the member does not answer. */
export function createEtcdStore({ log, ...member }: EtcdStoreOptions): Store {
  const gateway = createEtcdGateway(member);
  const closing = new AbortController();

  const range = (body: object): Promise<RangeResponse> =>
    untilThereIsLeader(async () => (await gateway.call('/kv/range', body)) as RangeResponse);
  const revision = shared(async () => revisionIn(await range(nothing)));

  const list = async (prefix: string) => {
    const { key, range_end } = rangeOf(prefix);
    const first = await range({ key, range_end, limit: String(pageSize) });
    const at = revisionIn(first);
    const found = first.kvs ?? [];
    for (let { more } = first; more; ) {
      const next = Buffer.concat([Buffer.from(found.at(-1)?.key ?? '', 'base64'), Buffer.of(0)]).toString('base64');
      const page = await range({ key: next, range_end, limit: String(pageSize), revision: String(at) });
      found.push(...(page.kvs ?? []));
      more = page.more;
    }
    return { entries: found.map(entryOf), revision: at };
  };

  interface Condition {
    key: string;
    /** Absent: the key must not exist. */
    expected?: number;
    guard: Guard | undefined;
  }

  interface Answer {
    answer: TxnResponse;
    /** An attempt before it was refused, and may have been carried out: then this one found its work in the way. */
    isRepeated: boolean;
  }

  /** The conditions hold only once, so that a write that is repeated is not done twice. */
  const write = ({ key, expected, guard }: Condition, operations: object[]): Promise<Answer> => {
    const compare = [
      expected === undefined ? isAbsent(key) : isAt(key, expected),
      ...(guard ? [isUnchanged(guard)] : []),
    ];
    const failure = [{ request_range: { key: encoded(key) } }];
    return untilThereIsLeader(async (isRepeated) => ({
      answer: (await gateway.call('/kv/txn', { compare, success: operations, failure })) as TxnResponse,
      isRepeated,
    }));
  };
  /** What was in the way. */
  const conflictIn = (answer: TxnResponse, expected?: number): WriteResult & { ok: false } => {
    const [kv] = answer.responses?.[0]?.response_range?.kvs ?? [];
    const current = kv && entryOf(kv);
    const conflict = current ? { ok: false as const, current } : { ok: false as const };
    return current?.revision === expected ? { ...conflict, changed: revisionIn(answer) } : conflict;
  };
  /** Nobody else writes the very same bytes: they have the object's uid and the times of its fields. */
  const outcomeOf = ({ answer, isRepeated }: Answer, key: string, value: Uint8Array, expected?: number) => {
    const conflict = conflictIn(answer, expected);
    const { current } = conflict;
    const isOurs = isRepeated && current && current.revision !== expected && Buffer.compare(current.value, value) === 0;
    return isOurs ? { ok: true as const, entry: { ...current, key, value } } : conflict;
  };
  /** Of a deletion that an attempt before has carried out. Undefined where etcd has forgotten what there was. */
  const deletedBefore = async (answer: TxnResponse, key: string, expected: number): Promise<Entry | undefined> => {
    try {
      const [kv] = (await range({ key: encoded(key), revision: String(expected) })).kvs ?? [];
      return kv && { ...entryOf(kv), revision: revisionIn(answer) };
    } catch (error) {
      if (error instanceof EtcdRefusal && error.message.endsWith(compactedMessage)) return undefined;
      throw error;
    }
  };
  const put = (key: string, value: Uint8Array) => ({
    request_put: {
      key: encoded(key),
      value: Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64'),
    },
  });
  const stored = (answer: TxnResponse, key: string, value: Uint8Array, before?: KeyValue): WriteResult => {
    const at = revisionIn(answer);
    const createRevision = Number(before?.create_revision ?? at);
    return { ok: true, entry: { key, value, createRevision, revision: at } };
  };

  /** From one connection; ends when it breaks. */
  async function* changes(prefix: string, after: number, signal: AbortSignal): AsyncGenerator<Change> {
    // From the last revision that is known: etcd then says whether anything after it has been compacted.
    const start = { ...rangeOf(prefix), start_revision: String(Math.max(after, 1)), prev_kv: true };
    for await (const message of gateway.stream('/watch', { create_request: start }, signal)) {
      const { canceled, cancel_reason: reason, compact_revision: compacted, events = [] } = message as WatchResponse;
      if (compacted) throw new CompactedError(Number(compacted));
      if (canceled) throw new EtcdRefusal(reason ?? 'etcd ended the watch');
      for (const event of events) if (Number(event.kv.mod_revision) > after) yield changeOf(event);
    }
  }

  async function* watch(prefix: string, after: number, signal: AbortSignal): AsyncGenerator<Change> {
    const ending = AbortSignal.any([signal, closing.signal]);
    let seen = after;
    while (!ending.aborted) {
      try {
        for await (const change of changes(prefix, seen, ending)) {
          seen = change.entry.revision;
          yield change;
        }
      } catch (error) {
        if (error instanceof CompactedError) throw error;
        if (!ending.aborted) log.warn('The watch of the store broke; it goes on where it was', { seen, error });
      }
      await sleep(pause, undefined, { signal: ending }).catch((error: unknown) => {
        if (!ending.aborted) throw error;
      });
    }
  }

  return {
    isShared: true,
    revision,
    get: async (key): Promise<Entry | undefined> => {
      const [found] = (await range({ key: encoded(key) })).kvs ?? [];
      return found && entryOf(found);
    },
    list,
    create: async (key, value, guard) => {
      const written = await write({ key, guard }, [put(key, value)]);
      return written.answer.succeeded ? stored(written.answer, key, value) : outcomeOf(written, key, value);
    },
    update: async (key, value, expected, guard) => {
      const created = { request_range: { key: encoded(key), keys_only: true } };
      const written = await write({ key, expected, guard }, [put(key, value), created]);
      const { answer } = written;
      if (!answer.succeeded) return outcomeOf(written, key, value, expected);
      return stored(answer, key, value, answer.responses?.[1]?.response_range?.kvs?.[0]);
    },
    delete: async (key, expected) => {
      const removal = { request_delete_range: { key: encoded(key), prev_kv: true } };
      const { answer, isRepeated } = await write({ key, expected, guard: undefined }, [removal]);
      if (!answer.succeeded) {
        const conflict = conflictIn(answer, expected);
        const entry = isRepeated && !conflict.current ? await deletedBefore(answer, key, expected) : undefined;
        return entry ? { ok: true, entry } : conflict;
      }
      const [before] = answer.responses?.[0]?.response_delete_range?.prev_kvs ?? [];
      return stored(answer, key, before ? entryOf(before).value : new Uint8Array(), before);
    },
    watch,
    compact: async (upTo) => {
      try {
        await gateway.call('/kv/compaction', { revision: String(Math.min(upTo, await revision())) });
      } catch (error) {
        // Another API server was faster.
        if (!(error instanceof EtcdRefusal && error.message.endsWith(compactedMessage))) throw error;
      }
    },
    check: async () => {
      await revision();
    },
    close: async () => {
      closing.abort();
      gateway.close();
    },
  };
}
