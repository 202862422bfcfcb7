/** Keeps the kernel's rules of one node in line with the cluster's network policies. */
import { isDeepStrictEqual } from 'node:util';
import type { Namespace, NetworkPolicy, Pod } from '../../api/types.ts';
import type { Informer, InformerChange } from '../../client/informer.ts';
import { createWorkQueue } from '../../client/work-queue.ts';
import type { Clock } from '../../clock.ts';
import type { PodNetwork } from '../../kubelet/runtime/pod-network.ts';
import type { RuntimeSandbox } from '../../kubelet/runtime/runtime.ts';
import type { Logger } from '../../log.ts';
import type { Exec } from '../exec.ts';
import { type FamilyTerms, isOf } from '../families.ts';
import { isolationsOf, isSelectedBy } from './plan.ts';
import { clear, renderPolicies } from './render.ts';

export interface NetworkPoliciesOptions {
  /** Those of the cluster. */
  families: readonly FamilyTerms[];
  policies: Informer<NetworkPolicy>;
  /** The pods of this node. */
  pods: Informer<Pod>;
  /** What rules may select. Asked for once the first policy is there: no other node needs to know all pods. */
  peers(): { pods: Informer<Pod>; namespaces: Informer<Namespace> };
  /** Tells of new sandboxes before anything runs in them. */
  network: Pick<PodNetwork, 'onAttach'>;
  exec: Exec;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

export interface NetworkPolicies {
  /** Resolves when the kernel has the first rules. */
  ready: Promise<void>;
}

const key = 'network-policies';

/**
 * How long a new sandbox waits for its rules, in milliseconds. An API server that does not answer must not keep pods
 * from starting.
 */
const patience = 5_000;

/** Changes of pods that come in one burst share a transaction. Milliseconds. */
const gatherDelay = 5;

/** Whether nothing changed that a rule goes by. */
const isSame = (a: Pod, b: Pod): boolean =>
  a.metadata.uid === b.metadata.uid &&
  a.status?.podIP === b.status?.podIP &&
  isDeepStrictEqual(a.status?.podIPs, b.status?.podIPs) &&
  a.status?.phase === b.status?.phase &&
  isDeepStrictEqual(a.metadata.labels, b.metadata.labels);

/** Follows policies, pods and namespaces until the signal aborts. Failed transactions are retried with back-off. */
export function startNetworkPolicies(options: NetworkPoliciesOptions): NetworkPolicies {
  const { families, policies, pods, network, exec, clock, log, signal } = options;
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  /** Addresses of this node's pods by uid: known before their status tells. */
  const attached = new Map<string, readonly string[]>();
  let peers: ReturnType<NetworkPoliciesOptions['peers']> | undefined;
  /** What the kernel has; unknown at first, as an earlier process may have left rules. */
  let applied: string | undefined;
  let waiting: (() => void)[] = [];

  const addressesOf = ({ metadata, status }: Pod): readonly string[] =>
    attached.get(metadata.uid) ?? [status?.podIP ?? '', ...(status?.podIPs ?? []).map(({ ip }) => ip ?? '')];

  const wanted = async (): Promise<string> => {
    if (policies.list().length === 0) return families.map(clear).join('');
    peers ??= follow();
    await Promise.all([peers.pods.synced, peers.namespaces.synced]);
    const cluster = { policies: policies.list(), pods: peers.pods.list(), namespaces: peers.namespaces.list() };
    const own = pods.list();
    return families
      .map((terms) => {
        const addressOf = (pod: Pod) => addressesOf(pod).find((ip) => isOf(terms, ip));
        return renderPolicies(isolationsOf({ ...cluster, terms, addressOf }, own), terms);
      })
      .join('');
  };

  const queue = createWorkQueue({
    name: key,
    clock,
    log,
    signal,
    backoff: { base: 500, max: 30_000 },
    async reconcile() {
      const done = waiting;
      waiting = [];
      try {
        const text = await wanted();
        if (text !== applied) await exec.run('nft', ['-f', '-'], { input: text, signal });
        applied = text;
      } catch (error) {
        applied = undefined;
        waiting.push(...done);
        throw error;
      }
      for (const each of done) each();
      resolve();
    },
  });
  const touch = (): void => queue.addAfter(key, gatherDelay);

  const touchForPod = ({ type, object, old }: InformerChange<Pod>): void => {
    if (policies.list().length > 0 && (type !== 'updated' || !isSame(object, old))) touch();
  };

  function follow(): ReturnType<NetworkPoliciesOptions['peers']> {
    const all = options.peers();
    all.pods.onChange(touchForPod);
    all.namespaces.onChange(({ type, object, old }) => {
      if (type !== 'updated' || !isDeepStrictEqual(object.metadata.labels, old.metadata.labels)) touch();
    });
    return all;
  }

  /** Resolves once the kernel has the rules of the sandbox's pod. */
  const isolate = async ({ pod: { name, namespace, uid } }: RuntimeSandbox, ips: readonly string[]): Promise<void> => {
    attached.set(uid, ips);
    await policies.synced;
    const pod = pods.get(`${namespace}/${name}`);
    if (!pod || !policies.list().some((policy) => isSelectedBy(policy, pod))) return;
    await new Promise<void>((done) => {
      waiting.push(done);
      queue.add(key);
    });
  };
  network.onAttach((sandbox, ips) => {
    const { promise, resolve: begin } = Promise.withResolvers<void>();
    const cancel = clock.after(patience, begin);
    isolate(sandbox, ips).then(begin, begin);
    return promise.finally(cancel);
  });
  policies.onChange(touch);
  pods.onChange((change) => {
    if (change.type === 'deleted') attached.delete(change.object.metadata.uid);
    touchForPod(change);
  });
  void Promise.all([policies.synced, pods.synced]).then(() => queue.add(key));
  return { ready };
}
