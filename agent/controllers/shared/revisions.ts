/**
 * Revisions of what a workload was at some time: 64-bit integers, written as text, so bigints here. Pure.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/deployment/util/deployment_util.go
 * (Revision, MaxRevision, SetNewReplicaSetAnnotations)
 */
import { parseInt64 } from '../../api/int64.ts';

/** Zero for what is no 64-bit integer. */
export const parseRevision = (text: string | undefined): bigint => parseInt64(text) ?? 0n;

/** One more than the highest; 1 where there is none. Overflows as upstream's int64 does. */
export function nextRevision(existing: readonly bigint[]): bigint {
  let highest = 0n;
  for (const each of existing) if (each > highest) highest = each;
  return BigInt.asIntN(64, highest + 1n);
}

export const compareRevisions = (a: bigint, b: bigint): number => Number(a > b) - Number(a < b);

/** Characters of a history; the oldest are forgotten first. */
const historyLimit = 2000;

/** Appends a revision to a history that is written `1,3,4`. */
export function withPastRevision(history: string | undefined, past: string): string {
  const revisions = history ? history.split(',') : [];
  const lengthOf = (all: readonly string[]) => all.join(',').length;
  while (revisions.length > 0 && lengthOf([...revisions, past]) > historyLimit) revisions.shift();
  return [...revisions, past].join(',');
}
