/**
 * Calls for 1, 2, 4, ... items at a time and stops after the first batch with a failure, so that a quota or a broken
 * template costs one attempt. Resolves with the successes; `failure` is the first rejection.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/replicaset/replica_set.go (slowStartBatch)
 */
export async function slowStart<I, T>(
  items: readonly I[],
  call: (item: I) => Promise<T>,
): Promise<{ done: T[]; failure?: unknown }> {
  const done: T[] = [];
  for (let batch = 1; done.length < items.length; batch *= 2) {
    const next = items.slice(done.length, done.length + batch);
    const results = await Promise.allSettled(next.map(call));
    for (const result of results) if (result.status === 'fulfilled') done.push(result.value);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) return { done, failure: failed.reason };
  }
  return { done };
}
