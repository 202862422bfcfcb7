/**
 * Records events about objects with client-go's correlation: a repeated event increments the count of the first one,
 * many similar events are merged, and events of one object cannot flood the store.
 * https://github.com/kubernetes/client-go/blob/master/tools/record/events_cache.go
 */

import { isNotFound } from '../api/errors.ts';
import type { Kind } from '../api/kind.ts';
import { mediaType } from '../api/media-types.ts';
import type { core, Draft, Event, KubeObject } from '../api/types.ts';
import { type Clock, timestamp } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Client } from './client.ts';

export type Reference = core.ObjectReference;

export interface Recorder {
  /** Returns at once; the event is written in the background and failures are logged. */
  event(regarding: KubeObject | Reference, type: 'Normal' | 'Warning', reason: string, message: string): void;
}

export interface RecorderOptions {
  client: Client;
  /** The declaration of core/v1 Event. */
  events: Kind<Event>;
  /** The source of the events, e.g. `kubelet`, `default-scheduler`, `replicaset-controller`. */
  component: string;
  /** The node's name, for a component that runs on one node. */
  host?: string;
  clock: Clock;
  log: Logger;
}

const maxEntries = 4096;
/**
 * When one reason has this many different messages within the interval, further ones are merged into one event that
 * starts with "(combined from similar events)".
 */
const maxSimilar = 10;
const similarInterval = 10 * 60_000;
/** A token bucket per object: this many events at once, then one every five minutes. */
const burst = 25;
const refillEvery = 5 * 60_000;

export const referenceTo = (object: KubeObject, fieldPath?: string): Reference => ({
  kind: object.kind,
  apiVersion: object.apiVersion,
  name: object.metadata.name,
  namespace: object.metadata.namespace,
  uid: object.metadata.uid,
  resourceVersion: object.metadata.resourceVersion,
  ...(fieldPath ? { fieldPath } : {}),
});

/** A map that drops the least recently used entry. */
class RecentlyUsed<V> {
  readonly #entries = new Map<string, V>();
  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }
  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= maxEntries) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}

/** Returns true if the object has recorded too many events lately. */
function createSpamFilter(clock: Clock): (key: string) => boolean {
  const buckets = new RecentlyUsed<{ tokens: number; at: number }>();
  return (key) => {
    const now = clock.now();
    const bucket = buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + (now - bucket.at) / refillEvery);
    const spam = tokens < 1;
    buckets.set(key, { tokens: spam ? tokens : tokens - 1, at: now });
    return spam;
  };
}

/** Upstream's EventAggregatorByReasonFunc: rewrites the message once one reason has had many different ones. */
function createAggregator(clock: Clock): (key: string, message: string) => { key: string; message: string } {
  const seen = new RecentlyUsed<{ messages: Set<string>; at: number }>();
  return (key, message) => {
    const now = clock.now();
    const known = seen.get(key);
    const record = known && now - known.at <= similarInterval ? known : { messages: new Set<string>(), at: now };
    record.at = now;
    if (record.messages.size < maxSimilar) record.messages.add(message);
    seen.set(key, record);
    if (record.messages.size < maxSimilar) return { key: `${key}|${message}`, message };
    return { key, message: `(combined from similar events): ${message}` };
  };
}

/**
 * Tells events of one object and millisecond apart. All recorders of the process count together; those of other
 * processes begin elsewhere.
 */
let serial = Math.floor(Math.random() * 1_000_000);

/** Creates the recorder of one component. Events are written in order, one at a time. */
export function createRecorder(options: RecorderOptions): Recorder {
  const { clock, log, component, host } = options;
  const resource = options.client.resource(options.events);
  const isSpam = createSpamFilter(clock);
  const aggregate = createAggregator(clock);
  const written = new RecentlyUsed<{ name: string; namespace: string; count: number }>();
  /** One write at a time, so that counts stay in order. */
  let tail: Promise<void> = Promise.resolve();

  const draft = (regarding: Reference, type: string, reason: string, message: string): Draft<Event> => {
    serial += 1;
    const now = timestamp(clock.now());
    const unique = BigInt(clock.now()) * 1_000_000n + BigInt(serial % 1_000_000);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${regarding.name}.${unique.toString(16)}`, namespace: regarding.namespace || 'default' },
      involvedObject: regarding,
      reason,
      message: message.slice(0, 1024),
      type,
      source: { component, ...(host ? { host } : {}) },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      reportingComponent: component,
      reportingInstance: host ?? '',
    };
  };

  const write = async (key: string, event: Draft<Event>): Promise<void> => {
    const known = written.get(key);
    if (known) {
      const patch = { count: known.count + 1, lastTimestamp: event.lastTimestamp, message: event.message };
      try {
        await resource.patch(known.name, known.namespace, mediaType.strategicMergePatch, patch);
        written.set(key, { ...known, count: known.count + 1 });
        return;
      } catch (error) {
        // The event has expired: create a new one.
        if (!isNotFound(error)) throw error;
      }
    }
    await resource.create(event);
    const { name = '', namespace = '' } = event.metadata;
    written.set(key, { name, namespace, count: 1 });
  };

  return {
    event(regarding, type, reason, message) {
      const reference = 'metadata' in regarding ? referenceTo(regarding) : regarding;
      const { kind, namespace, name, uid, apiVersion, fieldPath } = reference;
      const object = [component, host, kind, namespace, name, uid, apiVersion].join('|');
      if (isSpam(object)) return;
      const merged = aggregate([object, fieldPath, type, reason].join('|'), message);
      const event = draft(reference, type, reason, merged.message);
      tail = tail
        .then(() => write(merged.key, event))
        .catch((error) => log.warn('Unable to write event', { reason, object: `${namespace}/${name}`, error }));
    },
  };
}
