/**
 * Arithmetic that several scores share.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/helper/normalize_score.go
 */

export const maxScore = 100;

/** Scales raw scores so that the largest becomes 100. */
export function normalize(scores: readonly number[]): number[] {
  let most = 0;
  for (const score of scores) most = Math.max(most, score);
  return scores.map((score) => (most === 0 ? 0 : (score * maxScore) / most));
}

/** Reverses the scale: the largest becomes 0. If all are 0, all become 100. */
export const normalizeReversed = (scores: readonly number[]): number[] =>
  normalize(scores).map((score) => maxScore - score);
