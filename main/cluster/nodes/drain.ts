/**
 * Which pods of a node move away before it is removed, and what would be lost. Pure.
 * https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/ and
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/staging/src/k8s.io/kubectl/pkg/drain/filters.go
 */
import { controllerOf } from '../../../agent/api/owner.ts';
import { isPodTerminal } from '../../../agent/api/pods.ts';
import type { PersistentVolume, Pod } from '../../../agent/api/types.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';
const hostnameLabel = 'kubernetes.io/hostname';

export interface DrainPlan {
  /** Pods to evict. Those of daemon sets and static pods end with the node. */
  move: Pod[];
  /** `namespace/name` of pods that no controller makes again. */
  bare: string[];
  /** `namespace/name` of claims whose data is on the node. */
  claims: string[];
}

const nameOf = ({ metadata: { namespace, name } }: Pod): string => `${namespace}/${name}`;

const isOfNode = (pod: Pod): boolean =>
  pod.metadata.annotations?.[mirrorAnnotation] !== undefined || controllerOf(pod)?.kind === 'DaemonSet';

/** True for a volume that no other node can mount. */
function isOnlyOn({ spec }: PersistentVolume, node: string): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return (
    terms.length > 0 &&
    terms.every((term) =>
      term.matchExpressions?.some(
        ({ key, operator, values }) => key === hostnameLabel && operator === 'In' && values?.join() === node,
      ),
    )
  );
}

/** `pods` are those of the node. */
export function planDrain(pods: readonly Pod[], volumes: readonly PersistentVolume[], node: string): DrainPlan {
  const move = pods.filter((pod) => !isOfNode(pod) && !isPodTerminal(pod));
  return {
    move,
    bare: move.filter((pod) => !controllerOf(pod) && !pod.metadata.deletionTimestamp).map(nameOf),
    claims: volumes.flatMap((volume) => {
      const { claimRef } = volume.spec;
      return claimRef && isOnlyOn(volume, node) ? [`${claimRef.namespace}/${claimRef.name}`] : [];
    }),
  };
}

const listed = (words: readonly string[]): string =>
  words.length > 3 ? `${words.slice(0, 3).join(', ')} and ${words.length - 3} more` : words.join(', ');

/** Why the node must not go without `--force`; undefined if nothing would be lost. */
export function lossOf({ bare, claims }: DrainPlan): string | undefined {
  const losses = [
    ...(bare.length > 0 ? [`${listed(bare)} (no controller makes ${bare.length > 1 ? 'them' : 'it'} again)`] : []),
    ...(claims.length > 0 ? [`the data of ${listed(claims)} (on a volume of this node)`] : []),
  ];
  return losses.length > 0 ? losses.join('; ') : undefined;
}
