/** When each context's API server was last heard of: what is on screen is true as of then. */
import { useEffect } from 'react';
import { desktop } from './desktop.ts';
import { useNow } from './now.ts';
import { createStore, type Store, useStore } from './store.ts';

export interface Sync {
  /** Milliseconds since the epoch of its last word; 0 before there was one. */
  at: number;
  /** Since when it has been asked. */
  asked: number;
  /** Milliseconds of the last request. */
  latency?: number;
  /** What the last request failed with. */
  problem?: string;
}

export const syncs: Store<Readonly<Record<string, Sync>>> = createStore<Readonly<Record<string, Sync>>>({});

export function heardOf(context: string, latency?: number): void {
  syncs.update((all) => {
    const before = all[context];
    const known = latency ?? before?.latency;
    const at = Date.now();
    return {
      ...all,
      [context]: { at, asked: before?.asked ?? at, ...(known === undefined ? {} : { latency: known }) },
    };
  });
}

function noteProblem(context: string, problem: string): void {
  syncs.update((all) => ({ ...all, [context]: { ...(all[context] ?? { at: 0, asked: Date.now() }), problem } }));
}

/** Being looked at anew, it has its time to answer. */
function noteAsked(context: string): void {
  syncs.update((all) => ({ ...all, [context]: { at: 0, ...all[context], asked: Date.now() } }));
}

const pingEvery = 5_000;
const silentAfter = 15_000;

/** How long nothing has been heard of a context on screen that should answer, and whether that is too long. */
export function useSync(context: string): Sync & { age: number; isSilent: boolean } {
  const sync = useStore(syncs)[context] ?? { at: 0, asked: Date.now() };
  const now = useNow();
  return { ...sync, age: Math.max(0, now - sync.at), isSilent: isSilent(sync, now) };
}

export const isSilent = ({ at, asked }: Sync, now: number): boolean => now - Math.max(at, asked) > silentAfter;

/** Asked while the window is visible: a cluster where nothing happens sends nothing, nor does one that is gone. */
export function usePing(context: string): void {
  useEffect(() => {
    let isAsking = false;
    const ping = async () => {
      if (document.hidden || isAsking) return;
      isAsking = true;
      const reply = await desktop.call('context.ping', { context });
      isAsking = false;
      if (reply.ok) heardOf(context, reply.value.latency);
      else noteProblem(context, reply.error.message);
    };
    noteAsked(context);
    void ping();
    const timer = setInterval(ping, pingEvery);
    // Nobody looked in the meantime, so that nothing was asked.
    const onVisible = () => {
      if (document.hidden) return;
      noteAsked(context);
      void ping();
    };
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [context]);
}
