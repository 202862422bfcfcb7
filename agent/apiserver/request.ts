/** A request as the pipeline sees it, whether it came over the wire or in process. */
import { isIntegerText, parseInt64 } from '../api/int64.ts';
import type { SizeLimits } from '../api/json/limits.ts';
import { badRequest } from './errors.ts';
import type { UserInfo } from './user.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export interface ServerRequest {
  method: Method;
  /** Path without query. */
  pathname: string;
  query: URLSearchParams;
  /** The query as the client sent it, with its question mark, or ''. */
  search: string;
  /** Lower-case names. */
  header(name: string): string | undefined;
  user: UserInfo;
  /**
   * Reads and parses the body; undefined where there is none. The pipeline calls it once, after authorization, and may
   * modify what it gets. Throws `ApiError` 413 where it is larger.
   */
  body(limits: SizeLimits): Promise<unknown>;
  /** Collects texts for `Warning` headers. */
  warnings: string[];
}

/**
 * A flag without a value is set. https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/runtime/conversion.go
 */
export const isTrue = (value: string | null): boolean =>
  value !== null && value.toLowerCase() !== 'false' && value !== '0';

/** Of the body, without parameters; '' where none is named. */
export const mediaTypeOf = (request: Pick<ServerRequest, 'header'>): string =>
  (request.header('content-type') ?? '').split(';')[0]?.trim() ?? '';

/** An integer of a query. Throws 400 in the words of Go's parser. */
export function int64Of(text: string): bigint {
  const value = parseInt64(text);
  if (value !== undefined) return value;
  const problem = isIntegerText(text) ? 'value out of range' : 'invalid syntax';
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${problem}`);
}

const lasting = /\/(log|exec|attach|portforward|proxy)(\/|$)|^\/api(s\/[^/]+)?\/[^/]+\/watch\//;

/** A watch or a stream, which has no end by itself. */
export const isLasting = ({ pathname, query }: Pick<ServerRequest, 'pathname' | 'query'>): boolean =>
  isTrue(query.get('watch')) || lasting.test(pathname);
