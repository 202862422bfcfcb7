/** The pods of a claim, by an index that several controllers declare. */
import { pods } from '../../api/core/pod.ts';
import { claimsOf } from '../../api/pods.ts';
import type { Pod } from '../../api/types.ts';
import { type Context, type Index, index } from './controller.ts';

const byClaim = 'claim';

/** `namespace/name` of each claim that the pod uses. */
export const claimKeysOf = (pod: Pod): string[] => claimsOf(pod).map((claim) => `${pod.metadata.namespace}/${claim}`);

export const podsByClaim: Index = index(pods, byClaim, claimKeysOf);

/** Needs the index `podsByClaim`. */
export const podsOfClaim = ({ informer }: Context, claimKey: string): Pod[] =>
  informer(pods).byIndex(byClaim, claimKey);
