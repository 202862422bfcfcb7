import { ageColumn, column, nameColumn } from '../columns.ts';
import { defineKind } from '../define-kind.ts';
import { own } from '../own.ts';
import type { ResourceQuota } from '../types.ts';
import { validateResourceQuota, validateResourceQuotaStatus } from '../validation/resource-quota.ts';

type Amounts = Readonly<Record<string, string>> | undefined;

/** `cpu: 500m/2, pods: 3/10`, of those resources that the filter lets through. */
function usage({ status }: ResourceQuota, isShown: (resource: string) => boolean): string {
  const [hard, used] = [status?.hard as Amounts, status?.used as Amounts];
  return Object.keys(hard ?? {})
    .filter(isShown)
    .sort()
    .map((resource) => `${resource}: ${own(used, resource) ?? '0'}/${own(hard, resource)}`)
    .join(', ');
}

const isLimit = (resource: string): boolean => resource.startsWith('limits.');

export const resourceQuotas = defineKind<ResourceQuota>({
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  namespaced: true,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.ResourceQuota' }],
  hasStatus: true,
  deletionAnswer: 'object',
  columns: [
    nameColumn,
    column('Request', 'Request represents a minimum amount of cpu/memory that a container may consume.', (quota) =>
      usage(quota, (resource) => !isLimit(resource)),
    ),
    column(
      'Limit',
      'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
      (quota) => usage(quota, isLimit),
    ),
    ageColumn,
  ],
  default(quota) {
    quota.spec ??= {};
  },
  prepareForCreate(quota) {
    quota.status = {};
  },
  validate: validateResourceQuota,
  validateStatus: validateResourceQuotaStatus,
});
