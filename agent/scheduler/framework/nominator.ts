/**
 * Pods for which preemption makes room on a node: pods of lower priority must not take that room.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/backend/queue/nominator.go
 */
import type { PodInfo } from './info.ts';

export interface Nominator {
  /** Replaces the pod's earlier nomination. */
  nominate(info: PodInfo, nodeName: string): void;
  withdraw(uid: string): void;
  nodeOf(uid: string): string | undefined;
  nominatedOn(nodeName: string): readonly PodInfo[];
}

export function createNominator(): Nominator {
  const byNode = new Map<string, PodInfo[]>();
  const nodeOf = new Map<string, string>();

  const withdraw = (uid: string): void => {
    const nodeName = nodeOf.get(uid);
    if (nodeName === undefined) return;
    nodeOf.delete(uid);
    const left = byNode.get(nodeName)?.filter(({ pod }) => pod.metadata.uid !== uid) ?? [];
    if (left.length > 0) byNode.set(nodeName, left);
    else byNode.delete(nodeName);
  };

  return {
    nominate(info, nodeName) {
      const { uid } = info.pod.metadata;
      withdraw(uid);
      nodeOf.set(uid, nodeName);
      byNode.set(nodeName, [...(byNode.get(nodeName) ?? []), info]);
    },
    withdraw,
    nodeOf: (uid) => nodeOf.get(uid),
    nominatedOn: (nodeName) => byNode.get(nodeName) ?? [],
  };
}
