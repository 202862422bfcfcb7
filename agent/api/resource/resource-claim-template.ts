/**
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/apis/resource/validation/validation.go
 * (ValidateResourceClaimTemplate)
 */
import { defineKind } from '../define-kind.ts';
import type { ResourceClaimTemplate } from '../types.ts';
import { validateTemplateMetadata } from '../validation/claim-template.ts';
import { validateKept } from '../validation/kept.ts';
import { defaultClaim, validateClaim } from './claim-rules.ts';

export const resourceClaimTemplates = defineKind<ResourceClaimTemplate>({
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  namespaced: true,
  representations: [
    { group: 'resource.k8s.io', version: 'v1', definition: 'io.k8s.api.resource.v1.ResourceClaimTemplate' },
  ],
  default(template) {
    template.spec ??= { spec: {} };
    template.spec.spec ??= {};
    template.spec.spec.devices ??= {};
    defaultClaim(template.spec.spec.devices);
  },
  validate: ({ spec }, old) =>
    old
      ? validateKept('spec', spec, old.spec)
      : [
          ...validateTemplateMetadata('spec.metadata', spec.metadata),
          ...validateClaim('spec.spec.devices', spec.spec.devices ?? {}),
        ],
});
