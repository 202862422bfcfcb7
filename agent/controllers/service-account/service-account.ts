/**
 * Every namespace has a service account `default`.
 * https://github.com/kubernetes/kubernetes/blob/release-1.33/pkg/controller/serviceaccount/serviceaccounts_controller.go
 */
import { namespaces } from '../../api/core/namespace.ts';
import { serviceAccounts } from '../../api/core/service-account.ts';
import type { ControllerDeps } from '../shared/controller.ts';
import { startPerNamespace } from '../shared/per-namespace.ts';

export function startServiceAccountController(deps: ControllerDeps): void {
  startPerNamespace(deps, {
    name: 'serviceaccount',
    namespaces,
    kind: serviceAccounts,
    objectName: 'default',
    draft: (namespace) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } }),
  });
}
