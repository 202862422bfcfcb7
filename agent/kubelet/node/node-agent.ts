/**
 * Registers the node, posts its status, and keeps its lease: the lease every 10 s is the heartbeat, the status follows
 * every 5 min. https://kubernetes.io/docs/reference/node/node-status/#heartbeats
 */

import { leases } from '../../api/coordination/lease.ts';
import { nodes } from '../../api/core/node.ts';
import { ApiError, isAlreadyExists, isConflict, isNotFound } from '../../api/errors.ts';
import type { core, Draft, Lease, Node } from '../../api/types.ts';
import type { Client } from '../../client/client.ts';
import type { Recorder } from '../../client/recorder.ts';
import { type Clock, microTimestamp } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import { type NodeFacts, nodeLabels, nodeStatus, nodeTaints } from './node-status.ts';

export interface NodeAgentOptions {
  client: Client;
  clock: Clock;
  log: Logger;
  recorder: Recorder;
  signal: AbortSignal;
  facts(): Promise<NodeFacts>;
}

const leaseNamespace = 'kube-node-lease';
const leaseDurationSeconds = 40;
const leaseEvery = 10_000;
const statusEvery = 300_000;
const firstRetry = 100;
const lastRetry = 7_000;
/** Of a server that is not there yet: it costs next to nothing to ask, and every moment counts when a cluster starts. */
const lastRetryUnreachable = 400;

/** Events about a node carry its name as uid, as upstream has it. */
const nodeReference = (name: string): core.ObjectReference => ({ kind: 'Node', name, uid: name, namespace: '' });

const draftOf = (facts: NodeFacts): Draft<Node> => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: facts.config.nodeName,
    labels: nodeLabels(facts),
    annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
  },
  spec: {
    podCIDR: facts.config.podCIDR,
    podCIDRs: [facts.config.podCIDR],
    ...(nodeTaints(facts.config).length > 0 ? { taints: nodeTaints(facts.config) } : {}),
  },
});

export interface NodeAgent {
  /** Resolves with the registered node. */
  readonly registered: Promise<Node>;
  /** The facts changed: posts the status now instead of when it is due. */
  touch(): void;
}

const readyStatus = (node: Node): string | undefined =>
  node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;

export function startNodeAgent(options: NodeAgentOptions): NodeAgent {
  const { client, clock, log, recorder, signal } = options;
  const resource = client.resource(nodes);
  const leaseClient = client.resource(leases);
  let lease: Lease | undefined;

  const register = async (facts: NodeFacts): Promise<Node> => {
    const { nodeName } = facts.config;
    try {
      return await resource.create(draftOf(facts), signal);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const patch = { metadata: { labels: nodeLabels(facts) } };
      return resource.patch(nodeName, undefined, 'application/merge-patch+json', patch, {}, signal);
    }
  };
  const postStatus = async (facts: NodeFacts, node: Node): Promise<Node> => {
    const status = nodeStatus(facts, node, clock.now());
    const options_ = { subresource: 'status' };
    const type = 'application/strategic-merge-patch+json';
    return resource.patch(facts.config.nodeName, undefined, type, { status }, options_, signal);
  };

  const newLease = (node: Node): Draft<Lease> => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: node.metadata.name,
      namespace: leaseNamespace,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node.metadata.name, uid: node.metadata.uid }],
    },
    spec: {
      holderIdentity: node.metadata.name,
      leaseDurationSeconds,
      renewTime: microTimestamp(clock.now()),
    },
  });
  const renew = async (node: Node): Promise<void> => {
    const draft = newLease(node);
    try {
      lease = lease
        ? await leaseClient.update({ ...lease, spec: { ...lease.spec, ...draft.spec } }, signal)
        : await leaseClient.create(draft, signal);
    } catch (error) {
      lease = undefined;
      if (isNotFound(error)) lease = await leaseClient.create(draft, signal);
      else if (isAlreadyExists(error) || isConflict(error)) {
        // Of a run before, perhaps long ago: renewed now and not with the next beat, or the node counts as gone until then.
        const found = await leaseClient.get(node.metadata.name, leaseNamespace, signal);
        lease = await leaseClient.update({ ...found, spec: { ...found.spec, ...draft.spec } }, signal);
      } else throw error;
    }
  };

  /** Tries until it works: the API server may come up after this node. */
  const persist = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
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

  const announce = (facts: NodeFacts, before: Node, after: Node): void => {
    const { nodeName } = facts.config;
    const say = (reason: string, message: string) => recorder.event(nodeReference(nodeName), 'Normal', reason, message);
    say('Starting', 'Starting kubelet.');
    if (!before.status?.conditions?.length) {
      for (const state of ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID']) {
        say(state, `Node ${nodeName} status is now: ${state}`);
      }
    }
    announceReadiness(before, after);
  };
  const announceReadiness = (before: Node, after: Node): void => {
    const now = readyStatus(after);
    if (readyStatus(before) === now) return;
    const state = now === 'True' ? 'NodeReady' : 'NodeNotReady';
    const { name } = after.metadata;
    recorder.event(nodeReference(name), 'Normal', state, `Node ${name} status is now: ${state}`);
  };

  const heartbeat = async (node: Node): Promise<void> => {
    for (;;) {
      await persist('renew the node lease', () => renew(node));
      await clock.sleep(leaseEvery, signal);
    }
  };
  let touched = false;
  let wake = () => {};
  /** Until the next status is due or somebody asks for one. */
  const pause = async (): Promise<void> => {
    const early = new AbortController();
    wake = () => early.abort();
    try {
      if (!touched) await clock.sleep(statusEvery, AbortSignal.any([signal, early.signal]));
    } catch {
      // Woken early, or the end of the node.
      signal.throwIfAborted();
    }
    touched = false;
  };
  const refresh = async (first: Node): Promise<void> => {
    let node = first;
    for (;;) {
      await pause();
      const facts = await options.facts();
      const before = node;
      node = await persist('post the node status', async () => {
        try {
          return await postStatus(facts, node);
        } catch (error) {
          // Somebody deleted the node: a running kubelet puts it back.
          if (!isNotFound(error)) throw error;
          return postStatus(facts, await register(facts));
        }
      });
      announceReadiness(before, node);
    }
  };

  const start = async (): Promise<Node> => {
    const facts = await options.facts();
    const before = await persist('register the node', () => register(facts));
    const node = await persist('post the node status', () => postStatus(facts, before));
    announce(facts, before, node);
    log.info('Registered the node', { node: node.metadata.name });
    for (const loop of [heartbeat(node), refresh(node)]) {
      loop.catch((error) => {
        if (!signal.aborted) log.error('Node heartbeat ended', { error });
      });
    }
    return node;
  };
  return {
    registered: start(),
    touch() {
      touched = true;
      wake();
    },
  };
}
