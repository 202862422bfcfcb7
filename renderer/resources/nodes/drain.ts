/**
 * Empties a node as `kubectl drain --ignore-daemonsets --delete-emptydir-data --force` does: pods are evicted, not
 * deleted, so that disruption budgets hold; one that a budget keeps is asked for again until it may go.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 */
import type { meta, Pod } from '../../../agent/api/types.ts';
import type { CallError, Reply } from '../../../main/contract/reply.ts';

/** Owners that would make their pods anew on the same node, cordoned or not. */
const remakers = new Set(['DaemonSet', 'Node']);

const remakes = ({ kind, controller }: meta.OwnerReference): boolean => (controller ?? false) && remakers.has(kind);

/** Pods that the node makes itself, or that would come back to it at once, stay. */
export const leaves = ({ metadata }: Pod): boolean =>
  metadata.annotations?.['kubernetes.io/config.mirror'] === undefined && !metadata.ownerReferences?.some(remakes);

export const isBare = ({ metadata }: Pod): boolean => !metadata.ownerReferences?.some(({ controller }) => controller);

export const hasEmptyDir = ({ spec }: Pod): boolean => spec.volumes?.some(({ emptyDir }) => emptyDir) ?? false;

export type Departure =
  | { state: 'waiting' | 'leaving' | 'gone' }
  | { state: 'blocked' | 'failed'; reason: string; hint?: string };

export interface Evictor {
  evict(pod: Pod): Promise<Reply<unknown>>;
  /** Resolves early, and for good, where the drain was given up. */
  sleep(milliseconds: number): Promise<void>;
  isGivenUp(): boolean;
  report(uid: string, departure: Departure): void;
}

/** As kubectl waits between two attempts. */
const retryAfter = 5_000;
const atOnce = 5;

export const eviction = ({ metadata: { name, namespace } }: Pod) => ({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name, namespace },
});

const isKeptByBudget = ({ code }: CallError): boolean => code === 'TooManyRequests';

async function evictOne(pod: Pod, by: Evictor): Promise<void> {
  while (!by.isGivenUp()) {
    const reply = await by.evict(pod);
    if (reply.ok) return by.report(pod.metadata.uid, { state: 'leaving' });
    const { code, message: reason, hint } = reply.error;
    if (code === 'NotFound') return by.report(pod.metadata.uid, { state: 'gone' });
    if (!isKeptByBudget(reply.error)) return by.report(pod.metadata.uid, { state: 'failed', reason, hint });
    by.report(pod.metadata.uid, { state: 'blocked', reason });
    await by.sleep(retryAfter);
  }
}

/** A few pods at a time; resolves when each was evicted, could not be, or the drain was given up. */
export async function evictAll(pods: readonly Pod[], by: Evictor): Promise<void> {
  const queue = [...pods];
  const work = async () => {
    for (let pod = queue.shift(); pod && !by.isGivenUp(); pod = queue.shift()) await evictOne(pod, by);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, queue.length) }, work));
}
