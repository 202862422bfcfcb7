/** https://github.com/kubernetes/apiserver/blob/master/pkg/admission/plugin/namespace/lifecycle/admission.go */
import { namespaces } from '../../api/core/namespace.ts';
import { resourceOf } from '../../api/kind.ts';
import { forbidden, notFound } from '../errors.ts';
import type { Attributes } from './attributes.ts';
import type { AdmissionStep, Cluster } from './step.ts';

const immortal = new Set(['default', 'kube-system', 'kube-public']);

function checkCreation({ kind, namespace, name }: Attributes, { storage }: Cluster): void {
  // Who may do what in a namespace can be asked whether or not there is one: the answer tells nothing of it.
  if (!kind.namespaced || !namespace || kind.isUnstored) return;
  const found = storage.find(namespaces, '', namespace);
  if (!found) throw notFound(namespaces, namespace);
  if (found.object.metadata.deletionTimestamp === undefined) return;
  throw forbidden(kind, name, `unable to create new content in namespace ${namespace} because it is being terminated`, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]);
}

function checkDeletion({ kind, name }: Attributes): void {
  const isNamespace = resourceOf(kind) === resourceOf(namespaces);
  if (isNamespace && immortal.has(name)) throw forbidden(kind, name, 'this namespace may not be deleted');
}

export const namespaceLifecycle: AdmissionStep = {
  name: 'NamespaceLifecycle',
  operations: ['create', 'delete'],
  resources: ['*'],
  check: (attributes, cluster) =>
    attributes.operation === 'create' ? checkCreation(attributes, cluster) : checkDeletion(attributes),
};
