/**
 * What runs on this node, updated by the engine's events instead of by polling. An event costs one inspection, unless
 * it says everything itself (`follow-events.ts`): an engine that starts many containers takes long to answer. The whole
 * list is read only at the start and after the event stream broke.
 */
import { messageOf } from '../../api/errors.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { createEventFollower } from './follow-events.ts';
import { createObjectIndex } from './object-index.ts';
import type { Runtime, RuntimeContainer, RuntimeEvent, RuntimeObject, RuntimeSandbox } from './runtime.ts';

export interface RuntimeCache {
  sandboxes(podUid: string): RuntimeSandbox[];
  containers(podUid: string): RuntimeContainer[];
  /** Uids of all pods that have a sandbox or a container. */
  podUids(): string[];
  allSandboxes(): RuntimeSandbox[];
  put(object: RuntimeObject): void;
  /** Asks the runtime for the object; for callers that know that it just changed. */
  refresh(id: string, signal: AbortSignal): Promise<void>;
  forget(id: string): void;
  /** Requests a pass over the pod. */
  touch(podUid: string): void;
  /** Follows the events until the signal aborts. `synced` resolves after the first list. */
  run(signal: AbortSignal): Promise<void>;
  readonly synced: Promise<void>;
}

export interface RuntimeCacheOptions {
  runtime: Runtime;
  clock: Clock;
  log: Logger;
  onChange(podUid: string): void;
  /** Called with the reason when the runtime stops answering, and with undefined when it answers again. */
  onHealth(reason: string | undefined): void;
}

const longestDelay = 5_000;

export function createRuntimeCache({ runtime, clock, log, onChange, onHealth }: RuntimeCacheOptions): RuntimeCache {
  const objects = createObjectIndex(onChange);
  const { promise: synced, resolve } = Promise.withResolvers<void>();

  const follower = createEventFollower(objects);
  const { put, forget } = follower;
  const refresh = async (id: string, signal: AbortSignal): Promise<void> => {
    const object = await runtime.inspect(id, signal);
    if (object) put(object);
    else forget(id);
  };
  const relist = async (signal: AbortSignal): Promise<void> => {
    const [sandboxes, containers] = await Promise.all([runtime.listSandboxes(signal), runtime.listContainers(signal)]);
    follower.replaceAll([
      ...sandboxes.map((sandbox): RuntimeObject => ({ type: 'sandbox', sandbox })),
      ...containers.map((container): RuntimeObject => ({ type: 'container', container })),
    ]);
  };

  /** Subscribe before listing: an event between the two would otherwise be lost. */
  const follow = async (signal: AbortSignal): Promise<void> => {
    const events = runtime.events(signal)[Symbol.asyncIterator]();
    const ahead = (): Promise<IteratorResult<RuntimeEvent>> => {
      const next = events.next();
      // `next` is awaited below. If something else fails first, that failure is reported instead.
      next.catch(() => undefined);
      return next;
    };
    let next = ahead();
    await relist(signal);
    resolve();
    report(undefined);
    for (let item = await next; !item.done; item = await next) {
      next = ahead();
      if (follower.take(item.value) === 'inspect') await refresh(item.value.id, signal);
    }
  };
  let unhealthy: string | undefined;
  const report = (now: string | undefined): void => {
    if (now === unhealthy) return;
    unhealthy = now;
    onHealth(now);
  };
  /** Follows the events once; the stream is closed however this ends. */
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
    sandboxes: objects.sandboxes,
    containers: objects.containers,
    podUids: objects.podUids,
    allSandboxes: objects.allSandboxes,
    put,
    forget,
    refresh,
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
          report(messageOf(error));
        }
        await pause(delay, signal);
        delay = Math.min(delay * 2, longestDelay);
      }
    },
  };
}
