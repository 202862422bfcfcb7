/**
 * Tells a window what a context serves, now and after each change. The window asks only while it is visible.
 * It notices changes through a watch of custom resource definitions and aggregated APIs, or else by asking again.
 */
import type { ServedResources } from '../../contract/resources.ts';
import type { ContextResources } from '../../contract/streams.ts';
import { toCallError } from '../../failure.ts';
import type { KubeConnection } from '../../kube/connection.ts';
import { onWake } from '../wake.ts';
import { type DefinitionsWatcher, isDefinition, watchDefinitions } from './definitions-watch.ts';
import { resourcesOf, type ServerResources } from './server-resources.ts';

export interface DiscoveryRelayOptions {
  id: string;
  connect: () => Promise<KubeConnection>;
  emit: (resources: ContextResources) => void;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
}

/** Milliseconds between two requests: if the server answers 304; if a watch reports changes; otherwise. */
const looks = { cheap: 750, watched: 30_000, costly: 10_000 };
/** A server publishes a new definition's resources a moment later: ask again after these milliseconds. */
const afterChange = [150, 600, 1_500, 4_000];
const firstDelay = 1_000;
const longestDelay = 8_000;

/** Runs until the signal aborts; a failure of the server goes to the window as `error`. */
export async function relayDiscovery({ id, connect, emit, sleep, signal }: DiscoveryRelayOptions): Promise<void> {
  let told: ServedResources | undefined;
  let isFailing = false;
  let delay = firstDelay;
  const nudges = createNudges(sleep, signal);
  try {
    while (!signal.aborted) {
      let pause: number;
      try {
        const server = resourcesOf(await connect());
        const served = await server.refresh();
        if (signal.aborted) return;
        if (served !== told || isFailing) emit({ id, served });
        told = served;
        isFailing = false;
        delay = firstDelay;
        nudges.follow(await connect(), served);
        pause = nudges.isDue() ?? pauseFor(server, nudges.areWatched());
      } catch (error) {
        if (signal.aborted) return;
        emit({ id, error: toCallError(error) });
        isFailing = true;
        pause = delay;
        delay = Math.min(delay * 2, longestDelay);
      }
      await nudges.rest((early) => sleep(pause, early));
    }
  } finally {
    nudges.close();
  }
}

/** If definitions are served but may not be watched, a change shows only after a while. */
function pauseFor({ isCheap, current }: ServerResources, isWatched: boolean): number {
  if (isWatched) return looks.watched;
  return isCheap && !current?.resources.some(isDefinition) ? looks.cheap : looks.costly;
}

/** What brings the next request forward: a changed definition, or a machine that woke up. */
function createNudges(sleep: DiscoveryRelayOptions['sleep'], signal: AbortSignal) {
  let early = new AbortController();
  let due: number[] = [];
  let watched: (DefinitionsWatcher & { connection: KubeConnection }) | undefined;
  const forgetWake = onWake(() => early.abort());
  const onChange = () => {
    due = [...afterChange];
    early.abort();
  };
  const onFirstOpen = () => early.abort();
  return {
    follow(connection: KubeConnection, served: ServedResources) {
      if (watched?.connection === connection && watched.covers(served)) return;
      watched?.stop();
      watched = { connection, ...watchDefinitions({ connection, served, onChange, onFirstOpen, sleep, signal }) };
    },
    isDue: () => due.shift(),
    areWatched: () => watched?.isLive() ?? false,
    async rest(pause: (signal: AbortSignal) => Promise<void>) {
      const { signal: woken } = early;
      try {
        if (!woken.aborted) await pause(AbortSignal.any([signal, woken]));
      } catch (error) {
        if (!signal.aborted && !woken.aborted) throw error;
      } finally {
        if (woken.aborted) early = new AbortController();
      }
    },
    close() {
      forgetWake();
      watched?.stop();
    },
  };
}
