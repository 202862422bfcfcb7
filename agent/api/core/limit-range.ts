import { createdAtColumn, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import type { core, LimitRange } from '../types.ts';
import { validateLimitRange } from '../validation/limit-range.ts';

type Amounts = NonNullable<core.LimitRangeItem['max']>;

/**
 * What a limit leaves out of its containers follows from what it says.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/core/v1/defaults.go (SetDefaults_LimitRangeItem)
 */
function defaultLimit(limit: core.LimitRangeItem): void {
  if (limit.type !== 'Container') return;
  const limits: Amounts = { ...limit.max, ...limit.default };
  const requests: Amounts = { ...limit.min, ...limits, ...limit.defaultRequest };
  if (Object.keys(limits).length > 0) limit.default = limits;
  if (Object.keys(requests).length > 0) limit.defaultRequest = requests;
}

export const limitRanges = defineKind<LimitRange>({
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  namespaced: true,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.LimitRange' }],
  columns: [nameColumn, createdAtColumn],
  default(limitRange) {
    limitRange.spec ??= { limits: [] };
    limitRange.spec.limits?.forEach(defaultLimit);
  },
  validate: ({ spec }) => validateLimitRange(spec.limits ?? []),
});
