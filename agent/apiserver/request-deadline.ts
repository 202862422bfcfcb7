/**
 * Clients may say how long they wait for an answer. Who asks by a stream waits as long as it goes on.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/filters/request_deadline.go and
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/server/filters/timeout.go
 */
import { messageOf } from '../api/errors.ts';
import { parseGoDuration } from '../api/go-duration.ts';
import type { Clock } from '../clock.ts';
import { badRequest, timedOut } from './errors.ts';
import { isLasting, type ServerRequest } from './request.ts';

/** Milliseconds; whoever asks for more, or for no limit, gets this. */
const longest = 60_000;

/**
 * Milliseconds; undefined where the client names no time. Throws `ApiError` 400 where it names none that can be read.
 */
export function patienceOf(request: Pick<ServerRequest, 'pathname' | 'query'>): number | undefined {
  const text = request.query.get('timeout');
  if (!text || isLasting(request)) return undefined;
  try {
    const milliseconds = Number(parseGoDuration(text)) / 1e6;
    return milliseconds > 0 ? Math.min(milliseconds, longest) : longest;
  } catch (error) {
    throw badRequest(`invalid timeout specified in the request URL - ${messageOf(error)}`);
  }
}

/** Rejects with `ApiError` 504 after `milliseconds`; what was begun goes on. */
export async function within<T>(milliseconds: number, task: Promise<T>, clock: Clock): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(milliseconds, () => reject(timedOut()));
  try {
    return await Promise.race([task, promise]);
  } finally {
    cancel();
  }
}
