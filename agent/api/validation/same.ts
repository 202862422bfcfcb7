/** https://github.com/kubernetes/apimachinery/blob/release-1.36/pkg/api/equality/semantic.go */
import { isEqual } from '../json/value.ts';

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);

/** Upstream's equality: what is absent is as what is empty. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return Array.isArray(value) ? value.map(withoutEmpty) : value;
  }
  const entries = Object.entries(value).map(([key, each]) => [key, withoutEmpty(each)] as const);
  return Object.fromEntries(entries.filter(([, each]) => !isEmpty(each)));
}

/** Like `isEqual`, where an absent value and an empty one are the same. */
export const isSame = (left: unknown, right: unknown): boolean =>
  isEqual(left, right) || isEqual(withoutEmpty(left), withoutEmpty(right));
