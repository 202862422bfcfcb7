/** A steady load on a localhost port: one new connection per request, at a fixed rate whatever the answers. */
import { page } from './lab.ts';

/** An answer that takes longer counts as none: longer than a busy machine may be away, milliseconds. */
const patience = 20_000;

export interface LoadResult {
  sent: number;
  failures: string[];
  /** Answers by their body. */
  answers: Map<string, number>;
}

export function startLoad(port: number, requestsPerSecond: number): { stop(): Promise<LoadResult> } {
  const result: LoadResult = { sent: 0, failures: [], answers: new Map() };
  const pending = new Set<Promise<void>>();
  const send = () => {
    result.sent += 1;
    const request = page(port, patience)
      .then((body) => void result.answers.set(body, (result.answers.get(body) ?? 0) + 1))
      .catch((error: Error) => void result.failures.push(error.message))
      .finally(() => pending.delete(request));
    pending.add(request);
  };
  const timer = setInterval(send, 1000 / requestsPerSecond);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
      return result;
    },
  };
}
