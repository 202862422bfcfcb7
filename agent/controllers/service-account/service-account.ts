/**
 * Creates the service account `default` in every namespace.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/serviceaccount/serviceaccounts_controller.go
 */
import { serviceAccounts } from '../../api/core/service-account.ts';
import { definePerNamespace } from '../shared/per-namespace.ts';

export const serviceAccount = definePerNamespace({
  name: 'serviceaccount',
  account: 'service-account-controller',
  kind: serviceAccounts,
  objectName: 'default',
  draft: (namespace) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } }),
});
