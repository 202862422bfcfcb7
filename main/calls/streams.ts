/** Calls that start something live, which sends events until `subscription.close`. */
import { setTimeout as delay } from 'node:timers/promises';
import type { DesktopEvents, Handlers } from '../contract.ts';
import { toCallError } from '../failure.ts';
import { relayWhereAllowed } from './confined-watch.ts';
import { relayDiscovery } from './discovery/relay.ts';
import { followLog } from './logs.ts';
import { openResource } from './resources.ts';
import type { Services } from './services.ts';
import { createShells } from './shells.ts';
import type { Emit, Subscriptions } from './subscriptions.ts';

type StreamCalls = Pick<
  Handlers,
  | 'context.discover'
  | 'resource.watch'
  | 'log.open'
  | 'shell.open'
  | 'shell.input'
  | 'shell.resize'
  | 'shell.shown'
  | 'subscription.close'
>;

const sleep = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  await delay(milliseconds, undefined, { signal });
};

export function streamCalls(services: Services, emit: Emit, subscriptions: Subscriptions): StreamCalls {
  const shells = createShells(services, emit, subscriptions);
  /** Opens a stream that emits one kind of event until it is closed. */
  const open = <E extends 'context.resources' | 'resource.changes' | 'log.lines'>(
    event: E,
    { id, context }: { id: string; context: string },
  ) => {
    const signal = subscriptions.open(id);
    return {
      connect: () => services.kube.connection(context),
      sleep,
      signal,
      emit: (data: DesktopEvents[E]) => {
        if (!signal.aborted) emit(event, data);
      },
    };
  };
  return {
    async 'context.discover'(target) {
      relayDiscovery({ id: target.id, ...open('context.resources', target) }).catch((error: unknown) =>
        emit('context.resources', { id: target.id, error: toCallError(error) }),
      );
      return undefined;
    },
    async 'resource.watch'(target) {
      const opened = () => openResource(services, target.context, target.resource);
      relayWhereAllowed({ target, ...open('resource.changes', target), open: opened }).catch((error: unknown) =>
        emit('resource.changes', { id: target.id, events: [], synced: false, error: toCallError(error) }),
      );
      return undefined;
    },
    async 'log.open'(request) {
      followLog({ request, ...open('log.lines', request) }).catch((error: unknown) =>
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
