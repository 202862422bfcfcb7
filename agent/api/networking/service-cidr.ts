/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/networking/validation/validation.go
 * (ValidateServiceCIDR)
 */
import { checkCanonicalCidr, familyOfAddress } from '../addresses.ts';
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { immutable, invalid, invalidBy, required } from '../field-errors.ts';
import type { FieldError } from '../kind.ts';
import { keepMetadata } from '../status-metadata.ts';
import type { ServiceCIDR } from '../types.ts';

const path = 'spec.cidrs';
const oneOfEach = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';

const familyOf = (range: string | undefined) => familyOfAddress((range ?? '').split('/')[0] ?? '');

function validateRanges(ranges: readonly string[]): FieldError[] {
  if (ranges.length === 0) return [required(path, 'at least one CIDR required')];
  if (ranges.length > 2) return [invalid(path, { CIDRs: ranges }, 'may only hold up to 2 values')];
  const [first, second] = [familyOf(ranges[0]), familyOf(ranges[1])];
  return [
    ...ranges.flatMap((range, index) => invalidBy(`${path}[${index}]`, range, checkCanonicalCidr)),
    ...(ranges.length === 2 && first !== undefined && first === second ? [invalid(path, ranges, oneOfEach)] : []),
  ];
}

const kept = (ranges: readonly string[], old: readonly string[]): FieldError[] =>
  old.flatMap((range, index) =>
    ranges[index] === range ? [] : [invalid(`${path}[${index}]`, ranges[index], immutable)],
  );

/** A second family may be added. */
function validateUpdate(ranges: readonly string[], old: readonly string[]): FieldError[] {
  if (ranges.length === old.length) return kept(ranges, old);
  if (old.length === 1 && ranges.length === 2) return [...kept(ranges, old), ...validateRanges(ranges)];
  return [invalid(path, ranges, immutable)];
}

export const serviceCidrs = defineKind<ServiceCIDR>({
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  namespaced: false,
  representations: [{ group: 'networking.k8s.io', version: 'v1', definition: 'io.k8s.api.networking.v1.ServiceCIDR' }],
  hasStatus: true,
  columns: [nameColumn, column('CIDRs', 'The ranges.', ({ spec }) => (spec.cidrs ?? []).join(',')), ageColumn],
  default(range) {
    range.spec ??= {};
  },
  prepareForStatusUpdate: keepMetadata,
  validate: ({ spec }, old) =>
    old ? validateUpdate(spec.cidrs ?? [], old.spec.cidrs ?? []) : validateRanges(spec.cidrs ?? []),
  validateStatus: () => [],
});
