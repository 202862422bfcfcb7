/** One kind's current objects, its recent history, and whoever watches it. */
import type { Kind } from '../../api/kind.ts';
import { type Collection, createCollection } from './collection.ts';
import { createWatchers, type ResourceEvent, type Watchers } from './watchers.ts';

/** Told of an event before any watcher. Must not throw, and must make no requests while it is called. */
export type Follower = (event: ResourceEvent) => void;

/** A watch can start as far back as all three bounds reach. */
export interface History {
  /** Events of one kind. */
  limit: number;
  /** What their objects take in the store. */
  bytes: number;
  /** Milliseconds. */
  maxAge: number;
}

export interface ResourceState {
  readonly kind: Kind;
  readonly objects: Collection;
  readonly watchers: Watchers;
  /** Parts of the server that keep something of their own up to date; they are no requests. */
  readonly followers: Set<Follower>;
  apply(event: ResourceEvent, now: number): void;
  /** Lets go of history that is too old; `apply` does so too, but not where nothing happens. */
  forget(now: number): void;
  /** Events after a revision; undefined where that is older than what is remembered. */
  since(revision: number): ResourceEvent[] | undefined;
}

export function createResourceState(kind: Kind, startRevision: number, limits: History): ResourceState {
  const objects = createCollection();
  const watchers = createWatchers();
  const followers = new Set<Follower>();
  const history: { event: ResourceEvent; at: number }[] = [];
  /** Of the objects of `history`, in the store. */
  let bytes = 0;
  /** Everything after this revision is in `history`. */
  let completeAfter = startRevision;

  /** How many of the oldest go so that the rest is within all bounds. */
  const surplus = (now: number): number => {
    let most = bytes;
    const first = history.findIndex(({ event, at }, index) => {
      const isWithin = history.length - index <= limits.limit && most <= limits.bytes && now - at <= limits.maxAge;
      most -= event.record.size;
      return isWithin;
    });
    return first === -1 ? history.length : first;
  };
  /** Waits until a bound is exceeded by a quarter, so that not every event moves all others. */
  const forget = (now: number) => {
    const isOver =
      history.length >= limits.limit * 1.25 ||
      bytes >= limits.bytes * 1.25 ||
      now - (history[0]?.at ?? now) >= limits.maxAge * 1.25;
    if (!isOver) return;
    for (const { event } of history.splice(0, surplus(now))) {
      completeAfter = event.record.revision;
      bytes -= event.record.size;
    }
  };

  return {
    kind,
    objects,
    watchers,
    followers,
    forget,
    apply: (event, now) => {
      if (event.type === 'DELETED') objects.remove(event.record.id);
      else objects.put(event.record);
      history.push({ event, at: now });
      bytes += event.record.size;
      forget(now);
      for (const follow of followers) follow(event);
      event.frames = new Map();
      watchers.tell(event);
      // Those who come later are few; the history need not hold every frame for them.
      event.frames = undefined;
      event.previous?.shed();
      if (event.type === 'DELETED') event.record.shed();
    },
    since: (revision) =>
      revision < completeAfter
        ? undefined
        : history.filter(({ event }) => event.record.revision > revision).map(({ event }) => event),
  };
}
