/** https://github.com/kubernetes/apiserver/blob/master/pkg/admission/plugin/namespace/lifecycle/admission.go */
import { namespaces } from '../../api/core/namespace.ts';
import { forbidden, notFound } from '../errors.ts';
import type { AdmissionStep } from './admit.ts';

export const namespaceLifecycle: AdmissionStep = (core, { kind, object, old }) => {
  const { namespace, name } = object.metadata;
  if (!kind.namespaced || !namespace || old) return undefined;
  const found = core.storage.find(namespaces, '', namespace);
  if (!found) throw notFound(namespaces, namespace);
  if (found.object.metadata.deletionTimestamp === undefined) return undefined;
  throw forbidden(kind, name, `unable to create new content in namespace ${namespace} because it is being terminated`, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]);
};
