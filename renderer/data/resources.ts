/**
 * Live lists from the cluster on screen: one watch per (context, resource), however many components look at it.
 * A list that nobody looks at any more is kept for a while, so that going back and forth shows it at once.
 */
import { useCallback, useSyncExternalStore } from 'react';
import type { AnyObject, KubeObject } from '../../agent/api/types.ts';
import type { CallError, ResourceChanges, ResourceRef } from '../../main/contract.ts';
import { desktop, errorOf } from './desktop.ts';
import { heardOf } from './sync.ts';

export interface Snapshot<T extends KubeObject = AnyObject> {
  items: readonly T[];
  /** False until the first list has come. */
  loaded: boolean;
  error?: CallError;
}

const lingerMilliseconds = 30_000;
/** A list of that many changes all the time; it is drawn a few times a second, not with every change. */
const manyObjects = 2_000;
const manyPause = 400;
const nothing: Snapshot = { items: [], loaded: false };

/** What many parts of the window look at. */
export const podRef: ResourceRef = { group: '', version: 'v1', plural: 'pods' };
export const namespaceRef: ResourceRef = { group: '', version: 'v1', plural: 'namespaces' };

export const objectKey = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

class LiveList {
  snapshot: Snapshot = nothing;
  readonly id = crypto.randomUUID();
  private readonly target: { context: string; resource: ResourceRef };
  private readonly objects = new Map<string, AnyObject>();
  private readonly listeners = new Set<() => void>();
  private linger: ReturnType<typeof setTimeout> | undefined;
  private isOpen = false;
  private publishedAt = 0;
  /** Something has changed that was not shown yet. */
  private isBehind = false;
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor(target: { context: string; resource: ResourceRef }) {
    this.target = target;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    clearTimeout(this.linger);
    this.open();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.linger = setTimeout(() => this.close(), lingerMilliseconds);
    };
  }

  reopen(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.open();
  }

  apply({ resync, events, error, latency }: ResourceChanges): void {
    if (!error) heardOf(this.target.context, latency);
    if (!resync && events.length === 0 && !error && !this.snapshot.error) return;
    if (resync) {
      this.objects.clear();
      for (const object of resync) this.objects.set(objectKey(object), object);
    }
    for (const event of events) {
      if (event.type === 'ADDED' || event.type === 'MODIFIED') this.objects.set(objectKey(event.object), event.object);
      else if (event.type === 'DELETED') this.objects.delete(objectKey(event.object));
    }
    const changed = resync !== undefined || events.length > 0;
    const loaded = this.snapshot.loaded || resync !== undefined;
    this.isBehind ||= changed;
    const show = () => {
      const items = this.isBehind ? [...this.objects.values()] : this.snapshot.items;
      this.publish({ items, loaded, ...(error ? { error } : {}) });
    };
    const wait = this.publishedAt + manyPause - performance.now();
    clearTimeout(this.later);
    if (this.objects.size < manyObjects || wait <= 0 || !changed) show();
    else this.later = setTimeout(show, wait);
  }

  private publish(snapshot: Snapshot): void {
    clearTimeout(this.later);
    this.publishedAt = performance.now();
    this.isBehind = false;
    this.snapshot = snapshot;
    for (const listener of [...this.listeners]) listener();
  }

  private open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    lists.set(this.id, this);
    desktop.call('resource.watch', { id: this.id, ...this.target }).then(
      (reply) => reply.ok || this.publish({ ...this.snapshot, error: reply.error }),
      (error: unknown) => this.publish({ ...this.snapshot, error: errorOf(error) }),
    );
  }

  private close(): void {
    this.isOpen = false;
    lists.delete(this.id);
    byTarget.delete(targetKey(this.target.context, this.target.resource));
    void desktop.call('subscription.close', { id: this.id });
  }
}

const lists = new Map<string, LiveList>();
const byTarget = new Map<string, LiveList>();
const targetKey = (context: string, { group, version, plural }: ResourceRef) =>
  `${context} ${group}/${version}/${plural}`;

desktop.on('resource.changes', (changes) => lists.get(changes.id)?.apply(changes));
desktop.onForgotten(() => {
  for (const list of lists.values()) list.reopen();
});

function listOf(context: string, resource: ResourceRef): LiveList {
  const key = targetKey(context, resource);
  const list = byTarget.get(key) ?? new LiveList({ context, resource });
  byTarget.set(key, list);
  return list;
}

/** Without a context (none chosen yet) or resource nothing is asked for. */
export function useResources<T extends KubeObject = AnyObject>(context: string, resource?: ResourceRef): Snapshot<T> {
  const key = resource && context ? targetKey(context, resource) : '';
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says everything about context and resource
  const subscribe = useCallback(
    (listener: () => void) => (resource && context ? listOf(context, resource).subscribe(listener) : () => undefined),
    [key],
  );
  const get = () => (resource && context ? (byTarget.get(key)?.snapshot ?? nothing) : nothing);
  return useSyncExternalStore(subscribe, get) as Snapshot<KubeObject> as Snapshot<T>;
}
