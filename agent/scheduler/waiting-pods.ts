/**
 * Pods that have a node and wait for Permit plugins.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/runtime/waiting_pods_map.go
 */
import type { Clock } from '../clock.ts';
import { type Rejection, unfit } from './framework/plugin.ts';

export interface WaitingPods {
  /**
   * Resolves with undefined once all plugins have allowed the pod, or with the rejection by a plugin or by a timeout.
   * `waits` are timeouts in milliseconds by plugin.
   */
  wait(uid: string, waits: ReadonlyMap<string, number>): Promise<Rejection | undefined>;
  /** Returns false if the pod does not wait. */
  allow(uid: string, plugin: string): boolean;
  reject(uid: string, plugin: string, reason: string): boolean;
}

interface Waiting {
  timers: Map<string, () => void>;
  resolve(rejection: Rejection | undefined): void;
}

export function createWaitingPods(clock: Clock): WaitingPods {
  const waiting = new Map<string, Waiting>();

  const end = (uid: string, rejection: Rejection | undefined): boolean => {
    const pod = waiting.get(uid);
    if (!pod) return false;
    waiting.delete(uid);
    for (const cancel of pod.timers.values()) cancel();
    pod.resolve(rejection);
    return true;
  };

  return {
    wait(uid, waits) {
      const { promise, resolve } = Promise.withResolvers<Rejection | undefined>();
      const timers = new Map<string, () => void>();
      waiting.set(uid, { timers, resolve });
      for (const [plugin, milliseconds] of waits) {
        const reason = `rejected due to timeout after waiting ${milliseconds / 1000}s at plugin ${plugin}`;
        timers.set(
          plugin,
          clock.after(milliseconds, () => end(uid, { plugin, ...unfit(reason) })),
        );
      }
      return promise;
    },
    allow(uid, plugin) {
      const pod = waiting.get(uid);
      pod?.timers.get(plugin)?.();
      pod?.timers.delete(plugin);
      if (pod?.timers.size === 0) end(uid, undefined);
      return pod !== undefined;
    },
    reject: (uid, plugin, reason) => end(uid, { plugin, ...unfit(reason) }),
  };
}
