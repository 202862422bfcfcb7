/**
 * Registers the node, renews its lease and posts its status. The lease is the heartbeat, every 10 s. The status follows
 * every 5 min, and at once when the node was taken for dead, e.g. after the machine slept.
 * https://kubernetes.io/docs/reference/node/node-status/#heartbeats
 */

import { ApiError, isNotFound } from '../../api/errors.ts';
import type { Node } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import type { Recorder } from '../../client/recorder.ts';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { createLeaseRenewal } from './lease.ts';
import { readyStatus, recordConditions, recordStart } from './node-events.ts';
import type { NodeFacts } from './node-status.ts';
import { createRegistration } from './registration.ts';

export interface NodeAgentOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  recorder: Recorder;
  signal: AbortSignal;
  nodeName: string;
  nodes: Informer<Node>;
  facts(): Promise<NodeFacts>;
}

const leaseEvery = 10_000;
const statusEvery = 300_000;
const firstRetry = 100;
const lastRetry = 7_000;
/**
 * The longest pause, in milliseconds, while the server cannot be reached. A try is cheap, and the cluster's start waits
 * for it.
 */
const lastRetryUnreachable = 400;

export interface NodeAgent {
  /** Resolves with the registered node; rejects with the signal's reason where the node stops before that. */
  readonly registered: Promise<Node>;
  /** The facts changed: posts the status now instead of when it is due. */
  touch(): void;
}

/**
 * Retries the call until it succeeds, because the API server may start after this node. Rejects only when the signal
 * aborts.
 */
type Persist = <T>(what: string, call: () => Promise<T>) => Promise<T>;

const createPersist =
  ({ clock, log, signal }: Pick<NodeAgentOptions, 'clock' | 'log' | 'signal'>): Persist =>
  async (what, call) => {
    for (let delay = firstRetry; ; delay = Math.min(delay * 2, lastRetry)) {
      try {
        return await call();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ApiError)) delay = Math.min(delay, lastRetryUnreachable);
        log.warn(`Unable to ${what}, will retry`, { error });
        await clock.sleep(delay, signal);
      }
    }
  };

interface Alarm {
  /** Resolves after the given milliseconds or when the alarm rings; at once if it rang since the last pause. */
  pause(milliseconds: number): Promise<void>;
  ring(): void;
}

function createAlarm({ clock, signal }: Pick<NodeAgentOptions, 'clock' | 'signal'>): Alarm {
  let rung = false;
  let wake = () => {};
  return {
    async pause(milliseconds) {
      const early = new AbortController();
      wake = () => early.abort();
      try {
        if (!rung) await clock.sleep(milliseconds, AbortSignal.any([signal, early.signal]));
      } catch {
        // The pause ended early: either the alarm rang, or the node stops.
        signal.throwIfAborted();
      }
      rung = false;
    },
    ring() {
      rung = true;
      wake();
    },
  };
}

/** Renews the lease until the signal aborts. */
async function keepLease(options: NodeAgentOptions, persist: Persist, first: Node): Promise<never> {
  const { clock, signal, nodeName, nodes } = options;
  const renew = createLeaseRenewal(options);
  await nodes.caughtUp(first, signal);
  for (;;) {
    const node = nodes.get(nodeName);
    // A lease that no node owns would be garbage collected and then created again.
    if (node) await persist('renew the node lease', () => renew(node));
    await clock.sleep(leaseEvery, signal);
  }
}

type PostStatus = ReturnType<typeof createRegistration>['postStatus'];

/** Posts the status whenever it is due or the alarm rings, until the signal aborts. */
async function keepStatus(
  { nodes, nodeName, recorder, signal, facts }: NodeAgentOptions,
  persist: Persist,
  postStatus: PostStatus,
  alarm: Alarm,
  first: Node,
): Promise<never> {
  let node = first;
  for (;;) {
    await alarm.pause(statusEvery);
    const present = await facts();
    await nodes.caughtUp(node, signal);
    const before = nodes.get(nodeName) ?? node;
    node = await persist('post the node status', async () => {
      try {
        return await postStatus(present, before);
      } catch (error) {
        // Somebody deleted the node. Like upstream, the kubelet registers it again only when it restarts.
        if (!isNotFound(error)) throw error;
        return before;
      }
    });
    recordConditions(recorder, before, node);
  }
}

/** Registers the node, then posts its status and renews its lease until the signal aborts. Returns at once. */
export function startNodeAgent(options: NodeAgentOptions): NodeAgent {
  const { log, recorder, signal, nodeName, nodes } = options;
  const { register, postStatus } = createRegistration(options);
  const persist = createPersist(options);
  const alarm = createAlarm(options);
  /** That a node stops ends everything here, and is no failure. */
  const report = (what: string) => (error: unknown) => {
    if (!signal.aborted) log.error(what, { error });
  };

  const start = async (): Promise<Node> => {
    const facts = await options.facts();
    const before = await persist('register the node', () => register(facts));
    const node = await persist('post the node status', () => postStatus(facts, before));
    recordStart(recorder, before, node);
    log.info('Registered the node', { node: node.metadata.name });
    const loops = [keepLease(options, persist, node), keepStatus(options, persist, postStatus, alarm, node)];
    for (const loop of loops) loop.catch(report('Node heartbeat ended'));
    return node;
  };
  nodes.onChange(({ type, object }) => {
    if (type !== 'deleted' && object.metadata.name === nodeName && readyStatus(object) === 'Unknown') alarm.ring();
  });
  const registered = start();
  registered.catch(report('Unable to register the node'));
  return { registered, touch: alarm.ring };
}
