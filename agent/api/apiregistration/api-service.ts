/** https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/ */
import { ageColumn, column, nameColumn } from '../columns.ts';
import { findCondition, withCondition } from '../conditions.ts';
import { defineKind } from '../define-kind.ts';
import { checkPathSegment } from '../names.ts';
import { keepMetadata } from '../status-metadata.ts';
import type { APIService } from '../types.ts';
import { validateApiService, validateApiServiceStatus } from './validation.ts';

const group = 'apiregistration.k8s.io';
const defaultPort = 443;
const definitionIn = (version: string) => `io.k8s.kube-aggregator.pkg.apis.apiregistration.${version}.APIService`;

export const available = 'Available';

/** Of an API that this server serves by itself. */
export const localCondition = {
  type: available,
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
};

/**
 * https://github.com/kubernetes/kube-aggregator/blob/release-1.36/pkg/registry/apiservice/etcd/etcd.go (ConvertToTable)
 */
function availabilityOf({ status }: APIService): string {
  const condition = findCondition(status?.conditions, available);
  if (!condition) return 'Unknown';
  const { status: value, reason } = condition;
  return value !== 'True' && reason ? `${value} (${reason})` : value;
}

export const apiServices = defineKind<APIService>({
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  namespaced: false,
  representations: [
    { group, version: 'v1', definition: definitionIn('v1') },
    {
      group,
      version: 'v1beta1',
      definition: definitionIn('v1beta1'),
      retired: true,
      warning: `${group}/v1beta1 APIService is deprecated in v1.19+, unavailable in v1.22+; use ${group}/v1 APIService`,
    },
  ],
  hasStatus: true,
  anyFinalizer: true,
  needsRevision: true,
  columns: [
    nameColumn,
    column('Service', 'The reference to the service that hosts this API endpoint.', ({ spec }) =>
      spec.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local',
    ),
    column('Available', 'Whether this service is available.', availabilityOf),
    ageColumn,
  ],
  checkName: checkPathSegment,
  /** https://github.com/kubernetes/kube-aggregator/blob/release-1.36/pkg/apis/apiregistration/v1/defaults.go */
  default(service) {
    // Upstream's type holds it by value.
    service.spec ??= { groupPriorityMinimum: 0, versionPriority: 0 };
    if (service.spec.service) service.spec.service.port ??= defaultPort;
  },
  prepareForCreate(service) {
    service.status = {};
  },
  stamp(service, { now, old }) {
    if (old || service.spec.service) return;
    service.status = { conditions: withCondition([], { ...localCondition, lastTransitionTime: now }) };
  },
  prepareForStatusUpdate: keepMetadata,
  validate: validateApiService,
  validateStatus: validateApiServiceStatus,
});
