/** https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/registry/resource/resourceclaim/strategy.go */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { keepMetadata } from '../status-metadata.ts';
import type { ResourceClaim } from '../types.ts';
import { validateKept } from '../validation/kept.ts';
import { defaultClaim, validateClaim } from './claim-rules.ts';
import { dropDeallocated, validateClaimStatus } from './claim-status.ts';

function stateOf({ metadata, status }: ResourceClaim): string {
  const deleted = metadata.deletionTimestamp !== undefined;
  const states = deleted ? ['deleted'] : [];
  if (!status?.allocation) return (deleted ? states : ['pending']).join(',');
  return [...states, 'allocated', ...(status.reservedFor?.length ? ['reserved'] : [])].join(',');
}

export const resourceClaims = defineKind<ResourceClaim>({
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  namespaced: true,
  representations: [{ group: 'resource.k8s.io', version: 'v1', definition: 'io.k8s.api.resource.v1.ResourceClaim' }],
  hasStatus: true,
  columns: [
    nameColumn,
    column('State', 'A summary of the current state (allocated, pending, reserved, etc.).', stateOf),
    ageColumn,
  ],
  default(claim) {
    claim.spec ??= {};
    claim.spec.devices ??= {};
    defaultClaim(claim.spec.devices);
  },
  prepareForCreate(claim) {
    claim.status = {};
  },
  prepareForStatusUpdate(claim, old) {
    keepMetadata(claim, old);
    dropDeallocated(claim, old);
  },
  validate: ({ spec }, old) =>
    old ? validateKept('spec', spec, old.spec) : validateClaim('spec.devices', spec.devices ?? {}),
  validateStatus: validateClaimStatus,
});
