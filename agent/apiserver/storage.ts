/** Writes through to the store, with optimistic concurrency, and resolves once the write is durable and visible. */
import type { Kind } from '../api/kind.ts';
import type { AnyObject } from '../api/types.ts';
import type { Entry, Guard, Store } from '../store/store.ts';
import { alreadyExists, notFound } from './errors.ts';
import { ClaimTaken, createClaimGuard } from './state/claim-guard.ts';
import { decodeRecord, encodeForStore, neverStored, rememberWritten, type StoredRecord } from './state/record.ts';
import type { CheckSize } from './state/size-limit.ts';
import { keyOf, type State } from './state/state.ts';
import { WriteOrder } from './write-order.ts';

/** Lets the next writer of the object begin: whoever is about to wait for another process calls it, once or more. */
export type LetOthersGo = () => void;

/** What to do with the object that is stored now. May be called again, when another writer came first. */
export type Decide = (current: StoredRecord, letOthersGo: LetOthersGo) => Decision | Promise<Decision>;

export type Decision =
  /** Nothing to write; the answer is the object as it is. */
  | { action: 'keep' }
  | { action: 'put'; object: AnyObject }
  /** `object` is the answer and what watchers see as the last state. */
  | { action: 'remove'; object?: AnyObject };

export interface Outcome {
  action: Decision['action'];
  record: StoredRecord;
}

export interface Storage {
  get(kind: Kind, namespace: string, name: string): StoredRecord;
  find(kind: Kind, namespace: string, name: string): StoredRecord | undefined;
  /** Rejects with `ClaimTaken` where the object claims what another one has got since it was chosen. */
  create(kind: Kind, object: AnyObject, dryRun: boolean): Promise<StoredRecord>;
  /**
   * Reads, decides, writes. Writers of one object have their turns in the order of their calls, each when the one before
   * has written; this starts over where another writer came first nevertheless.
   */
  change(kind: Kind, namespace: string, name: string, dryRun: boolean, decide: Decide): Promise<Outcome>;
}

const idOf = (namespace: string, name: string): string => (namespace ? `${namespace}/${name}` : name);

function encode(kind: Kind, object: AnyObject): Buffer {
  const bytes = encodeForStore(kind, object);
  rememberWritten(kind, bytes, object);
  return bytes;
}

/** What would have been stored; its revision is that of the present. */
const previewRecord = (kind: Kind, object: AnyObject, key: string, revision: number): StoredRecord =>
  decodeRecord(kind, { key, value: encode(kind, object), createRevision: revision, revision });

/** A write that changes nothing still brings an object to the version in which its kind is stored now. */
const settled = (decision: Decision, current: StoredRecord): Decision =>
  decision.action === 'keep' && current.outdated ? { action: 'put', object: current.object } : decision;

export function createStorage(store: Store, state: State, checkSize: CheckSize): Storage {
  const writeClaims = createClaimGuard(store, state);
  const find = (kind: Kind, namespace: string, name: string) => state.of(kind).objects.get(idOf(namespace, name));
  const get = (kind: Kind, namespace: string, name: string): StoredRecord => {
    const found = find(kind, namespace, name);
    if (!found) throw notFound(kind, name);
    return found;
  };

  const visible = async (kind: Kind, { metadata }: AnyObject, entry: Entry): Promise<StoredRecord> => {
    const { namespace = '', name } = metadata;
    await state.reached(entry.revision);
    const current = find(kind, namespace, name);
    return current?.revision === entry.revision ? current : decodeRecord(kind, entry);
  };

  async function put(kind: Kind, key: string, current: StoredRecord, object: AnyObject, dryRun: boolean) {
    if (dryRun) return previewRecord(kind, object, key, current.revision);
    const bytes = encode(kind, object);
    if (current.holds(bytes)) return current;
    checkSize(kind, object, bytes);
    const result = await updated(kind, key, current, object, bytes);
    if (!result) return undefined;
    return result.ok ? visible(kind, object, result.entry) : retryAfter(kind, current.name, result.current);
  }

  /** Undefined: what the object claims is taken by now, so that it has to be decided anew. */
  async function updated(kind: Kind, key: string, current: StoredRecord, object: AnyObject, bytes: Buffer) {
    const { id, revision, object: old } = current;
    try {
      const write = (guard?: Guard) => store.update(key, bytes, revision, guard);
      return await writeClaims({ kind, id, object, old, write });
    } catch (error) {
      if (error instanceof ClaimTaken) return undefined;
      throw error;
    }
  }

  async function remove(kind: Kind, key: string, current: StoredRecord, last: AnyObject | undefined, dryRun: boolean) {
    const answer = last ? previewRecord(kind, last, key, current.revision) : current;
    if (dryRun) return answer;
    const result = await store.delete(key, current.revision);
    if (!result.ok) return retryAfter(kind, current.name, result.current);
    await state.reached(result.entry.revision);
    return answer;
  }

  /** Undefined: try again, now that the other writer's work is visible. */
  async function retryAfter(kind: Kind, name: string, winner: Entry | undefined): Promise<undefined> {
    if (!winner) throw notFound(kind, name);
    await state.reached(winner.revision);
    return undefined;
  }

  const order = new WriteOrder();

  /** Undefined: another writer came first. */
  async function attempt(kind: Kind, key: string, current: StoredRecord, dryRun: boolean, decided: Decision) {
    const decision = settled(decided, current);
    const { action } = decision;
    if (action === 'keep') return { action, record: current };
    const record = await (action === 'put'
      ? put(kind, key, current, decision.object, dryRun)
      : remove(kind, key, current, decision.object, dryRun));
    return record && { action, record };
  }

  return {
    get,
    find,
    create: async (kind, object, dryRun) => {
      const { namespace = '', name } = object.metadata;
      const key = keyOf(kind, namespace, name);
      if (find(kind, namespace, name)) throw alreadyExists(kind, name);
      if (dryRun) return previewRecord(kind, object, key, neverStored);
      const bytes = encode(kind, object);
      checkSize(kind, object, bytes);
      const id = idOf(namespace, name);
      const write = (guard?: Guard) => store.create(key, bytes, guard);
      const result = await writeClaims({ kind, id, object, old: undefined, write });
      if (!result.ok) throw alreadyExists(kind, name);
      return visible(kind, object, result.entry);
    },
    change: async (kind, namespace, name, dryRun, decide) => {
      const key = keyOf(kind, namespace, name);
      // A dry run is in nobody's way, and a conversion waits for another process.
      const isOrdered = !dryRun && !kind.conversion;
      for (;;) {
        const waiting = isOrdered ? order.take(key) : undefined;
        if (waiting) await waiting;
        let holds = isOrdered;
        const letOthersGo = () => {
          if (holds) order.passOn(key);
          holds = false;
        };
        try {
          const current = get(kind, namespace, name);
          const outcome = await attempt(kind, key, current, dryRun, await decide(current, letOthersGo));
          if (outcome) return outcome;
        } finally {
          letOthersGo();
        }
      }
    },
  };
}
