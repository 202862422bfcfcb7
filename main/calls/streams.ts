/** Calls that start something live, which then speaks through events until `subscription.close`. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Handlers } from '../contract.ts';
import { toCallError } from './failure.ts';
import { followLog } from './logs.ts';
import type { Services } from './services.ts';
import { createShells } from './shells.ts';
import type { Emit, Subscriptions } from './subscriptions.ts';
import { relayWatch } from './watch-relay.ts';

type StreamCalls = Pick<
  Handlers,
  'resource.watch' | 'log.open' | 'shell.open' | 'shell.input' | 'shell.resize' | 'shell.shown' | 'subscription.close'
>;

const sleep = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  await delay(milliseconds, undefined, { signal });
};

export function streamCalls(services: Services, emit: Emit, subscriptions: Subscriptions): StreamCalls {
  const shells = createShells(services, emit, subscriptions);
  return {
    async 'resource.watch'(target) {
      const signal = subscriptions.open(target.id);
      const connect = () => services.kube.connection(target.context);
      const relay = {
        target,
        connect,
        sleep,
        signal,
        emit: (changes: Parameters<typeof emit<'resource.changes'>>[1]) => {
          if (!signal.aborted) emit('resource.changes', changes);
        },
      };
      relayWatch(relay).catch((error: unknown) =>
        emit('resource.changes', { id: target.id, events: [], synced: false, error: toCallError(error) }),
      );
      return undefined;
    },
    async 'log.open'(request) {
      const signal = subscriptions.open(request.id);
      const connect = () => services.kube.connection(request.context);
      const follow = {
        request,
        connect,
        sleep,
        signal,
        emit: (lines: Parameters<typeof emit<'log.lines'>>[1]) => {
          if (!signal.aborted) emit('log.lines', lines);
        },
      };
      followLog(follow).catch((error: unknown) =>
        emit('log.lines', { id: request.id, lines: [], ended: true, error: toCallError(error) }),
      );
      return undefined;
    },
    async 'shell.open'(input) {
      await shells.open(input);
      return undefined;
    },
    async 'shell.input'({ id, data }) {
      shells.write(id, data);
      return undefined;
    },
    async 'shell.resize'({ id, columns, rows }) {
      shells.resize(id, columns, rows);
      return undefined;
    },
    async 'shell.shown'({ id, characters }) {
      shells.shown(id, characters);
      return undefined;
    },
    async 'subscription.close'({ id }) {
      subscriptions.close(id);
      return undefined;
    },
  };
}
