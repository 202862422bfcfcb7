/**
 * Live lists from the cluster on screen: one watch per (context, resource), however many components look at it.
 * A list that nobody looks at any more is kept for a while, so that going back and forth shows it at once.
 */
import { useCallback, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import type { AnyObject, KubeObject } from '../../agent/api/types.ts';
import type { CallError } from '../../main/contract/reply.ts';
import type { ResourceRef, TableColumn } from '../../main/contract/resources.ts';
import type { ResourceChanges } from '../../main/contract/streams.ts';
import { after, type Confinement, confinedTo, errorOf as errorIn } from './confinement.ts';
import { desktop, errorOf } from './desktop.ts';
import { knownNamespaces, onKnownNamespaces } from './namespaces.ts';
import { resourceName } from './refs.ts';
import { heardOf } from './sync.ts';
import { keepCells } from './table-cells.ts';

export interface Snapshot<T extends KubeObject = AnyObject> {
  items: readonly T[];
  /** False until the first list has come. */
  loaded: boolean;
  /** Of a table: the server's own columns. */
  columns?: readonly TableColumn[];
  error?: CallError;
  /** The user may not list it in all namespaces: where it was looked for instead. */
  confined?: Confinement;
}

const lingerMilliseconds = 30_000;
/** A list of that many changes all the time; it is drawn a few times a second, not with every change. */
const manyObjects = 2_000;
const manyPause = 400;
const nothing: Snapshot = { items: [], loaded: false };

export const objectKey = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** `table`: with the server's own columns and cells. */
export type ListForm = 'objects' | 'table';

interface Target {
  context: string;
  resource: ResourceRef;
  form: ListForm;
}

class LiveList {
  snapshot: Snapshot = nothing;
  readonly id = crypto.randomUUID();
  private readonly target: Target;
  private readonly objects = new Map<string, AnyObject>();
  private readonly listeners = new Set<() => void>();
  private linger: ReturnType<typeof setTimeout> | undefined;
  private columns: readonly TableColumn[] | undefined;
  private confined: Confinement | undefined;
  private isOpen = false;
  private publishedAt = 0;
  /** Something has changed that was not shown yet. */
  private isBehind = false;
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor(target: Target) {
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

  retry(context: string): void {
    if (context === this.target.context && this.snapshot.error) this.reopen();
  }

  reopen(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.open();
  }

  /** Other namespaces may be known of than those that it was asked for in. */
  lookFurther(): void {
    if (this.confined && this.confined.namespaces.join() !== knownNamespaces(this.target.context).join()) this.reopen();
  }

  apply(changes: ResourceChanges): void {
    const { resync, events, error, latency, table, confined } = changes;
    if (!error) heardOf(this.target.context, latency);
    if (table) keepCells([...(resync ?? []), ...events.map(({ object }) => object)], table.cells);
    this.columns = sameColumns(this.columns, table?.columns);
    if (confined && error) this.confine(confined, error);
    else this.follow(changes);
  }

  private follow(changes: ResourceChanges): void {
    const { resync, events } = changes;
    const before = this.confined;
    this.confined = changes.namespace !== undefined && before ? after(before, changes) : undefined;
    const error = this.confined ? errorIn(this.confined) : changes.error;
    const changed = resync !== undefined || events.length > 0;
    const isAwaited = before && (before.waiting.size > 0 || before.errors.size > 0);
    if (!changed && !changes.error && !this.snapshot.error && !isAwaited) return;
    this.take(changes);
    this.isBehind ||= changed;
    const isComplete = this.confined ? this.confined.waiting.size === 0 && !error : resync !== undefined;
    this.show(this.snapshot.loaded || isComplete, error, changed);
  }

  private show(loaded: boolean, error: CallError | undefined, canWait: boolean): void {
    const publish = () => {
      const items = this.isBehind ? [...this.objects.values()] : this.snapshot.items;
      const { columns, confined } = this;
      this.publish({
        items,
        loaded,
        ...(columns ? { columns } : {}),
        ...(error ? { error } : {}),
        ...(confined ? { confined } : {}),
      });
    };
    const wait = this.publishedAt + manyPause - performance.now();
    clearTimeout(this.later);
    if (this.objects.size < manyObjects || wait <= 0 || !canWait) publish();
    else this.later = setTimeout(publish, wait);
  }

  /** What it holds of other namespaces may not be seen any more. */
  private confine(namespaces: readonly string[], refusal: CallError): void {
    this.confined = confinedTo(namespaces, refusal);
    for (const [key, { metadata }] of this.objects)
      if (!namespaces.includes(metadata.namespace ?? '')) this.objects.delete(key);
    this.isBehind = true;
  }

  private take({ resync, events, namespace }: ResourceChanges): void {
    if (resync) {
      if (namespace === undefined) this.objects.clear();
      else
        for (const [key, { metadata }] of this.objects) if (metadata.namespace === namespace) this.objects.delete(key);
      for (const object of resync) this.objects.set(objectKey(object), object);
    }
    for (const event of events) {
      if (event.type === 'ADDED' || event.type === 'MODIFIED') this.objects.set(objectKey(event.object), event.object);
      else if (event.type === 'DELETED') this.objects.delete(objectKey(event.object));
    }
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
    const fallback = knownNamespaces(this.target.context);
    desktop.call('resource.watch', { id: this.id, ...this.target, fallback }).then(
      (reply) => reply.ok || this.publish({ ...this.snapshot, error: reply.error }),
      (error: unknown) => this.publish({ ...this.snapshot, error: errorOf(error) }),
    );
  }

  private close(): void {
    this.isOpen = false;
    lists.delete(this.id);
    byTarget.delete(targetKey(this.target));
    void desktop.call('subscription.close', { id: this.id });
  }
}

const lists = new Map<string, LiveList>();
const byTarget = new Map<string, LiveList>();
const targetKey = ({ context, resource, form }: Target) => `${context} ${form} ${resourceName(resource)}`;

desktop.on('resource.changes', (changes) => lists.get(changes.id)?.apply(changes));
desktop.onForgotten(() => {
  for (const list of lists.values()) list.reopen();
});
onKnownNamespaces(() => {
  for (const list of lists.values()) list.lookFurther();
});

/** The very same columns as before where they say the same, so that rows need not be drawn again. */
function sameColumns(before: readonly TableColumn[] | undefined, after: readonly TableColumn[] | undefined) {
  return after === undefined || JSON.stringify(before) === JSON.stringify(after) ? before : after;
}

/** What a context serves has changed: lists that failed may work now. */
export function retryFailed(context: string): void {
  for (const list of lists.values()) list.retry(context);
}

function listOf(target: Target): LiveList {
  const key = targetKey(target);
  const list = byTarget.get(key) ?? new LiveList(target);
  byTarget.set(key, list);
  return list;
}

/** Without a context (none chosen yet) or resource nothing is asked for. */
export function useResources<T extends KubeObject = AnyObject>(
  context: string,
  resource?: ResourceRef,
  form: ListForm = 'objects',
): Snapshot<T> {
  const target = resource && context ? { context, resource, form } : undefined;
  const key = target ? targetKey(target) : '';
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says everything about the target
  const subscribe = useCallback(
    (listener: () => void) => (target ? listOf(target).subscribe(listener) : () => undefined),
    [key],
  );
  const get = () => (target ? (byTarget.get(key)?.snapshot ?? nothing) : nothing);
  return useSyncExternalStore(subscribe, get) as Snapshot<KubeObject> as Snapshot<T>;
}

/** Several lists at once, in the order of the resources. */
export function useLists(context: string, resources: readonly ResourceRef[]): readonly Snapshot[] {
  const [snapshots, setSnapshots] = useState<readonly Snapshot[]>(() => resources.map(() => nothing));
  const key = resources.map(resourceName).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says everything about the resources
  useLayoutEffect(() => {
    const lists = context ? resources.map((resource) => listOf({ context, resource, form: 'objects' })) : [];
    const read = () => setSnapshots(lists.map(({ snapshot }) => snapshot));
    const forget = lists.map((list) => list.subscribe(read));
    read();
    return () => {
      for (const stop of forget) stop();
    };
  }, [context, key]);
  return snapshots;
}
