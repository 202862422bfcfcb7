/**
 * How many requests may be under way at once, those that last (watches, streams) aside. Members of system:masters are
 * never refused, so that somebody can look into an overload.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/server/filters/maxinflight.go
 */
import { tooManyRequests } from '../errors.ts';
import { isTrue, type ServerRequest } from '../request.ts';
import { systemMasters } from '../user.ts';

export interface InFlightLimits {
  /** Requests that read. */
  reading: number;
  /** Requests that write. */
  writing: number;
}

/** Upstream's `--max-requests-inflight` and `--max-mutating-requests-inflight`. */
export const usualLimits: InFlightLimits = { reading: 400, writing: 200 };

const lasting = /\/(log|exec|attach|portforward|proxy)(\/|$)|^\/api(s\/[^/]+)?\/[^/]+\/watch\//;

/** A watch or a stream, which has no end by itself. */
export const isLasting = ({ pathname, query }: Pick<ServerRequest, 'pathname' | 'query'>): boolean =>
  isTrue(query.get('watch')) || lasting.test(pathname);

export interface InFlight {
  /** Counts a request until what it returns is called. Throws 429 where there are too many. */
  enter(request: ServerRequest): () => void;
}

const uncounted = (): void => {};

export function createInFlight(limits: InFlightLimits): InFlight {
  const under = { reading: 0, writing: 0 };
  return {
    enter: (request) => {
      if (isLasting(request) || request.user.groups.includes(systemMasters)) return uncounted;
      const kind = request.method === 'GET' ? 'reading' : 'writing';
      if (under[kind] >= limits[kind]) throw tooManyRequests();
      under[kind] += 1;
      let isOver = false;
      return () => {
        if (!isOver) under[kind] -= 1;
        isOver = true;
      };
    },
  };
}
