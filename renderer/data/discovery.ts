/**
 * What each context serves, as main tells it. It is followed for the contexts on screen and only while the window is
 * visible: a hidden window asks nothing, and catches up when it is looked at again.
 */
import { useCallback, useSyncExternalStore } from 'react';
import type { CallError } from '../../main/contract/reply.ts';
import type { ResourceRef, ServedResource, ServedResources } from '../../main/contract/resources.ts';
import type { ContextResources } from '../../main/contract/streams.ts';
import { desktop, errorOf } from './desktop.ts';
import { sameResource } from './refs.ts';
import { retryFailed } from './resources.ts';

export interface Discovery extends ServedResources {
  /** False until the server has answered once. */
  loaded: boolean;
  error?: CallError;
}

const nothing: Discovery = { resources: [], silent: [], loaded: false };

class ContextDiscovery {
  value = nothing;
  private readonly context: string;
  private readonly listeners = new Set<() => void>();
  private id: string | undefined;

  constructor(context: string) {
    this.context = context;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    this.follow();
    return () => {
      this.listeners.delete(listener);
      this.follow();
    };
  }

  /** Opens or closes what main tells, by whether somebody looks. */
  follow(): void {
    const isWanted = this.listeners.size > 0 && !document.hidden;
    if (isWanted && !this.id) this.open();
    if (isWanted || !this.id) return;
    void desktop.call('subscription.close', { id: this.id });
    this.id = undefined;
  }

  /** Main has forgotten it. */
  reopen(): void {
    this.id = undefined;
    this.follow();
  }

  apply({ id, served, error }: ContextResources): void {
    if (id !== this.id) return;
    this.set({
      ...(served ?? this.value),
      loaded: this.value.loaded || served !== undefined,
      ...(error ? { error } : {}),
    });
    if (served) retryFailed(this.context);
  }

  private set({ resources, silent, loaded, error }: Discovery): void {
    this.value = { resources, silent, loaded, ...(error ? { error } : {}) };
    for (const listener of [...this.listeners]) listener();
  }

  private open(): void {
    this.id = crypto.randomUUID();
    const fail = (error: CallError) => this.set({ ...this.value, error });
    desktop.call('context.discover', { id: this.id, context: this.context }).then(
      (reply) => reply.ok || fail(reply.error),
      (error: unknown) => fail(errorOf(error)),
    );
  }
}

const byContext = new Map<string, ContextDiscovery>();

function discoveryIn(context: string): ContextDiscovery {
  const found = byContext.get(context) ?? new ContextDiscovery(context);
  byContext.set(context, found);
  return found;
}

desktop.on('context.resources', (told) => {
  for (const discovery of byContext.values()) discovery.apply(told);
});
desktop.onForgotten(() => {
  for (const discovery of byContext.values()) discovery.reopen();
});
document.addEventListener('visibilitychange', () => {
  for (const discovery of byContext.values()) discovery.follow();
});

/** Without a context (none chosen, or its cluster does not run) nothing is asked for. */
export function useDiscovery(context: string | undefined): Discovery {
  const subscribe = useCallback(
    (listener: () => void) => (context ? discoveryIn(context).subscribe(listener) : () => undefined),
    [context],
  );
  return useSyncExternalStore(subscribe, () => (context ? discoveryOf(context) : nothing));
}

/** As it is known now. */
export const discoveryOf = (context: string): Discovery => byContext.get(context)?.value ?? nothing;

export const findServed = ({ resources }: Pick<Discovery, 'resources'>, ref: ResourceRef): ServedResource | undefined =>
  resources.find((resource) => sameResource(resource, ref));
