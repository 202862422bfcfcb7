/**
 * Keeps two API servers from giving the same to two objects, such as an address. Each chooses by what it has seen, and
 * its write holds only if the other has not written to the kind since. There is no record of what is taken beside the
 * objects themselves, which could disagree with them after a crash.
 */
import type { Kind } from '../../api/kind.ts';
import type { AnyObject } from '../../api/types.ts';
import type { Guard, Store, WriteResult } from '../../store/store.ts';
import { claimsIn } from './claims.ts';
import { prefixOf, type State } from './state.ts';

/** Another object got it first, after this write had chosen: choose again. */
export class ClaimTaken extends Error {}

export interface ClaimedWrite {
  kind: Kind;
  /** `namespace/name`, or the name. */
  id: string;
  object: AnyObject;
  /** What the write replaces. */
  old: AnyObject | undefined;
  write(guard?: Guard): Promise<WriteResult>;
}

export type WriteClaims = (claimed: ClaimedWrite) => Promise<WriteResult>;

/** Rejects with `ClaimTaken` where another object has by now what this one claims. */
export function createClaimGuard(store: Store, state: State): WriteClaims {
  /** One after the other: those of the same server would refuse each other. */
  let last: Promise<unknown> = Promise.resolve();

  return ({ kind, id, object, old, write }) => {
    const held = new Set(old && kind.claims?.(old));
    const claims = store.isShared ? (kind.claims?.(object) ?? []).filter((claim) => !held.has(claim)) : [];
    if (claims.length === 0) return write();
    const attempt = async (): Promise<WriteResult> => {
      for (;;) {
        const present = claimsIn(state.of(kind));
        const taken = claims.find((claim) => present.isTaken(claim, id));
        if (taken) throw new ClaimTaken(`${taken} is taken`);
        const result = await write({ prefix: prefixOf(kind), since: state.revision });
        const revision = result.ok ? result.entry.revision : result.changed;
        if (revision !== undefined) await state.reached(revision);
        if (result.ok || result.changed === undefined) return result;
      }
    };
    const own = last.then(attempt);
    // Whoever writes hears of a failure; the next in line only waits.
    last = own.catch(() => {});
    return own;
  };
}
