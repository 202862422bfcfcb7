/**
 * Options of the log subresource:
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/validation/validation.go
 * (ValidatePodLogOptions)
 */
import { forbidden, invalid } from '../../api/field-errors.ts';
import type { FieldError } from '../../api/kind.ts';
import { isEnabled } from '../../api/schema/feature-gates.ts';
import { badRequest, invalidNamed } from '../errors.ts';
import { int64Of } from '../request.ts';

const flags = ['follow', 'previous', 'timestamps'] as const;
const numbers = ['tailLines', 'limitBytes', 'sinceSeconds'] as const;

type Numbers = Partial<Record<(typeof numbers)[number], bigint>>;

function validateSince({ sinceSeconds }: Numbers, sinceTime: string | null): FieldError[] {
  if (sinceSeconds === undefined) return [];
  // Upstream's name for the whole.
  if (sinceTime) return [forbidden('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified')];
  return sinceSeconds < 1 ? [invalid('sinceSeconds', sinceSeconds, 'must be greater than 0')] : [];
}

function validate(asked: Numbers, query: URLSearchParams): FieldError[] {
  const { tailLines = 0n, limitBytes = 1n } = asked;
  return [
    ...(tailLines < 0 ? [invalid('tailLines', tailLines, 'must be greater than or equal to 0')] : []),
    ...(limitBytes < 1 ? [invalid('limitBytes', limitBytes, 'must be greater than 0')] : []),
    ...validateSince(asked, query.get('sinceTime')),
    ...(query.has('stream') && !isEnabled('PodLogsQuerySplitStreams')
      ? [forbidden('stream', 'may not be specified')]
      : []),
  ];
}

/**
 * The query for the kubelet. Throws 422 as upstream where the options do not go together, 400 where one is malformed.
 */
export function logQuery(pod: string, query: URLSearchParams): URLSearchParams {
  const result = new URLSearchParams();
  for (const flag of flags) if (isSet(query, flag)) result.set(flag, 'true');
  const asked: Numbers = {};
  for (const field of numbers) {
    const text = query.get(field);
    if (text === null) continue;
    asked[field] = int64Of(text);
    result.set(field, text);
  }
  const sinceTime = query.get('sinceTime');
  if (sinceTime) {
    if (Number.isNaN(Date.parse(sinceTime))) throw badRequest(`parsing time "${sinceTime}" as RFC 3339 failed`);
    result.set('sinceTime', sinceTime);
  }
  const errors = validate(asked, query);
  if (errors.length > 0) throw invalidNamed({ kind: 'PodLogOptions' }, pod, errors);
  return result;
}

/**
 * How a boolean in a query is read: https://github.com/kubernetes/apimachinery/blob/master/pkg/runtime/conversion.go
 */
export function isSet(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value.toLowerCase() !== 'false' && value !== '0';
}
