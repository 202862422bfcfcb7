import { ageColumn, column, nameColumn } from '../columns.ts';
import type { Kind } from '../kind.ts';
import { checkDns1123Label } from '../names.ts';
import type { Namespace } from '../types.ts';

const immortal = new Set(['default', 'kube-system', 'kube-public']);

export const namespaces: Kind<Namespace> = {
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  categories: [],
  namespaced: false,
  representations: [{ group: '', version: 'v1', definition: 'io.k8s.api.core.v1.Namespace' }],
  hasStatus: true,
  hasGeneration: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'], specFields: 'all' }],
  columns: [
    nameColumn,
    column('Status', 'The status of the namespace', ({ status }) => status?.phase ?? ''),
    ageColumn,
  ],
  fieldSelectors: { 'status.phase': (namespace) => namespace.status?.phase ?? '' },
  checkName: checkDns1123Label,
  /** https://github.com/kubernetes/apiserver/blob/release-1.33/pkg/admission/plugin/namespace/lifecycle/admission.go */
  protect: (name) => (immortal.has(name) ? 'this namespace may not be deleted' : undefined),
  heldBy: ({ spec }) => spec?.finalizers ?? [],
  prepareForDeletion(namespace) {
    namespace.status = { ...namespace.status, phase: 'Terminating' };
    delete namespace.metadata.deletionGracePeriodSeconds;
  },
  default(namespace) {
    namespace.spec ??= {};
    namespace.metadata.labels = {
      ...namespace.metadata.labels,
      ...(namespace.metadata.name ? { 'kubernetes.io/metadata.name': namespace.metadata.name } : {}),
    };
  },
  prepareForCreate(namespace) {
    namespace.status = { phase: 'Active' };
    const finalizers = namespace.spec.finalizers ?? [];
    namespace.spec.finalizers = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'];
  },
  /** Its subresource `finalize` changes them. https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/namespace/strategy.go */
  prepareForUpdate({ spec }, old) {
    if (old.spec.finalizers) spec.finalizers = old.spec.finalizers;
    else delete spec.finalizers;
  },
};
