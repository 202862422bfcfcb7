/**
 * Revision numbers of a workload's history: 64-bit integers, stored as text, bigints here. Pure.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/deployment/util/deployment_util.go
 * (Revision, MaxRevision, SetNewReplicaSetAnnotations)
 */
import { parseInt64 } from '../../api/int64.ts';

/** Zero if the text is not a 64-bit integer. */
export const parseRevision = (text: string | undefined): bigint => parseInt64(text) ?? 0n;

/** The highest revision plus one; 1 if there are none. Overflows like upstream's int64. */
export function nextRevision(existing: readonly bigint[]): bigint {
  let highest = 0n;
  for (const each of existing) if (each > highest) highest = each;
  return BigInt.asIntN(64, highest + 1n);
}

export const compareRevisions = (a: bigint, b: bigint): number => Number(a > b) - Number(a < b);

/** The maximum length of a history, in characters; the oldest revisions are dropped first. */
const historyLimit = 2000;

/** Appends a revision to a history of the form `1,3,4`. */
export function withPastRevision(history: string | undefined, past: string): string {
  const revisions = history ? history.split(',') : [];
  const lengthOf = (all: readonly string[]) => all.join(',').length;
  while (revisions.length > 0 && lengthOf([...revisions, past]) > historyLimit) revisions.shift();
  return [...revisions, past].join(',');
}
