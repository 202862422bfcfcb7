/**
 * What runs on this node, kept current by the engine's events instead of by polling. One inspection per event; a whole
 * list only at the start and whenever the event stream broke.
 */
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { Runtime, RuntimeContainer, RuntimeEvent, RuntimeObject, RuntimeSandbox } from './runtime.ts';

export interface RuntimeCache {
  sandboxes(podUid: string): RuntimeSandbox[];
  containers(podUid: string): RuntimeContainer[];
  /** Uids of every pod that something of exists. */
  podUids(): string[];
  allSandboxes(): RuntimeSandbox[];
  put(object: RuntimeObject): void;
  /** Asks the runtime, for callers that know that something just changed. */
  refresh(id: string, signal: AbortSignal): Promise<void>;
  forget(id: string): void;
  /** Has the pod looked at again. */
  touch(podUid: string): void;
  /** Follows events until the signal aborts; `synced` resolves after the first list. */
  run(signal: AbortSignal): Promise<void>;
  readonly synced: Promise<void>;
}

export interface RuntimeCacheOptions {
  runtime: Runtime;
  clock: Clock;
  log: Logger;
  onChange(podUid: string): void;
  /** Called when the runtime stops answering, with the reason, and when it answers again. */
  onHealth(trouble: string | undefined): void;
}

const uidOf = (object: RuntimeObject): string =>
  object.type === 'sandbox' ? object.sandbox.pod.uid : object.container.pod.uid;
const idOf = (object: RuntimeObject): string => (object.type === 'sandbox' ? object.sandbox.id : object.container.id);

const longestDelay = 5_000;

export function createRuntimeCache({ runtime, clock, log, onChange, onHealth }: RuntimeCacheOptions): RuntimeCache {
  const objects = new Map<string, RuntimeObject>();
  const byPod = new Map<string, Set<string>>();
  const { promise: synced, resolve } = Promise.withResolvers<void>();

  const ofPod = (uid: string): RuntimeObject[] =>
    [...(byPod.get(uid) ?? [])].flatMap((id) => {
      const object = objects.get(id);
      return object ? [object] : [];
    });
  const forget = (id: string): void => {
    const object = objects.get(id);
    if (!object) return;
    objects.delete(id);
    const uid = uidOf(object);
    byPod.get(uid)?.delete(id);
    if (byPod.get(uid)?.size === 0) byPod.delete(uid);
    onChange(uid);
  };
  const put = (object: RuntimeObject): void => {
    const id = idOf(object);
    const uid = uidOf(object);
    objects.set(id, object);
    const ids = byPod.get(uid);
    if (ids) ids.add(id);
    else byPod.set(uid, new Set([id]));
    onChange(uid);
  };
  const refresh = async (id: string, signal: AbortSignal): Promise<void> => {
    const object = await runtime.inspect(id, signal);
    if (object) put(object);
    else forget(id);
  };
  const relist = async (signal: AbortSignal): Promise<void> => {
    const [sandboxes, containers] = await Promise.all([runtime.listSandboxes(signal), runtime.listContainers(signal)]);
    const present = new Set([...sandboxes, ...containers].map(({ id }) => id));
    for (const id of [...objects.keys()]) if (!present.has(id)) forget(id);
    for (const sandbox of sandboxes) put({ type: 'sandbox', sandbox });
    for (const container of containers) put({ type: 'container', container });
  };

  /** Events are asked for before the list: what happens between the two would otherwise be lost. */
  const follow = async (signal: AbortSignal): Promise<void> => {
    const events = runtime.events(signal)[Symbol.asyncIterator]();
    const ahead = (): Promise<IteratorResult<RuntimeEvent>> => {
      const next = events.next();
      // Awaited below; where something else fails first, that failure is the one that counts.
      next.catch(() => undefined);
      return next;
    };
    let next = ahead();
    await relist(signal);
    resolve();
    report(undefined);
    for (let item = await next; !item.done; item = await next) {
      next = ahead();
      const { type, id } = item.value;
      if (type === 'removed') forget(id);
      else await refresh(id, signal);
    }
  };
  let trouble: string | undefined;
  const report = (now: string | undefined): void => {
    if (now === trouble) return;
    trouble = now;
    onHealth(now);
  };
  /** Whatever ends it also closes the stream of events. */
  const followOnce = async (signal: AbortSignal): Promise<void> => {
    const ended = new AbortController();
    try {
      await follow(AbortSignal.any([signal, ended.signal]));
    } finally {
      ended.abort();
    }
  };

  const pause = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
    try {
      await clock.sleep(milliseconds, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };

  return {
    sandboxes: (uid) => ofPod(uid).flatMap((object) => (object.type === 'sandbox' ? [object.sandbox] : [])),
    containers: (uid) => ofPod(uid).flatMap((object) => (object.type === 'container' ? [object.container] : [])),
    podUids: () => [...byPod.keys()],
    allSandboxes: () => [...objects.values()].flatMap((o) => (o.type === 'sandbox' ? [o.sandbox] : [])),
    put,
    refresh,
    forget,
    touch: onChange,
    synced,
    async run(signal) {
      let delay = 100;
      while (!signal.aborted) {
        try {
          await followOnce(signal);
          delay = 100;
        } catch (error) {
          if (signal.aborted) return;
          log.warn('The container runtime is not answering, will retry', { error });
          report(error instanceof Error ? error.message : String(error));
        }
        await pause(delay, signal);
        delay = Math.min(delay * 2, longestDelay);
      }
    },
  };
}
