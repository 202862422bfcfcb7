/** One window's end of the contract: all handlers, what the window has open, and the events sent to it. */

import type { Reply } from '../contract/reply.ts';
import type { CallName, DesktopCalls, DesktopEvents, EventName, Handlers } from '../contract.ts';
import { CallFailure, toCallError } from '../failure.ts';
import { appCalls } from './app.ts';
import { clusterCalls } from './clusters.ts';
import { contextCalls } from './contexts.ts';
import { resourceCalls } from './resources.ts';
import type { Services } from './services.ts';
import { streamCalls } from './streams.ts';
import { createSubscriptions, type Emit } from './subscriptions.ts';

export interface Session {
  /** Never rejects: failures are part of the reply, also for a name that is not in the contract. */
  dispatch(name: string, input: unknown): Promise<Reply<unknown>>;
  dispose(): void;
}

export function createSession(
  services: Services,
  send: (name: EventName, event: DesktopEvents[EventName]) => void,
): Session {
  const emit: Emit = (name, event) => send(name, event);
  const subscriptions = createSubscriptions();
  const closed = new AbortController();
  const handlers: Handlers = {
    ...appCalls(services),
    ...clusterCalls(services),
    ...contextCalls(services),
    ...resourceCalls(services),
    ...streamCalls(services, emit, subscriptions),
  };
  const forget = [
    services.clusters.onProgress((progress) => emit('cluster.progress', progress)),
    services.clusters.onChanged((clusters) => emit('cluster.changed', clusters)),
    services.kube.onChanged((contexts) => emit('context.changed', contexts)),
    services.preferences.onChanged((preferences) => emit('preferences.changed', preferences)),
  ];
  return {
    async dispatch(name, input) {
      try {
        if (!isCall(handlers, name)) throw new CallFailure('UnknownCall', `There is no call named ${name}`);
        return { ok: true, value: await run(handlers, name, input, closed.signal) };
      } catch (error) {
        return { ok: false, error: toCallError(error) };
      }
    },
    dispose() {
      closed.abort();
      subscriptions.closeAll();
      for (const stop of forget) stop();
    },
  };
}

const isCall = (handlers: Handlers, name: string): name is CallName => Object.hasOwn(handlers, name);

/** Input is not validated: the window is our own and is type-checked against the same contract. */
const run = <C extends CallName>(handlers: Handlers, name: C, input: unknown, signal: AbortSignal) =>
  handlers[name](input as DesktopCalls[C]['input'], signal);
