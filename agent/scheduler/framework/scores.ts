/** Arithmetic that scores share. https://github.com/kubernetes/kubernetes/blob/master/pkg/scheduler/framework/plugins/helper/normalize_score.go */

export const maxScore = 100;

/** Stretches raw scores so that the largest becomes 100. */
export function normalize(scores: readonly number[]): number[] {
  let most = 0;
  for (const score of scores) most = Math.max(most, score);
  return scores.map((score) => (most === 0 ? 0 : (score * maxScore) / most));
}

/** The other way round: the largest becomes 0, and all are best where all are 0. */
export const normalizeReversed = (scores: readonly number[]): number[] =>
  normalize(scores).map((score) => maxScore - score);
